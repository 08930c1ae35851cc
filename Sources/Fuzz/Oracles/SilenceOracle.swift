import Capture
import Verification

/// The target answers who waits for it, though the wire alone does not blame it: a datagram may be lost on its way, and how
/// long is too long only the clients know, who looked whether the target sleeps.
///
/// On loopback a captured datagram is lost only for want of room at the target's socket, and counted there.
struct SilenceOracle: ExecutionOracle {
    func violations(in observation: Observation) -> [Violation] {
        let log = observation.log
        guard observation.judgement.violations.isEmpty, observation.judgement.inconclusive.isEmpty,
            case .stalled(let client) = log.outcome, log.droppedDatagrams == 0,
            // Who was not even connected waited for the target's listen queue.
            let connection = log.connections.last(where: { $0.client == client }), !connection.isUnheard
        else { return [] }
        let name = "c\(client)"
        let conversation = observation.evidence.conversations.last { $0.name == name }
        guard let asked = conversation?.exchanges.last(where: { $0.reply == nil }) else { return [] }
        let milliseconds = (log.endNanoseconds - asked.request.last.time.nanoseconds) / 1_000_000
        let datagrams = conversation?.datagrams != nil ? "; the kernel dropped no datagram to the target" : ""
        var hang = Violation(
            oracle: .hang,
            summary:
                "\(name): the request in packet \(asked.request.last.number) got no reply for \(milliseconds) ms, until the "
                + "client closed\(datagrams).",
            packets: [asked.request.last.number], notes: ["the request is sent and never answered"],
            signature: HangOracle.silence)
        hang.restsOnLog = true
        return [hang]
    }
}
