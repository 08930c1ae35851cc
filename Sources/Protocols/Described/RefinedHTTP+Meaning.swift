import Capture
import Verification
import Wire

extension RefinedHTTP: WireProtocol {
    func meaning(of evidence: Evidence) -> any Meaning {
        HTTPMeaning(accepted: evidence.acceptedMethods, refinement: description)
    }
    var vocabulary: Vocabulary? { description.vocabulary }
    var isToldByMessages: Bool { base.isToldByMessages }
    var isToldByReplies: Bool { base.isToldByReplies }
    func begins(_ bytes: [UInt8], from role: Role) -> Bool { base.begins(bytes, from: role) }
    func likeness(of request: [UInt8]) -> Likeness { base.likeness(of: request) }
    func repeats(_ exchange: Exchange) -> Bool { base.repeats(exchange) }
    func secrets(ofLogin words: [[UInt8]]) -> [[UInt8]] { base.secrets(ofLogin: words) }
    func secrets(ofHeader field: [UInt8], isGiven: Bool) -> [[UInt8]] {
        base.secrets(ofHeader: field, isGiven: isGiven)
    }
    var loginProbe: [String]? { base.loginProbe }
    func deniesLogin(_ reply: [UInt8]) -> Bool { base.deniesLogin(reply) }
    func words(_ bytes: [UInt8], from role: Role) -> String? { base.words(bytes, from: role) }
}

extension ProtocolDescription {
    /// Adds what a call did by the file. What no line of it explains may have changed anything, unless it is safe (RFC 9110 section
    /// 9.2.1) or was refused.
    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ lane: Int32, _ versions: ObjectVersions,
        _ reading: Reading, to history: inout KeyHistory
    ) {
        let status = isPaired ? call.head.map { Int($0.status) } : nil
        guard let asked = asked(exchange.request.bytes) else {
            let method = call.wordCount > 0 ? HTTPMethod(exchange.request.bytes[reading.words[call.firstWord]]) : .other
            if !method.isSafe, !(400...499).contains(status ?? 0) { history.noteUnexplained(exchange.request) }
            return
        }
        guard let effect = asked.request.effect, let stated = self.effect(effect, asked)
        else { return }
        if status == 405 || status == 501 {
            history.unsupported.insert(asked.request.name)
            return
        }
        let reply = isPaired ? exchange.reply : nil
        // A reply that the file does not know, as a 500, leaves open what was done.
        let answer = reply.flatMap { self.answer($0.bytes, to: asked) }
        let blank = KeyOperation(kind: .read, key: 0, call: Int32(reading.index(of: call)), lane: lane)
        // What is sent behind the head may be read as late as it is sent, and interim replies come before anything is done.
        let operation = versions.resolved(ObjectOperation(object(of: asked) ?? [], stated))
        history.add(operation, answer, blank, exchange, completed: reply?.last.time)
    }
}
