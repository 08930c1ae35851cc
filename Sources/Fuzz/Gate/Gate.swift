import System
public import Verification

/// A gate for CI: what it has checked so far, and what follows from it.
public struct Gate: Sendable {
    private let accepted: Set<String>
    private let wanted: Set<FindingLevel>
    /// What was checked, in order.
    public private(set) var cases: [GateCase] = []
    /// Whether everything so far could be run.
    public private(set) var isComplete = true

    /// A gate that lets findings with these ids pass, and those of a level that is not wanted.
    public init(accepted: Set<String>, wanted: Set<FindingLevel> = [.race, .fault]) {
        self.accepted = accepted
        self.wanted = wanted
    }

    /// What all cases make together; a gate that checked nothing has tested nothing.
    public var verdict: Verdict {
        var (isViolated, isUndecided) = (false, false)
        for item in cases {
            switch item.outcome {
            case .violated: isViolated = true
            case .undecided: isUndecided = true
            case .held, .accepted: break
            }
        }
        return Verdict(isViolated: isViolated, isUndecided: isUndecided, isTested: !cases.isEmpty)
    }

    // MARK: What is noted

    /// A saved finding that was replayed: seen again is a violation, unless the baseline accepts it, or nobody wants its
    /// level. `times` is how many tries were wanted.
    package mutating func note(
        _ finding: SavedFinding, _ result: ScenarioReplayer.Result, of times: Int, took duration: Duration
    ) {
        let count = "\(result.reproduction.hits) of \(result.reproduction.tries) tries"
        let outcome: GateCase.Outcome =
            if result.reproduction.hits > 0 {
                if accepted.contains(finding.id) {
                    .accepted("accepted by the baseline; seen in \(count)")
                } else if let level = finding.level, !wanted.contains(level.asked) {
                    .accepted("\(Self.unwanted(level)); seen in \(count)")
                } else {
                    .violated(finding.oracle, summary: "seen again in \(count)", details: Self.details(result))
                }
            } else if result.reproduction.tries < times {
                .undecided("not seen in \(count), and \(Self.noMoreTime)")
            } else {
                Self.outcome(result)
            }
        record(.finding, finding.id, duration, outcome)
    }

    /// A scenario of the corpus that was run; the baseline covers what it shows by the ids that a campaign gives that.
    package mutating func note(
        corpus name: String, _ result: ScenarioReplayer.Result, protocolName: String, took duration: Duration
    ) {
        let ids = result.violations.map { Finding.id(of: $0, protocolName: protocolName) }
        guard !ids.isEmpty, Set(ids).isSubset(of: accepted) else {
            return record(.corpus, name, duration, Self.outcome(result, ids))
        }
        record(.corpus, name, duration, .accepted("accepted by the baseline: \(ids.joined(separator: ", "))"))
    }

    /// The campaign of fresh executions; `paths` tells where its findings were saved, by id.
    public mutating func note(fresh result: CampaignResult, paths: [String: String]) {
        for finding in result.findings {
            let violation = finding.violation
            let outcome: GateCase.Outcome =
                if accepted.contains(finding.id) {
                    .accepted("accepted by the baseline")
                } else if wanted.contains(finding.level.asked) {
                    .violated(violation.oracle, summary: violation.summary, details: paths[finding.id] ?? "")
                } else {
                    .accepted(Self.unwanted(finding.level))
                }
            record(.fresh, finding.id, .zero, outcome)
        }
        let outcome: GateCase.Outcome =
            switch result.verdict {
            case .held, .violated: .held
            case .inconclusive: .undecided(result.inconclusiveReasons.first ?? "inconclusive")
            case .nothingTested: .undecided("\(Self.untested(result.status)): nothing was tested")
            }
        record(.fresh, "\(result.status.executions) fresh executions", result.status.elapsed, outcome)
    }

    /// What the time did not suffice for.
    public mutating func leaveOut(_ kind: GateCase.Kind, _ name: String) {
        isComplete = false
        record(kind, name, .zero, .undecided("not run: \(Self.noMoreTime)"))
    }

    private mutating func record(
        _ kind: GateCase.Kind, _ name: String, _ duration: Duration, _ outcome: GateCase.Outcome
    ) {
        cases.append(GateCase(kind: kind, name: name, duration: duration, outcome: outcome))
    }

    private static func untested(_ status: CampaignStatus) -> String {
        guard status.exercised.isMostlyRefused, let refusal = status.commonestRefusal else {
            return "no operations overlapped"
        }
        return "nearly all replies were refusals, most often \(refusal)"
    }

    private static func unwanted(_ level: FindingLevel) -> String {
        "a \(level.rawValue), on which this gate does not fail"
    }

    private static var noMoreTime: String { Interruption.signal == nil ? "the budget is spent" : "it was interrupted" }

    /// - Parameter ids: what a baseline would name to accept it.
    private static func outcome(_ result: ScenarioReplayer.Result, _ ids: [String] = []) -> GateCase.Outcome {
        switch result.verdict {
        case .held: .held
        case .violated:
            .violated(
                result.violations.first?.oracle, summary: result.violations.first?.summary ?? "",
                details: ([details(result)] + ids.map { "id \($0)" }).joined(separator: "\n"))
        case .inconclusive: .undecided(result.inconclusive.first ?? "inconclusive")
        case .nothingTested: .undecided("no reply was seen: nothing was tested")
        }
    }

    private static func details(_ result: ScenarioReplayer.Result) -> String {
        result.violations.map { "\($0.oracle.rawValue): \($0.summary)" }.joined(separator: "\n")
    }
}
