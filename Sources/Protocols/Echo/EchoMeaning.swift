package import Verification
import Wire

extension EchoLineCodec: WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning { EchoMeaning() }
    package func repeats(_ exchange: Exchange) -> Bool { EchoMeaning.repeats(exchange) }
    package func mayAnswer(_ reply: Message, _ request: Message) -> Bool { reply.bytes == request.bytes }
}

extension EchoLengthCodec: WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning { EchoMeaning() }
    package func repeats(_ exchange: Exchange) -> Bool { EchoMeaning.repeats(exchange) }
    package func mayAnswer(_ reply: Message, _ request: Message) -> Bool { reply.bytes == request.bytes }
}

/// The reply is the request.
struct EchoMeaning: Meaning {
    var judgesReplies: Bool { true }

    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        reply.bytes == request.bytes
    }

    func token(of call: Call, _ reading: Reading) -> Range<Int>? { reading.request(call).bytes.indices }

    func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>? { reply.bytes.indices }

    func onlyReply(to call: Call, _ reading: Reading) -> [UInt8]? { reading.request(call).bytes }

    /// The reply, its last byte apart, is the beginning of what another client sent.
    func isPiece(_ reply: [UInt8], ofRequest request: [UInt8]) -> Bool {
        reply.count > TokenIndex.shortestToken && request.starts(with: reply.dropLast())
    }

    /// Empty lines are alike in all protocols.
    static func repeats(_ exchange: Exchange) -> Bool {
        guard let reply = exchange.reply else { return false }
        return reply.bytes == exchange.request.bytes && reply.bytes.contains { $0 > 0x20 }
    }
}
