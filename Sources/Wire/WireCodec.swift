/// Which side of a connection sends a message.
public enum Role: Sendable {
    case client
    case server
}

/// What the front of a byte stream holds.
public enum Framing: Equatable, Sendable {
    /// A whole message of `length` bytes; `length` is at least 1.
    case message(length: Int)
    /// The beginning of a message: read more.
    case incomplete
    /// No continuation of these bytes is a message. `offset` counts from the start of the message.
    case malformed(offset: Int, reason: String)
}

/// How one protocol cuts a byte stream into messages and writes requests.
///
/// A codec is a pure value. It frames from the start of a message each time, so it keeps no state between calls and one
/// codec serves any number of connections.
public protocol WireCodec: Sendable {
    /// The name that `--protocol` takes.
    var name: String { get }

    /// Finds the end of the first message of `bytes`, a stream that starts at a message boundary.
    ///
    /// - Complexity: O(length of the first message).
    func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing

    /// As `frame` of a reply, for protocols in which its end depends on the request that it answers; nil where that is not
    /// known.
    func frameReply(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Framing

    /// How many bytes at the front of a whole or begun reply go ahead of the answer and say nothing of it: what was sent
    /// then does not show that the request was done.
    func preamble(_ reply: Span<UInt8>) -> Int

    /// Whether `frameReply` looks at the request.
    var framesRepliesByRequest: Bool { get }

    /// Whether the unfinished reply in `bytes` is whole once the server has closed.
    func endsWithStream(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Bool

    /// Whether replies come in any order, and name their requests by `tag(of:from:)`.
    var answersByTag: Bool { get }

    /// The bytes of a whole message by which a reply names its request, alike in both; nil where it has none. Asked only where
    /// `answersByTag`.
    func tag(of message: Span<UInt8>, from role: Role) -> Range<Int>?

    /// Pairs the messages of one connection; nil where each message of the server answers one request, in their order.
    func pairing() -> (any ReplyPairing)?

    /// Writes a request from the words of a scenario's `send` step.
    func encodeRequest(_ words: [[UInt8]]) -> [UInt8]

    /// Whether two clients of this protocol share state that a reply can show; echo does not.
    var hasSharedState: Bool { get }

    /// Whether no reply is much longer than what clients have written: not so where servers have files of their own.
    var boundsReplies: Bool { get }

    /// What of a reply its client may have to repeat in a later request, as the version of a value; nil where there is
    /// nothing of that kind. Scenarios write it as `{told}`.
    func told(_ reply: Span<UInt8>) -> [UInt8]?

    /// Whether a server answers this whole request at all; true unless a protocol knows silent ones.
    func isAnswered(_ request: Span<UInt8>) -> Bool

    /// The file that describes the protocol, which whoever reads its scenarios needs as well; nil for one in code.
    var file: ProtocolFile? { get }

    /// The same codec, with these fields in the header of each request that it writes; nil where requests have no header, or
    /// one is no field.
    func sending(headers: [[UInt8]]) -> (any WireCodec)?
}

/// A file that describes a protocol.
public struct ProtocolFile: Equatable, Sendable {
    /// Without a folder; the protocol's name.
    public var name: String
    /// What it says.
    public var text: String

    /// Creates a file.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

extension WireCodec {
    /// None.
    public var file: ProtocolFile? { nil }
    /// One message answers one request.
    public func pairing() -> (any ReplyPairing)? { nil }
    /// In the order of the requests.
    public var answersByTag: Bool { false }
    /// None.
    public func tag(of message: Span<UInt8>, from role: Role) -> Range<Int>? { nil }
    /// Every request is answered.
    public func isAnswered(_ request: Span<UInt8>) -> Bool { true }
    /// Requests have no header.
    public func sending(headers: [[UInt8]]) -> (any WireCodec)? { nil }
    /// Nothing.
    public func told(_ reply: Span<UInt8>) -> [UInt8]? { nil }
    /// Yes.
    public var boundsReplies: Bool { true }
    /// A reply ends where its own bytes say.
    public func frameReply(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Framing { frame(bytes, from: .server) }
    /// None.
    public func preamble(_ reply: Span<UInt8>) -> Int { 0 }
    /// No.
    public var framesRepliesByRequest: Bool { false }
    /// No.
    public func endsWithStream(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Bool { false }
}
