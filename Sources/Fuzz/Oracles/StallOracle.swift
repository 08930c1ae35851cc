import Capture
import Verification

/// Nobody is answered late because somebody else is there: a server that sleeps, spins, or joins a child while others wait.
///
/// It is a suspicion until it is compared with the same requests alone (`FindingControl.isStall`). What others ask is served in
/// turn, and a server of few places has its clients wait for one: so a wait counts only if nothing happened on any connection
/// in its second half, neither a message nor an end, and what ends it is the server's own.
struct StallOracle: ExecutionOracle {
    /// A wait is never late that is shorter: 40 ms for delayed acknowledgements, 200 ms for what is sent again.
    static let least: Int64 = 300_000_000
    /// Later by this factor than anything that a client alone has got.
    static let factor: Int64 = 4

    func violations(in observation: Observation) -> [Violation] {
        let (evidence, log, judgement) = (observation.evidence, observation.log, observation.judgement)
        guard judgement.violations.isEmpty, judgement.inconclusive.isEmpty, observation.ending == nil,
            log.outcome == .completed
        else { return [] }
        // Alone, any such wait is the server's pace, and counts against the suspicion.
        let usual = log.connections.count > 1 ? Self.factor * observation.slowestAlone : 0
        let limit = max(Self.least, usual) + log.starved
        for conversation in evidence.conversations where conversation.datagrams == nil {
            for exchange in conversation.exchanges {
                guard let completed = exchange.completed?.nanoseconds else { break }
                let wait = completed - exchange.invoked.nanoseconds
                guard wait >= limit, Self.isQuiet(evidence, from: completed - wait / 2, to: completed) else { continue }
                return [Self.violation(conversation, exchange, wait, observation)]
            }
        }
        return []
    }

    /// Whether no message and no end was on any connection between two times; what comes at the second is the reply.
    private static func isQuiet(_ evidence: Evidence, from begin: Int64, to end: Int64) -> Bool {
        let isWithin = { (time: Timestamp?) in time.map { $0.nanoseconds > begin && $0.nanoseconds < end } ?? false }
        return !evidence.conversations.contains { conversation in
            isWithin(conversation.clientEnd?.time) || isWithin(conversation.serverEnd?.time)
                || conversation.exchanges.contains {
                    isWithin($0.request.last.time) || isWithin($0.reply?.first.time) || isWithin($0.reply?.last.time)
                } || conversation.silent.contains { isWithin($0.request.last.time) }
        }
    }

    private static func violation(
        _ conversation: Conversation, _ exchange: Exchange, _ wait: Int64, _ observation: Observation
    ) -> Violation {
        let others = observation.evidence.conversations.count - 1
        let beside = others == 1 ? "another client was" : "\(others) other clients were"
        return Violation(
            oracle: .stall,
            summary:
                "\(conversation.name): the request in packet \(exchange.request.last.number) was answered after "
                + "\(wait / 1_000_000) ms, though nobody asked for anything meanwhile: \(beside) connected.",
            packets: [exchange.request.last.number, exchange.reply?.first.number].compactMap { $0 },
            notes: ["the request is sent", "and answered after \(wait / 1_000_000) ms"], signature: "stall")
    }

    /// The longest wait for a reply.
    static func slowest(_ evidence: Evidence) -> Int64 {
        evidence.conversations.lazy.flatMap(\.exchanges).reduce(0) { slowest, exchange in
            max(slowest, (exchange.completed?.nanoseconds ?? 0) - exchange.invoked.nanoseconds)
        }
    }
}
