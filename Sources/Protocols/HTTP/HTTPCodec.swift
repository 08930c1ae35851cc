public import Wire

/// HTTP/1.1, RFC 9112: requests and replies with Content-Length, chunked bodies, interim replies, and bodies that end with
/// the connection.
///
/// A reply to HEAD announces a length and has no body, so framing a reply needs its request.
public struct HTTPCodec: WireCodec {
    /// The longest announced body.
    public static let maximumBodyBytes = 1 << 40
    /// The most hexadecimal digits of a chunk size.
    public static let maximumChunkDigits = 10
    /// The most bytes of the line with a chunk size and its extensions.
    public static let maximumChunkLine = 4 << 10

    /// The fields that each request's header has besides, without their ends of line.
    private var fields: [[UInt8]] = []
    /// Whether one of them names the host.
    private var namesHost = false

    /// Creates the codec.
    public init() {}

    /// With these fields, `NAME: VALUE`, in each request; nil where one is none.
    public func sending(headers: [[UInt8]]) -> (any WireCodec)? {
        var codec = self
        for field in headers {
            guard let name = HTTPCredentials.name(ofField: field) else { return nil }
            codec.fields.append(field)
            if name == "host" { codec.namesHost = true }
        }
        return codec
    }

    /// `http`.
    public var name: String { "http" }
    /// Files are shared by all clients.
    public var hasSharedState: Bool { true }
    /// Servers have files, and streams without end.
    public var boundsReplies: Bool { false }
    /// HEAD has no body in its reply.
    public var framesRepliesByRequest: Bool { true }

    /// Frames one request, or one reply to a request other than HEAD.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        guard role == .client else { return frameReply(bytes, to: nil) }
        var reader = HTTPReader(bytes: bytes, role: role)
        guard let head = reader.head() else { return reader.outcome }
        return Self.end(head, hasBody: true, &reader, otherwise: .message(length: head.end))
    }

    /// A reply, interim ones before it included.
    public func frameReply(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Framing {
        var reader = HTTPReader(bytes: bytes, role: .server)
        guard let head = reader.finalHead() else { return reader.outcome }
        return Self.end(head, hasBody: Self.hasBody(head, request), &reader, otherwise: .incomplete)
    }

    /// Empty lines and interim replies: `100 Continue` comes before the body that it asks for.
    public func preamble(_ reply: Span<UInt8>) -> Int {
        guard reply.count > 9, reply[0] != UInt8(ascii: "H") || reply[9] == UInt8(ascii: "1") else { return 0 }
        var reader = HTTPReader(bytes: reply, role: .server)
        return reader.preamble()
    }

    /// True of a reply with neither a length nor chunks.
    public func endsWithStream(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Bool {
        guard let head = HTTPHead(bytes, from: .server), Self.hasBody(head, request) else { return false }
        return head.contentLength == nil && !head.flags.contains(.isChunked)
    }

    private static func end(
        _ head: HTTPHead, hasBody: Bool, _ reader: inout HTTPReader, otherwise: Framing
    ) -> Framing {
        guard hasBody else { return .message(length: head.end) }
        if head.flags.contains(.isChunked) {
            return reader.skipChunks() ? .message(length: reader.offset) : reader.outcome
        }
        guard let length = head.contentLength else { return otherwise }
        return reader.bytes.count - head.end >= length ? .message(length: head.end + length) : .incomplete
    }

    /// RFC 9112 section 6.3.
    private static func hasBody(_ head: HTTPHead, _ request: Span<UInt8>?) -> Bool {
        if head.status < 200 || head.status == 204 || head.status == 304 { return false }
        guard let request else { return true }
        if begins(request, "HEAD ") { return false }
        return !(begins(request, "CONNECT ") && head.status < 300)
    }

    private static func begins(_ request: Span<UInt8>, _ text: StaticString) -> Bool {
        var start = 0
        while start < request.count, request[start] == 0x0D || request[start] == 0x0A { start += 1 }
        guard request.count - start >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where request[start + index] != text.utf8Start[index] { return false }
        return true
    }

    // MARK: Requests

    /// `METHOD path`, `METHOD path bytes=0-9` for GET and HEAD, `METHOD path body…` for all others.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        var method: [UInt8] = []
        for byte in (words.first ?? []).prefix(HTTPHead.maximumMethodBytes) {
            method.append(HTTPReader.isToken(byte) ? byte : UInt8(ascii: "-"))
        }
        if method.isEmpty { method = Array("GET".utf8) }
        let isReader = method == Array("GET".utf8) || method == Array("HEAD".utf8)
        let body = isReader ? [] : Array(words.dropFirst(2).joined(separator: [0x20]))
        var out: [UInt8] = []
        out.reserveCapacity(body.count + 128 + (words.count > 1 ? words[1].count : 0))
        out.append(contentsOf: method)
        out.append(0x20)
        Self.appendTarget(words.count > 1 ? words[1] : [], to: &out)
        out.append(contentsOf: " HTTP/1.1\r\n".utf8)
        if !namesHost { out.append(contentsOf: "Host: localhost\r\n".utf8) }
        for field in fields { out.append(contentsOf: field + crlf) }
        if isReader, words.count > 2 {
            out.append(contentsOf: "Range: ".utf8)
            for byte in words[2] { out.append((0x21...0x7E).contains(byte) ? byte : UInt8(ascii: "?")) }
            out.append(contentsOf: crlf)
        }
        if !isReader, !body.isEmpty || ["PUT", "POST", "PATCH"].contains(String(decoding: method, as: UTF8.self)) {
            out.append(contentsOf: "Content-Length: \(body.count)\r\n".utf8)
        }
        out.append(contentsOf: crlf)
        out.append(contentsOf: body)
        return out
    }

    /// What no target may hold is percent-encoded.
    private static func appendTarget(_ path: [UInt8], to out: inout [UInt8]) {
        if path.first != UInt8(ascii: "/"), path != [UInt8(ascii: "*")] { out.append(UInt8(ascii: "/")) }
        for byte in path {
            if (0x21...0x7E).contains(byte) {
                out.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                out.append(contentsOf: (byte < 16 ? "%0" : "%").utf8)
                out.append(contentsOf: digits.utf8)
            }
        }
    }
}
