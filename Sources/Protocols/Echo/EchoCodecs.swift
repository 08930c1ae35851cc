public import Wire

/// Echo, a line a message: the server answers each line with the same line (RFC 862 with framing).
public struct EchoLineCodec: WireCodec {
    /// Creates the codec.
    public init() {}

    /// `echo`.
    public var name: String { "echo" }
    /// Echo keeps nothing between requests.
    public var hasSharedState: Bool { false }

    /// A message ends with its line feed.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        Lines.frame(bytes)
    }

    /// The words joined by spaces, and a line feed.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Lines.encode(words) }
}

/// Echo, length-prefixed: four bytes of big-endian length, then that many bytes.
public struct EchoLengthCodec: WireCodec {
    /// The longest payload; a longer announcement is malformed.
    public static let maximumPayloadBytes = 16 << 20

    /// Creates the codec.
    public init() {}

    /// `echo-length`.
    public var name: String { "echo-length" }
    /// Echo keeps nothing between requests.
    public var hasSharedState: Bool { false }

    /// A message is its length prefix and the payload announced.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        guard bytes.count >= 4 else { return .incomplete }
        var length = 0
        for index in 0..<4 { length = length << 8 | Int(bytes[index]) }
        guard length <= Self.maximumPayloadBytes else {
            return .malformed(offset: 0, reason: "length \(length) is over \(Self.maximumPayloadBytes)")
        }
        return bytes.count >= 4 + length ? .message(length: 4 + length) : .incomplete
    }

    /// The words joined by spaces, after their length.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        let payload = Array(words.joined(separator: [0x20]))
        let length = UInt32(payload.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + payload
    }
}
