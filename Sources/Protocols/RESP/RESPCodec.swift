public import Wire

/// RESP, the protocol of Redis, in its versions 2 and 3: requests are arrays of bulk strings or inline lines, replies are any value.
///
/// Source: <https://redis.io/docs/latest/develop/reference/protocol-spec/>.
public struct RESPCodec: WireCodec {
    /// The longest bulk string, as in Redis (`proto-max-bulk-len`).
    public static let maximumBulkBytes = 512 << 20
    /// The longest line: a type byte with its number, an inline request, for which Redis allows 64 KiB, or a value that a
    /// server writes as a simple string.
    public static let maximumLineBytes = 128 << 10
    /// The most elements of one array. Redis takes 1 << 20 in a request, and answers with as many as there are.
    public static let maximumElements = 1 << 31
    /// The deepest nesting of arrays.
    public static let maximumDepth = 32

    /// Creates the codec.
    public init() {}

    /// `resp`.
    public var name: String { "resp" }
    /// Keys are shared by all clients.
    public var hasSharedState: Bool { true }

    /// Frames one request (array or inline) or one reply.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        guard bytes.count > 0 else { return .incomplete }
        var cursor = RESPCursor(bytes: bytes)
        if role == .client, bytes[0] != UInt8(ascii: "*") {
            return cursor.line().map { _ in .message(length: cursor.offset) } ?? cursor.outcome
        }
        return cursor.skipValue(depth: 0) ? .message(length: cursor.offset) : cursor.outcome
    }

    /// False for an empty line and an array without elements, which Redis passes over in silence.
    public func isAnswered(_ request: Span<UInt8>) -> Bool {
        // The shortest request with a word has a byte that is neither white space nor part of an empty array's header.
        guard request.count <= Self.longestSilentRequest else { return true }
        guard let words = RESPValue.requestWords(request) else { return true }
        return !words.isEmpty
    }

    /// `isAnswered` looks at requests up to this length only; nobody sends more blanks than that.
    static let longestSilentRequest = 16

    /// An array of bulk strings.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(words.reduce(16) { $0 + $1.count + 16 })
        out.append(UInt8(ascii: "*"))
        out.append(contentsOf: String(words.count).utf8)
        out.append(contentsOf: crlf)
        for word in words { RESPValue.bulk(word).append(to: &out) }
        return out
    }
}

let crlf: [UInt8] = [0x0D, 0x0A]
