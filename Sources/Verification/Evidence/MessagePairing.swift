import Wire

/// Puts a server's messages beside the requests of a connection that they answer.
struct MessagePairing {
    private(set) var exchanges: [Exchange] = []
    private(set) var silent: [SilentRequest] = []
    /// Replies beyond the last request.
    private(set) var surplus: [Message] = []
    private(set) var unsolicited: [Message] = []
    private let messages: [Message]
    private let codec: any WireCodec
    private var next: Int
    private var state: (any ReplyPairing)?

    /// - Parameter first: the first of the messages that answers one of the requests.
    init(_ messages: [Message], from first: Int, _ codec: any WireCodec) {
        self.messages = messages
        self.codec = codec
        next = first
        state = codec.pairing()
    }

    /// - Complexity: O(messages), but for what the codec does with each.
    mutating func pair(_ requests: [Message]) {
        exchanges.reserveCapacity(requests.count)
        guard !codec.answersByTag else { return pairByTag(requests) }
        for request in requests {
            guard codec.isAnswered(request.bytes.span) else {
                silent.append(SilentRequest(request: request, position: exchanges.count))
                continue
            }
            var more = 0
            repeat {
                let reply = nextReply(to: request, &more)
                exchanges.append(Exchange(request: request, reply: reply))
                if reply == nil { break }
            } while more > 0
        }
        var more = 0
        while let reply = nextReply(to: nil, &more) { surplus.append(reply) }
    }

    /// A reply answers the first request with its tag that has no reply yet.
    private mutating func pairByTag(_ requests: [Message]) {
        var open: [ArraySlice<UInt8>: TaggedRequests] = [:]
        for request in requests {
            guard codec.isAnswered(request.bytes.span) else {
                silent.append(SilentRequest(request: request, position: exchanges.count))
                continue
            }
            if let tag = codec.tag(of: request.bytes.span, from: .client) {
                open[request.bytes[tag], default: TaggedRequests()].places.append(exchanges.count)
            }
            exchanges.append(Exchange(request: request, reply: nil))
        }
        while next < messages.count {
            let message = messages[next]
            next += 1
            guard place(of: message, nil) != .unsolicited || state == nil else {
                unsolicited.append(message)
                continue
            }
            guard let tag = codec.tag(of: message.bytes.span, from: .server),
                let place = open[message.bytes[tag]]?.takeFirst()
            else {
                surplus.append(message)
                continue
            }
            exchanges[place].reply = message
        }
    }

    /// The exchanges of one tag, in order.
    private struct TaggedRequests {
        var places: [Int] = []
        private var answered = 0

        mutating func takeFirst() -> Int? {
            guard answered < places.count else { return nil }
            answered += 1
            return places[answered - 1]
        }
    }

    /// - Parameter more: becomes the number of messages that reply to the request besides.
    private mutating func nextReply(to request: Message?, _ more: inout Int) -> Message? {
        while next < messages.count {
            let message = messages[next]
            next += 1
            switch place(of: message, request) {
            case .unsolicited: unsolicited.append(message)
            case .reply(let left):
                more = left
                return message
            }
        }
        return nil
    }

    private mutating func place(of message: Message, _ request: Message?) -> MessagePlace {
        guard state != nil else { return .reply(more: 0) }
        guard let request else { return state?.place(of: message.bytes.span, after: nil) ?? .unsolicited }
        return state?.place(of: message.bytes.span, after: request.bytes.span) ?? .unsolicited
    }
}
