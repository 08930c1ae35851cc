package import Verification
import Wire

extension TaggedLineCodec: WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning { TaggedMeaning() }

    package func repeats(_ exchange: Exchange) -> Bool {
        guard let reply = exchange.reply, let tag = Self.tag(of: reply.bytes.span),
            let asked = Self.tag(of: exchange.request.bytes.span)
        else { return false }
        return reply.bytes[tag] == exchange.request.bytes[asked]
    }

    package func mayAnswer(_ reply: Message, _ request: Message) -> Bool {
        guard let tag = Self.tag(of: reply.bytes.span), let asked = Self.tag(of: request.bytes.span) else {
            return true
        }
        return reply.bytes[tag] == request.bytes[asked]
    }
}

/// The reply repeats the request's tag.
struct TaggedMeaning: Meaning {
    var judgesReplies: Bool { true }

    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        // A line without a tag refuses: it stands for no request in particular.
        guard let tag = TaggedLineCodec.tag(of: reply.bytes.span) else { return true }
        return token(of: call, reading).map { request.bytes[$0] == reply.bytes[tag] } ?? false
    }

    func token(of call: Call, _ reading: Reading) -> Range<Int>? {
        TaggedLineCodec.tag(of: reading.request(call).bytes.span)
    }

    func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>? { TaggedLineCodec.tag(of: reply.bytes.span) }

    var tokensAreTags: Bool { true }

    func label(_ call: Call, _ reading: Reading) -> String {
        guard let tag = token(of: call, reading) else { return "request \(call.exchange + 1)" }
        return "request " + Reading.text(reading.request(call).bytes[tag])
    }
}
