public import Verification
import Wire

/// What `crossfire inspect --assert` can demand of the messages of a capture.
public enum InspectAssertion: String, Sendable, CaseIterable {
    /// Every request has its reply.
    case noLoss = "no-loss"
    /// Replies of a connection stand in the order of its requests.
    case fifo
    /// Every request has one reply: none lost, none doubled.
    case exactlyOnce = "exactly-once"
    /// No reply is that of another connection.
    case noCrosstalk = "no-crosstalk"

    /// `no-loss, fifo, …`
    public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The oracles that decide it.
    private var oracles: Set<OracleID> {
        switch self {
        case .noLoss: [.loss, .hang, .isolation]
        case .fifo: [.order]
        case .exactlyOnce: [.loss, .hang, .isolation, .duplication]
        case .noCrosstalk: [.crosstalk]
        }
    }

    /// Holds it against evidence. Where the streams were not understood, because they are no messages of the protocol
    /// or replies are none that any request explains, what would hold is inconclusive.
    public func judge(_ evidence: Evidence, silenceLimits: SilenceLimits = SilenceLimits()) -> AssertionResult {
        let decisive = oracles.union([.corruption])
        let judge = Judge(oracles: Judge.wireOracles(silenceLimits: silenceLimits).filter { decisive.contains($0.id) })
        var judgement = judge.judge(evidence)
        let unexplained = judgement.violations.filter { $0.oracle == .corruption }
        judgement.violations.removeAll { $0.oracle == .corruption }
        var doubts = unexplained.map(\.summary)
        for conversation in evidence.conversations where conversation.isJudged {
            for (side, malformed) in [
                ("requests", conversation.malformedRequest), ("replies", conversation.malformedReply),
            ] {
                guard let malformed else { continue }
                doubts.append(
                    "\(conversation.name): the \(side) are no \(evidence.codec.name) from offset \(malformed.offset) "
                        + "on: \(malformed.reason)")
            }
        }
        judgement.inconclusive += doubts
        return AssertionResult(assertion: self, judgement: judgement)
    }
}

/// An assertion and what was found.
public struct AssertionResult: Sendable {
    /// The most reasons of an inconclusive verdict that are printed.
    static let maximumReasons = 10

    /// What was demanded.
    public var assertion: InspectAssertion
    /// What the oracles say.
    public var judgement: Judgement

    /// The verdict in a line, then each violation with its packets.
    public func text(style: TerminalStyle) -> String {
        var lines: [String]
        let name = assertion.rawValue
        switch judgement.verdict {
        case .held:
            let answered = judgement.exercised.answered
            lines = ["\(name): \(style.green("held")) (\(count(answered, "answered request")))"]
        case .violated: lines = ["\(name): \(style.red("violated"))"]
        case .inconclusive, .nothingTested: lines = ["\(name): \(style.yellow(judgement.verdict.rawValue))"]
        }
        for violation in judgement.violations {
            lines.append("  \(violation.oracle.rawValue): \(violation.summary)")
            for (packet, note) in zip(violation.packets, violation.notes) {
                lines.append("    packet \(packet): \(note)")
            }
        }
        let reasons = judgement.inconclusive
        for reason in reasons.prefix(Self.maximumReasons) { lines.append("  inconclusive: \(reason)") }
        lines += JudgementText.leftAside(judgement)
        if reasons.count > Self.maximumReasons {
            lines.append("  and \(reasons.count - Self.maximumReasons) more reasons")
        }
        return lines.joined(separator: "\n")
    }
}
