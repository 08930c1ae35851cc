import Capture
import Verification
import Wire

/// How replies of HTTP are held against their requests. RFC 9110.
extension HTTPMeaning {
    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        guard let head, fitsShape(call, request, head, reply, reading) else { return false }
        // While a body is still under way, a server may say that it wants it, or answer at once.
        guard request.first.number == request.last.number else { return true }
        return !reading.precedes(reply, request, isError: head.isError)
    }

    func fitsShape(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        guard let head = head?.http else { return false }
        guard !call.isOpaque, head.status < 400 else { return true }
        let http = http(call, reading)
        guard fitsStatus(http, Int(head.status)) else { return false }
        guard let target = target(call, reading), head.isSuccess, head.tellsBody,
            let path = bodies.judged(request.bytes, target)
        else { return true }
        let isSettled = bodies.isSettled(path, at: request.first.number)
        switch http.method {
        case .head:
            guard isSettled, head.status == 200, let length = head.announced else { return true }
            return bodies.hasLength(length, path)
        case .get where head.status == 206: return fitsRange(path, isSettled, reply)
        case .get where head.status == 200: return fitsBody(path, isSettled, head, reply)
        // Nothing is no body that anybody PUT.
        case .get where head.status == 204: return !isSettled || bodies.hasLength(0, path)
        case .put, .delete: return fitsBody(path, false, head, reply)
        default: return true
        }
    }

    /// Whether the status is one that the method may get.
    func fitsStatus(_ http: HTTPCall, _ status: Int) -> Bool {
        switch (http.method, status) {
        case (_, ..<200): return status == 101 && http.flags.contains(.upgrades)
        case (.get, 206), (.head, 206): return http.hasRange
        case (.get, 304), (.head, 304): return http.flags.contains(.isConditional)
        case (.put, 206), (.delete, 206), (.options, 206), (.trace, 206), (.put, 304), (.delete, 304): return false
        default: return true
        }
    }

    /// A body that was PUT to other paths alone is theirs; where the path surely holds what was PUT to it, it is nothing
    /// else.
    private func fitsBody(_ path: Int, _ isSettled: Bool, _ head: HTTPReply, _ reply: Message) -> Bool {
        let (bytes, range) = Self.body(reply)
        guard let value = bodies.value(bytes, range) else { return !isSettled }
        if bodies.wasWritten(value, to: path) { return true }
        return !isSettled && range.count < TokenIndex.shortestToken
    }

    private func fitsRange(_ path: Int, _ isSettled: Bool, _ reply: Message) -> Bool {
        guard let part = HTTPPart(reply) else { return true }
        guard part.range.count == part.body.count else { return false }
        return !isSettled || bodies.bodies(path).contains { part.isSlice(of: $0) }
    }

    /// Whether a 200 with this Content-Length can be the answer; false only where the path surely holds one of some
    /// bodies, none of that length.
    func mayAnnounce(_ length: Int, _ call: Call, _ request: Message, _ reading: Reading) -> Bool {
        guard let target = target(call, reading), let path = bodies.judged(request.bytes, target),
            [.get, .head].contains(http(call, reading).method), bodies.isSettled(path, at: request.first.number)
        else { return true }
        return bodies.hasLength(length, path)
    }

    /// Whether the path surely holds one of some bodies, and one of them has this length.
    func mustAnnounce(_ length: Int, _ call: Call, _ request: Message, _ reading: Reading) -> Bool {
        guard let target = target(call, reading), let path = bodies.judged(request.bytes, target),
            [.get, .head].contains(http(call, reading).method), bodies.isSettled(path, at: request.first.number)
        else { return false }
        return bodies.hasLength(length, path)
    }

    /// Whether a reply, if it fits the request, says something of it: many requests may be answered 204.
    func isTelling(_ call: Call, _ reply: Message, _ reading: Reading) -> Bool {
        guard !call.isOpaque, let head = HTTPReply(reply.bytes), head.isSuccess else { return false }
        if let own = reading.reply(call), own.bytes == reply.bytes { return true }
        guard let target = target(call, reading), let path = bodies.judged(reading.request(call).bytes, target) else {
            return false
        }
        switch http(call, reading).method {
        case .head:
            guard let length = head.announced else { return false }
            return bodies.hasLength(length, path)
        case .get where head.status == 206: return !bodies.bodies(path).isEmpty
        case .get:
            let (bytes, range) = Self.body(reply)
            guard let value = bodies.value(bytes, range) else { return false }
            return bodies.wasWritten(value, to: path)
        default: return false
        }
    }

    /// The body of a whole reply.
    static func body(_ reply: Message) -> (bytes: [UInt8], range: Range<Int>) {
        guard let head = HTTPHead(reply.bytes.span, from: .server) else { return (reply.bytes, 0..<0) }
        return head.body(in: reply.bytes)
    }
}

/// A part of a body, as `Content-Range: bytes 0-9/100` and the bytes tell it.
struct HTTPPart {
    var range: Range<Int>
    /// The length of the whole; nil for `*`.
    var whole: Int?
    var body: ArraySlice<UInt8>

    /// Nil without a range that can be read.
    init?(_ reply: Message) {
        guard let head = HTTPHead(reply.bytes.span, from: .server) else { return nil }
        let text = String(decoding: reply.bytes[head.contentRange.prefix(80)], as: UTF8.self)
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let halves = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0, last >= first,
            last < HTTPCodec.maximumBodyBytes
        else { return nil }
        range = first..<last + 1
        whole = Int(halves[1])
        let (bytes, place) = head.body(in: reply.bytes)
        body = bytes[place]
    }

    /// Whether it is its range of `value`.
    func isSlice(of value: ArraySlice<UInt8>) -> Bool {
        guard whole ?? value.count == value.count, range.upperBound <= value.count else { return false }
        let start = value.startIndex + range.lowerBound
        return value[start..<start + range.count] == body
    }
}
