import Capture
import Wire

/// What only HTTP knows when a connection's replies are explained.
extension Diagnosis {
    /// A server may close a connection that was idle so long, whatever is under way to it. Nanoseconds.
    static let idleNanoseconds: Int64 = 1_000_000_000
    /// So many bytes name the body that they come from.
    static let tellingBodyBytes = 16

    /// Whether the server may close without answering `request`: either side said that the connection ends, or the server
    /// could not make sense of what it got. RFC 9112 section 9.6.
    func mayCloseHTTP(before request: Int) -> Bool {
        if heads.contains(where: { $0?.http?.permitsClose ?? false }) { return true }
        if calls.prefix(request).contains(where: { reading.http($0).closes }) { return true }
        // Who refuses a body need not read it: RFC 9110 section 9.3, RFC 9112 section 9.3.
        let refusesBody = zip(calls, heads).contains { call, head in
            !reading.http(call).method.isSafe && (head?.http?.status ?? 0) >= 400
        }
        if refusesBody { return true }
        guard serverClosedFirst else { return false }
        let asked = self.request(request).first.time.nanoseconds
        let before = request > 0 ? self.request(request - 1).last.time.nanoseconds : asked
        let heard = replies.last?.last.time.nanoseconds ?? before
        return asked - heard >= Self.idleNanoseconds
    }

    /// Whether a reply that is not whole may stay so for as long as the server likes: it announced no length.
    func isOpenEnded(_ partial: Message) -> Bool {
        guard reading.rules == .http, let head = HTTPHead(partial.bytes.span, from: .server) else { return false }
        return head.contentLength == nil && !head.flags.contains(.isChunked)
    }

    /// Whether bytes in place of a reply are the greeting of SHOUTcast, which answers requests of HTTP so.
    func isIcecast(_ bytes: [UInt8]) -> Bool { reading.rules == .http && bytes.starts(with: "ICY ".utf8) }

    /// Whether a reset may have destroyed the rest of a reply: the connection was to end, or `partial` ends it.
    func mayBreakOff(_ request: Int, _ partial: Message) -> Bool {
        guard reading.rules == .http, conversation.teardown == .serverReset else { return false }
        return mayCloseHTTP(before: request) || HTTPReply(partial.bytes)?.permitsClose ?? false
    }

    /// The body that `raw`, a reply to `request`, would have had, head included: bodies PUT to its path that have the
    /// announced length.
    func expectedHTTP(_ request: Int, _ raw: [UInt8]) -> [[UInt8]] {
        guard let target = reading.target(call(request)), reading.http(call(request)).method == .get,
            let path = reading.bodies.judged(self.request(request).bytes, target),
            let head = HTTPHead(raw.span, from: .server), head.status == 200, let length = head.contentLength
        else { return [] }
        return reading.bodies.bodies(path).filter { $0.count == length }.map { Array(raw[..<head.end] + $0) }
    }

    /// The pieces of a body that was not PUT to the path of `request` as a whole.
    func tornBody(_ request: Int, _ reply: Int) -> String? {
        let (bytes, range) = Reading.body(replies[reply])
        guard let head = heads[reply]?.http, head.isSuccess, head.tellsBody, !range.isEmpty,
            let target = reading.target(call(request))
        else { return nil }
        let path = self.request(request).bytes[target]
        let written = reading.calls.compactMap { other -> TornValue.Written? in
            guard reading.http(other).method == .put, let target = reading.target(other) else { return nil }
            let put = reading.request(other)
            guard put.bytes[target] == path, let head = HTTPHead(put.bytes.span, from: .client) else { return nil }
            let (body, range) = head.body(in: put.bytes)
            let name = "\(reading.label(other)) by \(reading.name(Int(other.conversation))) (packet \(put.last.number))"
            return TornValue.Written(bytes: body[range], name: name)
        }
        return TornValue(bytes[range], among: written).sentence
    }

    /// The reply to the request before, byte for byte once more, and earlier than this request was sent.
    func cameAgainTooEarly(_ request: Int, _ reply: Int) -> Bool {
        guard reading.rules == .http, request > 0, reply > 0, replies[reply].bytes == replies[reply - 1].bytes else {
            return false
        }
        return replies[reply].first.number < self.request(request).first.number && fitsShape(request - 1, reply)
    }

    /// The head of a reply announces a body that `request` cannot get, and that another connection's request, open at the
    /// same time, must get: then the head is that one's, whatever follows it.
    func headOwner(_ request: Int, _ reply: Int) -> TokenIndex.Owner? {
        guard reading.rules == .http, let head = heads[reply]?.http, head.status == 200, let length = head.announced,
            !reading.mayAnnounce(length, call(request), self.request(request)),
            !calls.contains(where: { reading.mustAnnounce(length, $0, reading.request($0)) })
        else { return nil }
        let owner = reading.calls.last { other in
            guard Int(other.conversation) != index, isOpen(other, at: replies[reply].first) else { return false }
            let asked = reading.request(other)
            return reading.mustAnnounce(length, other, asked)
        }
        guard let owner else { return nil }
        return TokenIndex.Owner(conversation: Int(owner.conversation), exchange: Int(owner.exchange))
    }

    private func isOpen(_ other: Call, at packet: PacketReference) -> Bool {
        reading.request(other).first.number < packet.number && isStillOpen(other, at: packet)
    }

    /// Where a reply of unknown body breaks off, and what it had announced: behind its head.
    func announcedHTTP(_ request: Int, _ raw: [UInt8]) -> (bodyStart: Int, length: Int)? {
        guard let head = HTTPHead(raw.span, from: .server), let length = head.contentLength, length > 0,
            head.status == 200 || head.status == 206, reading.http(call(request)).method == .get,
            head.status == 206 || reading.mayAnnounce(length, call(request), self.request(request))
        else { return nil }
        guard let target = reading.target(call(request)),
            let path = reading.bodies.judged(self.request(request).bytes, target)
        else { return (head.end, length) }
        // A whole body of another length: then the head is wrong, and no byte is missing.
        let isOther =
            head.status == 200
            && reading.bodies.bodies(path).contains {
                $0.count != length && !$0.isEmpty && raw[head.end...].starts(with: $0)
            }
        return isOther ? nil : (head.end, length)
    }

    /// Whether bytes in place of the reply to `request` are the body that it asks for: the head before it is missing.
    func isHeadless(_ request: Int, _ bytes: [UInt8]) -> Bool {
        guard reading.rules == .http, let target = reading.target(call(request)),
            let path = reading.bodies.judged(self.request(request).bytes, target)
        else { return false }
        return reading.bodies.path(beginning: bytes[...], least: Self.tellingBodyBytes) == path
    }

    /// Bytes that are no reply, but the beginning of a body: of a path that another connection asked for, if one did.
    func bodyOwner(of bytes: [UInt8]) -> TokenIndex.Owner? {
        guard reading.rules == .http,
            let path = reading.bodies.path(beginning: bytes[...], least: Self.tellingBodyBytes)
        else { return nil }
        let readers = reading.bodies.readers(of: path).map { reading.calls[$0] }
        guard let other = readers.last(where: { Int($0.conversation) != index }),
            !readers.contains(where: { Int($0.conversation) == index })
        else { return nil }
        return TokenIndex.Owner(conversation: Int(other.conversation), exchange: Int(other.exchange))
    }
}
