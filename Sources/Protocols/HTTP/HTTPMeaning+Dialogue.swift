import Capture
import Verification
import Wire

/// What only HTTP knows when a connection's replies are explained.
extension HTTPMeaning {
    /// A server may close a connection that was idle so long, whatever is under way to it. Nanoseconds.
    static let idleNanoseconds: Int64 = 1_000_000_000
    /// So many bytes name the body that they come from.
    static let tellingBodyBytes = 16

    /// Whether the server may close without answering `request`: either side said that the connection ends, or the server
    /// could not make sense of what it got. RFC 9112 section 9.6.
    func mayClose(before request: Int, _ dialogue: Dialogue) -> Bool {
        let reading = dialogue.reading
        if dialogue.heads.contains(where: { $0?.http.permitsClose ?? false }) { return true }
        if dialogue.calls.prefix(request).contains(where: { http($0, reading).closes }) { return true }
        // Who refuses a body need not read it: RFC 9110 section 9.3, RFC 9112 section 9.3.
        let refusesBody = zip(dialogue.calls, dialogue.heads).contains { call, head in
            !http(call, reading).method.isSafe && (head?.status ?? 0) >= 400
        }
        if refusesBody { return true }
        guard dialogue.serverClosedFirst else { return false }
        let asked = dialogue.request(request).first.time.nanoseconds
        let before = request > 0 ? dialogue.request(request - 1).last.time.nanoseconds : asked
        let heard = dialogue.replies.last?.last.time.nanoseconds ?? before
        return asked - heard >= Self.idleNanoseconds
    }

    /// Whether a reply that is not whole may stay so for as long as the server likes: it announced no length.
    func isOpenEnded(_ partial: Message) -> Bool {
        guard let head = HTTPHead(partial.bytes.span, from: .server) else { return false }
        return head.contentLength == nil && !head.flags.contains(.isChunked)
    }

    /// SHOUTcast answers requests of HTTP with a greeting of its own.
    func otherProtocol(_ bytes: [UInt8]) -> String? { bytes.starts(with: "ICY ".utf8) ? "ICY" : nil }

    /// Whether a reset may have destroyed the rest of a reply: the connection was to end, or `partial` ends it.
    func mayBreakOff(_ request: Int, _ partial: Message, _ dialogue: Dialogue) -> Bool {
        guard dialogue.conversation.teardown == .serverReset else { return false }
        return mayClose(before: request, dialogue) || HTTPReply(partial.bytes)?.permitsClose ?? false
    }

    /// The body that `raw`, a reply to `request`, would have had, head included: bodies PUT to its path that have the
    /// announced length.
    func expectedReplies(_ request: Int, like raw: [UInt8]?, _ dialogue: Dialogue) -> [[UInt8]] {
        let call = dialogue.call(request)
        guard let raw, let target = target(call, dialogue.reading), http(call, dialogue.reading).method == .get,
            let path = bodies.judged(dialogue.request(request).bytes, target),
            let head = HTTPHead(raw.span, from: .server), head.status == 200, let length = head.contentLength
        else { return [] }
        return bodies.bodies(path).filter { $0.count == length }.map { Array(raw[..<head.end] + $0) }
    }

    /// The pieces of a body that was not PUT to the path of `request` as a whole.
    func pieces(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> String? {
        let reading = dialogue.reading
        let (bytes, range) = Self.body(dialogue.replies[reply])
        guard let head = dialogue.heads[reply]?.http, head.isSuccess, head.tellsBody, !range.isEmpty,
            let target = target(dialogue.call(request), reading)
        else { return nil }
        let path = dialogue.request(request).bytes[target]
        let written = reading.calls.compactMap { other -> TornValue.Written? in
            guard http(other, reading).method == .put, let target = self.target(other, reading) else { return nil }
            let put = reading.request(other)
            guard put.bytes[target] == path, let head = HTTPHead(put.bytes.span, from: .client) else { return nil }
            let (body, range) = head.body(in: put.bytes)
            let name = "\(reading.label(other)) by \(reading.name(Int(other.conversation))) (packet \(put.last.number))"
            return TornValue.Written(bytes: body[range], name: name)
        }
        return TornValue(bytes[range], among: written).sentence
    }

    /// The reply to the request before, byte for byte once more, and earlier than this request was sent.
    func cameAgainTooEarly(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> Bool {
        let replies = dialogue.replies
        guard request > 0, reply > 0, replies[reply].bytes == replies[reply - 1].bytes else { return false }
        return replies[reply].first.number < dialogue.request(request).first.number
            && dialogue.fitsShape(request - 1, reply)
    }

    /// The head of a reply announces a body that `request` cannot get, and that another connection's request, open at the
    /// same time, must get: then the head is that one's, whatever follows it.
    func headOwner(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> ExchangeReference? {
        let reading = dialogue.reading
        guard let head = dialogue.heads[reply]?.http, head.status == 200, let length = head.announced,
            !mayAnnounce(length, dialogue.call(request), dialogue.request(request), reading),
            !dialogue.calls.contains(where: { mustAnnounce(length, $0, reading.request($0), reading) })
        else { return nil }
        let owner = reading.calls.last { other in
            guard Int(other.conversation) != dialogue.index,
                Self.isOpen(other, at: dialogue.replies[reply].first, dialogue)
            else { return false }
            return mustAnnounce(length, other, reading.request(other), reading)
        }
        guard let owner else { return nil }
        return ExchangeReference(conversation: Int(owner.conversation), exchange: Int(owner.exchange))
    }

    private static func isOpen(_ other: Call, at packet: PacketReference, _ dialogue: Dialogue) -> Bool {
        dialogue.reading.request(other).first.number < packet.number && dialogue.isStillOpen(other, at: packet)
    }

    /// Where a reply of unknown body breaks off, and what it had announced: behind its head.
    func announcedBody(_ request: Int, _ raw: [UInt8], _ dialogue: Dialogue) -> (start: Int, length: Int)? {
        let (reading, call) = (dialogue.reading, dialogue.call(request))
        guard let head = HTTPHead(raw.span, from: .server), let length = head.contentLength, length > 0,
            head.status == 200 || head.status == 206, http(call, reading).method == .get,
            head.status == 206 || mayAnnounce(length, call, dialogue.request(request), reading)
        else { return nil }
        guard let target = target(call, reading),
            let path = bodies.judged(dialogue.request(request).bytes, target)
        else { return (head.end, length) }
        // A whole body of another length: then the head is wrong, and no byte is missing.
        let isOther =
            head.status == 200
            && bodies.bodies(path).contains {
                $0.count != length && !$0.isEmpty && raw[head.end...].starts(with: $0)
            }
        return isOther ? nil : (head.end, length)
    }

    /// Whether bytes in place of the reply to `request` are the body that it asks for: the head before it is missing.
    func isHeadless(_ request: Int, _ bytes: [UInt8], _ dialogue: Dialogue) -> Bool {
        guard let target = target(dialogue.call(request), dialogue.reading),
            let path = bodies.judged(dialogue.request(request).bytes, target)
        else { return false }
        return bodies.path(beginning: bytes[...], least: Self.tellingBodyBytes) == path
    }

    /// Bytes that are no reply, but the beginning of a body: of a path that another connection asked for, if one did.
    func bodyOwner(of bytes: [UInt8], _ dialogue: Dialogue) -> ExchangeReference? {
        guard let path = bodies.path(beginning: bytes[...], least: Self.tellingBodyBytes) else { return nil }
        let readers = bodies.readers(of: path).map { dialogue.reading.calls[$0] }
        guard let other = readers.last(where: { Int($0.conversation) != dialogue.index }),
            !readers.contains(where: { Int($0.conversation) == dialogue.index })
        else { return nil }
        return ExchangeReference(conversation: Int(other.conversation), exchange: Int(other.exchange))
    }

    /// What follows the reply to a HEAD request at once, or before anything else was asked, is that reply's body. RFC 9110
    /// section 9.3.2.
    func strayContents(
        _ request: Int, _ malformed: Malformation, _ message: Message, _ dialogue: Dialogue
    ) -> Problem? {
        let replies = dialogue.replies
        guard request >= 0, request == replies.count - 1,
            http(dialogue.call(request), dialogue.reading).method == .head,
            replies[request].offset + replies[request].bytes.count == malformed.offset
        else { return nil }
        let isAtOnce = message.first.number == replies[request].last.number
        guard
            isAtOnce || request + 1 >= dialogue.count
                || message.first.number < dialogue.request(request + 1).first.number
        else { return nil }
        let packet = dialogue.request(request).last
        var problem = dialogue.problem(
            .corruption, "head-with-body",
            "\(dialogue.who): the reply to \(dialogue.label(request)) (packet \(packet.number)) brings a body (packet "
                + "\(message.first.number)), which clients take for the next reply: \(Reading.text(malformed.rest)).",
            [(packet, "\(dialogue.label(request)) asks for a head only"), (message.first, "a body follows the head")])
        if dialogue.heads[request]?.http.closes ?? false {
            problem.violation.policy = "no next reply stands behind a body that ends with its connection"
        }
        return problem
    }

    /// For a GET whose body was PUT to one path alone: the only one that asked for that.
    func owner(of reply: Message, _ head: ReplyHead?, _ reading: Reading) -> ExchangeReference? {
        guard let head = head?.http, head.status == 200, head.tellsBody else { return nil }
        let (bytes, range) = Self.body(reply)
        guard range.count >= TokenIndex.shortestToken, let value = bodies.value(bytes, range),
            let path = bodies.onlyPath(of: value), let index = bodies.onlyReader(of: path)
        else { return nil }
        let call = reading.calls[index]
        return ExchangeReference(conversation: Int(call.conversation), exchange: Int(call.exchange))
    }

    /// The reply would be right if the path held something else.
    func mayHoldAnything(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> Bool {
        guard let head = dialogue.heads[reply] else { return false }
        return fitsStatus(http(dialogue.call(request), dialogue.reading), Int(head.status))
    }

    func announcedLength(_ bytes: [UInt8]) -> Int? {
        guard let head = HTTPHead(bytes.span, from: .server), let length = head.contentLength else { return nil }
        return head.end + length
    }

    func mayBeginReply(_ raw: [UInt8], at offset: Int) -> Bool {
        raw[offset] == UInt8(ascii: "H") && raw[offset...].starts(with: "HTTP/1.".utf8)
    }

    /// Errors that say that a client asked nothing that could be read.
    func mayComeUnasked(_ head: ReplyHead) -> Bool { [400, 408].contains(head.status) }
}
