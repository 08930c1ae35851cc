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
    /// Adds what a call did by the file. What no line of it explains did nothing that is known, and touches no object that is.
    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ lane: Int32, _ reading: Reading,
        to history: inout KeyHistory
    ) {
        guard let asked = asked(exchange.request.bytes), let effect = asked.request.effect,
            let object = asked.request.key.map({ Array(asked.bytes[asked.match.ranges[$0]]) })
                ?? asked.request.commonObject,
            let stated = self.effect(effect, asked)
        else { return }
        let reply = isPaired ? exchange.reply : nil
        // A reply that the file does not know, as a 500, leaves open what was done.
        let answer = reply.flatMap { self.answer($0.bytes, to: asked) }
        let blank = KeyOperation(kind: .read, key: 0, call: Int32(reading.index(of: call)), lane: lane)
        // What is sent behind the head may be read as late as it is sent, and interim replies come before anything is done.
        history.add(ObjectOperation(object, stated), answer, blank, exchange, completed: reply?.last.time)
    }
}
