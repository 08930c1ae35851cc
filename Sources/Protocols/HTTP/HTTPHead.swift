public import Wire

/// The head of one HTTP/1.1 message: its first line, and the header fields that framing and checking look at. Ranges lie
/// in the bytes that it was read from. RFC 9112.
public struct HTTPHead: Sendable, Equatable {
    /// A request's method; empty in a reply.
    public internal(set) var method = 0..<0
    /// A request's target as it was sent; empty in a reply.
    public internal(set) var target = 0..<0
    /// A reply's status, 100 to 999; 0 in a request.
    public internal(set) var status = 0
    /// What was said beside.
    public internal(set) var flags: Flags = []
    /// `Content-Length`, where there is one.
    public internal(set) var contentLength: Int?
    /// The value of `Host`; empty where there is none.
    public internal(set) var host = 0..<0
    /// The value of `Range`; empty where there is none.
    public internal(set) var range = 0..<0
    /// The value of `Content-Range`; empty where there is none.
    public internal(set) var contentRange = 0..<0
    /// Where the body begins: behind the head's empty line.
    public internal(set) var end = 0
    /// What is not as the standard wants it in a reply, and clients understand; the first of several.
    public internal(set) var oddity: HTTPOddity?

    /// What a head says in yes and no.
    public struct Flags: OptionSet, Sendable {
        /// The flags as bits.
        public let rawValue: UInt16

        /// Flags from their bits.
        public init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// HTTP/1.0.
        public static let isVersion10 = Flags(rawValue: 1)
        /// `Connection: close`.
        public static let saysClose = Flags(rawValue: 2)
        /// `Connection: keep-alive`.
        public static let saysKeepAlive = Flags(rawValue: 4)
        /// `Transfer-Encoding` that ends with `chunked`.
        public static let isChunked = Flags(rawValue: 8)
        /// `Transfer-Encoding` that ends with something else.
        public static let isOtherwiseCoded = Flags(rawValue: 16)
        /// `If-Match`, `If-None-Match`, `If-Modified-Since`, `If-Unmodified-Since` or `If-Range`.
        public static let isConditional = Flags(rawValue: 32)
        /// `Content-Encoding` or `Vary`: the body need not be what another client sent.
        public static let isVariant = Flags(rawValue: 64)
        /// A body of several parts, as for several ranges.
        public static let isMultipart = Flags(rawValue: 128)
        /// `Upgrade`.
        public static let upgrades = Flags(rawValue: 256)
        /// `Expect: 100-continue`.
        public static let expectsContinue = Flags(rawValue: 512)
    }

    /// Whether the connection ends with this message, by what it says. RFC 9112 section 9.3.
    public var closes: Bool {
        if flags.contains(.saysClose) { return true }
        return flags.contains(.isVersion10) && !flags.contains(.saysKeepAlive)
    }

    /// The most bytes of a head, its empty line included: what browsers allow. Servers allow less.
    public static let maximumBytes = 256 << 10
    /// The most header fields.
    public static let maximumFields = 4 << 10
    /// The longest method.
    public static let maximumMethodBytes = 32
    /// The most interim replies before the final one.
    public static let maximumInterim = 128

    /// Reads the head of the message that `bytes` begins with; of a reply the final head, behind interim ones. Nil
    /// unless it is whole and well formed.
    ///
    /// - Complexity: O(length of the head).
    public init?(_ bytes: Span<UInt8>, from role: Role) {
        var reader = HTTPReader(bytes: bytes, role: role)
        guard let head = role == .client ? reader.head() : reader.finalHead() else { return nil }
        self = head
    }

    init() {}
}

extension HTTPHead {
    /// The body of the whole message that `bytes` are and this is the head of, without chunk framing.
    ///
    /// - Returns: The bytes in which it lies, and where; a copy only where it came in several chunks.
    /// - Complexity: O(1), or O(length of the body) for several chunks.
    public func body(in bytes: [UInt8]) -> (bytes: [UInt8], range: Range<Int>) {
        let rest = min(end, bytes.count)..<bytes.count
        guard flags.contains(.isChunked), !rest.isEmpty else { return (bytes, rest) }
        let pieces = HTTPReader.chunks(of: bytes.span, from: end)
        if pieces.count <= 1 { return (bytes, pieces.first ?? end..<end) }
        var body: [UInt8] = []
        for piece in pieces { body.append(contentsOf: bytes[piece]) }
        return (body, body.indices)
    }
}

extension HTTPHead {
    /// Whether `bytes` begin like a message, whatever they go on with: a request with a method, a target and a version of
    /// 1, a reply with a version and a status.
    public static func begins(_ bytes: Span<UInt8>, from role: Role) -> Bool {
        HTTPReader(bytes: bytes, role: role).begins()
    }
}
