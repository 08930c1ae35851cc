package import Wire

/// A protocol as one server speaks it, which says something unasked: a greeting to each client that connects, or a line now and then
/// to show that it lives.
package struct GreetedProtocol: WireProtocol {
    private let base: any WireProtocol
    /// How many messages the greeting has.
    package let greeting: Int
    /// Shapes of messages that answer nobody (`shape(of:)`).
    package let unasked: Set<[UInt8]>

    package init(_ base: any WireCodec, greeting: Int, unasked: [[UInt8]] = []) {
        self.init(base, greeting: greeting, shapes: Set(unasked.map { Self.shape(of: $0.span) }))
    }

    private init(_ base: any WireCodec, greeting: Int, shapes: Set<[UInt8]>) {
        self.base = base.spoken
        self.greeting = greeting
        unasked = shapes
    }

    /// A message with each run of digits as one: what counts or tells the time looks alike then.
    package static func shape(of message: Span<UInt8>) -> [UInt8] {
        var shape: [UInt8] = []
        for index in message.indices {
            let isDigit = (0x30...0x39).contains(message[index])
            if isDigit, shape.last == 0x30 { continue }
            shape.append(isDigit ? 0x30 : message[index])
        }
        return shape
    }

    /// What is unasked is that, and the rest is as the protocol has it.
    package func pairing() -> (any ReplyPairing)? {
        Pairing(left: greeting, unasked: unasked, base: base.pairing())
    }

    private struct Pairing: ReplyPairing {
        var left: Int
        let unasked: Set<[UInt8]>
        var base: (any ReplyPairing)?

        mutating func place(of message: Span<UInt8>, after request: Span<UInt8>?) -> MessagePlace {
            if left > 0 {
                left -= 1
                return .unsolicited
            }
            if !unasked.isEmpty, unasked.contains(GreetedProtocol.shape(of: message)) { return .unsolicited }
            return base?.place(of: message, after: request) ?? .reply(more: 0)
        }
    }

    // MARK: As the protocol

    package var name: String { base.name }
    package var file: ProtocolFile? { base.file }
    package var answersByTag: Bool { base.answersByTag }
    package func tag(of message: Span<UInt8>, from role: Role) -> Range<Int>? { base.tag(of: message, from: role) }
    package var framesRepliesByRequest: Bool { base.framesRepliesByRequest }
    package var hasSharedState: Bool { base.hasSharedState }
    package var boundsReplies: Bool { base.boundsReplies }
    package func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { base.frame(bytes, from: role) }
    package func frameReply(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Framing {
        base.frameReply(bytes, to: request)
    }
    package func preamble(_ reply: Span<UInt8>) -> Int { base.preamble(reply) }
    package func endsWithStream(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Bool {
        base.endsWithStream(bytes, to: request)
    }
    package func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { base.encodeRequest(words) }
    package func isAnswered(_ request: Span<UInt8>) -> Bool { base.isAnswered(request) }
    package func told(_ reply: Span<UInt8>) -> [UInt8]? { base.told(reply) }
    package func meaning(of evidence: Evidence) -> any Meaning { base.meaning(of: evidence) }
    package var vocabulary: Vocabulary? { base.vocabulary }
    package var isToldByMessages: Bool { base.isToldByMessages }
    package var isToldByReplies: Bool { base.isToldByReplies }
    package func begins(_ bytes: [UInt8], from role: Role) -> Bool { base.begins(bytes, from: role) }
    package func likeness(of request: [UInt8]) -> Likeness { base.likeness(of: request) }
    package func repeats(_ exchange: Exchange) -> Bool { base.repeats(exchange) }
    package var announcesFlows: Bool { base.announcesFlows }
    package func announcedPort(in exchange: Exchange) -> UInt16? { base.announcedPort(in: exchange) }
    package func mayAnswer(_ reply: Message, _ request: Message) -> Bool { base.mayAnswer(reply, request) }
    package func sending(headers: [[UInt8]]) -> (any WireCodec)? {
        base.sending(headers: headers).map { GreetedProtocol($0, greeting: greeting, shapes: unasked) }
    }
    package func secrets(ofLogin words: [[UInt8]]) -> [[UInt8]] { base.secrets(ofLogin: words) }
    package func secrets(ofHeader field: [UInt8], isGiven: Bool) -> [[UInt8]] {
        base.secrets(ofHeader: field, isGiven: isGiven)
    }
    package var loginProbe: [String]? { base.loginProbe }
    package func deniesLogin(_ reply: [UInt8]) -> Bool { base.deniesLogin(reply) }
    package func words(_ bytes: [UInt8], from role: Role) -> String? { base.words(bytes, from: role) }
}
