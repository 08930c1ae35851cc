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
        let repeats = token(of: call, reading).map { request.bytes[$0] == reply.bytes[tag] } ?? false
        return repeats || Self.refusesInWords(reply.bytes)
    }

    /// `ERR unknown command`: what follows is no tag. One that names a request by its tag begins so, too, and fits that.
    private static func refusesInWords(_ reply: [UInt8]) -> Bool {
        let word = String(decoding: reply.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self).uppercased()
        return word.hasPrefix("ERR") || word.hasPrefix("-ERR")
    }

    func gotNothing(_ call: Call, _ reading: Reading) -> Bool {
        reading.reply(call).map { TaggedLineCodec.tag(of: $0.bytes.span) == nil || Self.refusesInWords($0.bytes) }
            ?? false
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
