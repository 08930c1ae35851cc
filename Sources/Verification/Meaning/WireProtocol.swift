package import Wire

/// A protocol: how it cuts streams into messages (`WireCodec`), and what these mean.
///
/// One value, made in one folder of `Protocols`, named in one list, and given to who needs it. What has a default here
/// is right for a protocol of which nothing is known but that each request gets one reply.
package protocol WireProtocol: WireCodec {
    /// What the requests and replies of one piece of evidence mean: empty before it is read.
    func meaning(of evidence: Evidence) -> any Meaning

    /// What witnesses may say in it; nil where only scenarios that somebody has written do.
    var vocabulary: Vocabulary? { get }

    // MARK: In a capture of many protocols

    /// Whether a message tells that it is of this protocol: lines look alike in many.
    var isToldByMessages: Bool { get }

    /// Whether a reply tells it, whatever it answers.
    var isToldByReplies: Bool { get }

    /// Whether bytes that are no whole message begin like one, however they go on.
    func begins(_ bytes: [UInt8], from role: Role) -> Bool

    /// How far a whole request tells the protocol.
    func likeness(of request: [UInt8]) -> Likeness

    /// Whether the reply repeats of its request what the protocol wants it to.
    func repeats(_ exchange: Exchange) -> Bool

    // MARK: Logging in

    /// The secrets among the words of a request that logs in, where nobody has said which they are.
    func secrets(ofLogin words: [[UInt8]]) -> [[UInt8]]

    /// The secrets in a field of a request's header.
    ///
    /// - Parameter isGiven: whether nobody has said which part of it is one.
    func secrets(ofHeader field: [UInt8], isGiven: Bool) -> [[UInt8]]

    /// The words of a request whose reply tells whether its client is logged in; nil where the login's own reply does.
    var loginProbe: [String]? { get }

    /// Whether this reply to it says that its client is not.
    func deniesLogin(_ reply: [UInt8]) -> Bool

    // MARK: Connections that others announce

    /// Whether replies announce connections on which no messages are sent, as FTP's PASV does. Where they do, a
    /// connection is judged only if its server was heard speaking the protocol.
    var announcesFlows: Bool { get }

    /// The port of the server at which a reply awaits the client's next connection; nil where it announces none.
    func announcedPort(in exchange: Exchange) -> UInt16?

    // MARK: Datagrams

    /// Whether a reply may answer a request, by the bytes of both.
    func mayAnswer(_ reply: Message, _ request: Message) -> Bool

    // MARK: For people

    /// A message in a few words; nil where its bytes are as good.
    func words(_ bytes: [UInt8], from role: Role) -> String?
}

/// How far a request tells its protocol.
package enum Likeness: Sendable {
    /// No other protocol has such requests.
    case own
    /// Other protocols have such requests, with other replies.
    case shared
    /// It may be the beginning of anything.
    case doubtful
}

extension WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning { PlainMeaning() }
    package var vocabulary: Vocabulary? { nil }
    package var isToldByMessages: Bool { false }
    package var isToldByReplies: Bool { false }
    package func begins(_ bytes: [UInt8], from role: Role) -> Bool { true }
    package func likeness(of request: [UInt8]) -> Likeness { .own }
    package func repeats(_ exchange: Exchange) -> Bool { exchange.reply != nil }
    package func secrets(ofLogin words: [[UInt8]]) -> [[UInt8]] { words.count > 1 ? [words[words.count - 1]] : [] }
    package func secrets(ofHeader field: [UInt8], isGiven: Bool) -> [[UInt8]] { isGiven ? [field] : [] }
    package var loginProbe: [String]? { nil }
    package func deniesLogin(_ reply: [UInt8]) -> Bool { isError(reply) }
    package var announcesFlows: Bool { false }
    package func announcedPort(in exchange: Exchange) -> UInt16? { nil }
    package func mayAnswer(_ reply: Message, _ request: Message) -> Bool { true }
    package func words(_ bytes: [UInt8], from role: Role) -> String? { nil }
}

/// One reply to each request, and nothing else is known.
private struct PlainMeaning: Meaning {}

/// A codec of somebody who says no more than how to frame, or states what his messages mean.
private struct FramedProtocol: WireProtocol {
    let codec: any WireCodec
    private let stated: (any RequestReplyProtocol)?

    init(codec: any WireCodec) {
        self.codec = codec
        stated = codec as? any RequestReplyProtocol
    }

    var name: String { codec.name }
    var file: ProtocolFile? { codec.file }
    var answersByTag: Bool { codec.answersByTag }
    func tag(of message: Span<UInt8>, from role: Role) -> Range<Int>? { codec.tag(of: message, from: role) }
    var framesRepliesByRequest: Bool { codec.framesRepliesByRequest }
    var hasSharedState: Bool { codec.hasSharedState }
    var boundsReplies: Bool { codec.boundsReplies }
    func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { codec.frame(bytes, from: role) }
    func frameReply(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Framing { codec.frameReply(bytes, to: request) }
    func preamble(_ reply: Span<UInt8>) -> Int { codec.preamble(reply) }
    func endsWithStream(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Bool {
        codec.endsWithStream(bytes, to: request)
    }
    func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { codec.encodeRequest(words) }
    func isAnswered(_ request: Span<UInt8>) -> Bool { codec.isAnswered(request) }
    func told(_ reply: Span<UInt8>) -> [UInt8]? { codec.told(reply) }
    func pairing() -> (any ReplyPairing)? { codec.pairing() }

    func meaning(of evidence: Evidence) -> any Meaning {
        if let stated { StatedMeaning(stated: stated) } else { PlainMeaning() }
    }

    var vocabulary: Vocabulary? { stated?.vocabulary }

    func words(_ bytes: [UInt8], from role: Role) -> String? { stated?.words(of: bytes, from: role) }

    func mayAnswer(_ reply: Message, _ request: Message) -> Bool {
        guard codec.answersByTag, let asked = codec.tag(of: request.bytes.span, from: .client),
            let given = codec.tag(of: reply.bytes.span, from: .server)
        else { return true }
        return request.bytes[asked] == reply.bytes[given]
    }

    /// What is asked of an object, or carries a tag, is no accident.
    func likeness(of request: [UInt8]) -> Likeness {
        guard let stated else { return .own }
        return stated.operation(of: request) == nil && stated.tag(ofRequest: request) == nil ? .doubtful : .shared
    }

    func repeats(_ exchange: Exchange) -> Bool {
        guard let reply = exchange.reply else { return false }
        guard let stated else { return true }
        return stated.refusal(in: reply.bytes) != nil || stated.answer(reply.bytes, to: exchange.request.bytes) != nil
    }
}

extension WireCodec {
    /// The protocol that it is, or of which it is the framing.
    package var spoken: any WireProtocol { self as? any WireProtocol ?? FramedProtocol(codec: self) }
}
