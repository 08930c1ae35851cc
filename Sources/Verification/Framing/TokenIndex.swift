import Wire

/// Which request a reply belongs to by its bytes alone: the requests whose reply must equal what they sent, by those
/// bytes, where they are unique in the evidence. Built when first asked.
struct TokenIndex {
    /// A request by conversation and position.
    struct Owner: Equatable {
        var conversation: Int
        var exchange: Int
    }

    /// Shorter bytes name nobody.
    static let shortestToken = 3

    private var interner = ByteInterner()
    private var owners: [Owner?] = []
    private var isBuilt = false

    /// The only request that `reply` answers.
    ///
    /// - Complexity: O(all requests) the first time, then O(length).
    mutating func owner(of reply: Message, _ head: ReplyHead?, in reading: Reading) -> Owner? {
        if reading.rules == .http { return Self.reader(of: reply, head, in: reading) }
        if !isBuilt { build(reading) }
        guard let range = Self.replyToken(reply, head, reading.rules) else { return nil }
        // A tag is meant to name its request, however short it is.
        guard reading.rules == .tagged || range.count >= Self.shortestToken else { return nil }
        guard let id = interner.lookup(reply.bytes, range) else { return nil }
        return owners[id]
    }

    /// For HTTP: the only GET of the only path that the body was PUT to.
    private static func reader(of reply: Message, _ head: ReplyHead?, in reading: Reading) -> Owner? {
        guard let head = head?.http, head.status == 200, head.tellsBody else { return nil }
        let (bytes, range) = Reading.body(reply)
        guard range.count >= shortestToken, let value = reading.bodies.value(bytes, range),
            let path = reading.bodies.onlyPath(of: value), let index = reading.bodies.onlyReader(of: path)
        else { return nil }
        let call = reading.calls[index]
        return Owner(conversation: Int(call.conversation), exchange: Int(call.exchange))
    }

    private static func replyToken(_ reply: Message, _ head: ReplyHead?, _ rules: Reading.Rules) -> Range<Int>? {
        switch rules {
        case .echo: return reply.bytes.indices
        case .resp:
            guard let head = head?.resp, head.isText else { return nil }
            return head.body
        case .tagged: return TaggedLineCodec.tag(of: reply.bytes.span)
        case .pairs, .http: return nil
        }
    }

    private mutating func build(_ reading: Reading) {
        isBuilt = true
        for call in reading.calls {
            let request = reading.request(call)
            guard let range = reading.token(of: call) else { continue }
            let id = interner.intern(request.bytes, range)
            if id == owners.count {
                owners.append(Owner(conversation: Int(call.conversation), exchange: Int(call.exchange)))
            } else {
                owners[id] = nil
            }
        }
    }
}

extension Reading {
    func request(_ call: Call) -> Message {
        evidence.conversations[Int(call.conversation)].exchanges[Int(call.exchange)].request
    }

    func reply(_ call: Call) -> Message? {
        evidence.conversations[Int(call.conversation)].exchanges[Int(call.exchange)].reply
    }

    /// Which bytes of the request its reply must repeat.
    func token(of call: Call) -> Range<Int>? {
        switch rules {
        case .echo: return request(call).bytes.indices
        case .resp:
            guard RESPCommand.table[call.command].echoes, call.wordCount == 2 else { return nil }
            return words[call.firstWord + 1]
        case .tagged: return TaggedLineCodec.tag(of: request(call).bytes.span)
        case .pairs, .http: return nil
        }
    }

    /// All bytes of the only reply that the request may get but for an error, where there is only one.
    func expectedReply(of call: Call) -> [UInt8]? {
        guard rules != .tagged, let token = token(of: call) else { return nil }
        let bytes = request(call).bytes
        return rules == .echo ? bytes : Self.bulk(bytes[token])
    }

    static func bulk(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        RESPValue.bulk(Array(body)).append(to: &out)
        return out
    }
}
