public import Fuzz
import Verification

/// What `crossfire replay` says.
public struct ReplayText: Sendable {
    private let result: ScenarioReplayer.Result
    private let target: TargetDescription

    /// Text about replays on a target.
    public init(_ result: ScenarioReplayer.Result, target: TargetDescription) {
        self.result = result
        self.target = target
    }

    /// The count, then what was seen.
    public func text(style: TerminalStyle) -> String {
        let count = result.reproduction
        let share =
            count.interval.map { " (95 % interval \(fixed($0.low * 100, 0)) to \(fixed($0.high * 100, 0)) %)" } ?? ""
        let verdict =
            switch result.verdict {
            case .held: style.green("not seen again")
            case .violated: style.red("seen again")
            case .inconclusive, .nothingTested: style.yellow(result.verdict.rawValue)
            }
        var lines = [
            "\(verdict): \(count.hits) of \(count.tries) tries\(share) on \(target.text), "
                + "\(grouped(result.executions)) executions"
        ]
        for violation in result.violations {
            lines.append("  \(style.red(violation.oracle.rawValue)): \(violation.summary)")
            lines.append("    must hold: \(violation.oracle.requirement)")
        }
        for violation in result.policies {
            lines.append("  policy: \(violation.summary)")
            if let policy = violation.policy { lines.append("    permitted: \(policy)") }
        }
        for reason in result.inconclusive.prefix(3) { lines.append("  inconclusive: \(reason)") }
        return lines.joined(separator: "\n")
    }

    /// The same as one JSON object.
    public func json() throws -> String {
        try JSONText.line(
            Object(
                verdict: result.verdict.rawValue, target: target, executions: result.executions,
                reproduced: FindingRecord.Reproduction(result.reproduction),
                violations: result.violations.map { .init(oracle: $0.oracle.rawValue, summary: $0.summary) },
                policies: result.policies.map { .init(oracle: $0.oracle.rawValue, summary: $0.summary) },
                inconclusive: result.inconclusive))
    }

    private struct Object: Encodable {
        var schema = 1
        var verdict: String
        var target: TargetDescription
        var executions: Int
        var reproduced: FindingRecord.Reproduction?
        var violations: [Entry]
        var policies: [Entry]
        var inconclusive: [String]

        struct Entry: Encodable {
            var oracle: String
            var summary: String
        }
    }
}
