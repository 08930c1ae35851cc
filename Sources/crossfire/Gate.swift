import Foundation
import Fuzz
import Report
import Verification
import System

/// What the gate has checked so far, and what follows from it.
struct Gate {
    let accepted: Set<String>
    private(set) var cases: [JUnit.Case] = []
    /// Whether everything so far could be run.
    private(set) var isComplete = true

    init(accepted: Set<String>) {
        self.accepted = accepted
    }

    /// Saved findings, by id, each on several fresh targets.
    mutating func replay(
        findings: [(id: String, scenario: Scenario, oracle: OracleID?)], _ replayer: ScenarioReplayer
    ) throws {
        var replayer = replayer
        var pace = Pace(replayer, runs: findings.count * replayer.times)
        for (index, (id, scenario, oracle)) in findings.enumerated() {
            guard !replayer.isOver else {
                leaveOut("finding", id)
                continue
            }
            replayer.secondsPerTry = pace.next(replayer)
            Console.note("replaying \(id), \(index + 1) of \(findings.count)")
            try replay(id, scenario, oracle, replayer)
        }
    }

    /// A saved finding: seen again is a failure, unless the baseline accepts it.
    private mutating func replay(_ id: String, _ scenario: Scenario, _ oracle: OracleID?, _ replayer: ScenarioReplayer)
        throws
    {
        let start = Date()
        guard let result = try Self.run(scenario, oracle, replayer) else { return leaveOut("finding", id) }
        let seen = result.reproduction.hits > 0
        let count = "\(result.reproduction.hits) of \(result.reproduction.tries) tries"
        let outcome: JUnit.Outcome =
            if seen, accepted.contains(id) {
                .skipped(message: "accepted by the baseline; seen in \(count)")
            } else if seen {
                .failed(
                    type: oracle?.rawValue ?? "violation", message: "seen again in \(count)",
                    details: Self.details(result))
            } else if result.reproduction.tries < replayer.times {
                .error(message: "not seen in \(count), and \(Self.noMoreTime)")
            } else {
                Self.outcome(result)
            }
        record("finding", id, start, outcome)
    }

    /// The scenarios of the corpus, once each on a fresh target.
    mutating func replay(corpus: [(name: String, scenario: Scenario)], _ replayer: ScenarioReplayer) throws {
        var replayer = replayer
        replayer.times = 1
        var pace = Pace(replayer, runs: corpus.count)
        for (index, (name, scenario)) in corpus.enumerated() {
            guard !replayer.isOver else {
                leaveOut("corpus", name)
                continue
            }
            replayer.secondsPerTry = pace.next(replayer)
            Console.note("running \(name), \(index + 1) of \(corpus.count)")
            let start = Date()
            if let result = try Self.run(scenario, nil, replayer), result.executions > 0 {
                record("corpus", name, start, Self.outcome(result))
            } else {
                leaveOut("corpus", name)
            }
        }
    }

    /// What the budget did not suffice for.
    mutating func leaveOut(_ group: String, _ name: String) {
        isComplete = false
        record(group, name, Date(), .error(message: "not run: \(Self.noMoreTime)"))
    }

    private static var noMoreTime: String { Interruption.signal == nil ? "the budget is spent" : "it was interrupted" }

    /// Nil where the time was over before the target was ready.
    private static func run(_ scenario: Scenario, _ oracle: OracleID?, _ replayer: ScenarioReplayer) throws
        -> ScenarioReplayer.Result?
    {
        do {
            return try replayer.run(scenario, expecting: oracle)
        } catch TargetError.notReady where replayer.isOver {
            return nil
        } catch TargetError.interrupted {
            return nil
        }
    }

    /// The campaign of fresh executions.
    mutating func fresh(_ outcome: CampaignRun.Outcome) {
        let status = outcome.result.status
        let start = Date(timeIntervalSinceNow: -status.elapsedSeconds)
        for finding in outcome.result.findings {
            let outcome: JUnit.Outcome =
                accepted.contains(finding.id)
                ? .skipped(message: "accepted by the baseline")
                : .failed(
                    type: finding.violation.oracle.rawValue, message: finding.violation.summary,
                    details: outcome.paths[finding.id] ?? "")
            record("fresh", finding.id, Date(), outcome)
        }
        let name = "\(status.executions) fresh executions"
        switch outcome.result.verdict {
        case .held, .violated: record("fresh", name, start, .passed)
        case .inconclusive:
            record("fresh", name, start, .error(message: outcome.result.inconclusiveReasons.first ?? "inconclusive"))
        case .nothingTested:
            record("fresh", name, start, .error(message: "no operations overlapped: nothing was tested"))
        }
    }

    /// Violated before inconclusive before held; a gate that checked nothing is inconclusive.
    var status: Status {
        if cases.contains(where: { if case .failed = $0.outcome { true } else { false } }) { return .violated }
        if cases.contains(where: { if case .error = $0.outcome { true } else { false } }) { return .inconclusive }
        return cases.isEmpty ? .inconclusive : .held
    }

    /// A line for each case.
    var text: String {
        cases.map { item in
            let words =
                switch item.outcome {
                case .passed: "held      "
                case .failed(let type, let message, _): "VIOLATED  \(type): \(message):"
                case .error(let message): "unknown   \(message):"
                case .skipped(let message): "accepted  \(message):"
                }
            return "\(words) \(item.group) \(item.name)"
        }.joined(separator: "\n")
    }

    private mutating func record(_ group: String, _ name: String, _ start: Date, _ outcome: JUnit.Outcome) {
        cases.append(.init(group: group, name: name, seconds: Date().timeIntervalSince(start), outcome: outcome))
    }

    private static func outcome(_ result: ScenarioReplayer.Result) -> JUnit.Outcome {
        switch result.verdict {
        case .held: .passed
        case .violated:
            .failed(
                type: result.violations.first?.oracle.rawValue ?? "violation",
                message: result.violations.first?.summary ?? "", details: details(result))
        case .inconclusive: .error(message: result.inconclusive.first ?? "inconclusive")
        case .nothingTested: .error(message: "no reply was seen: nothing was tested")
        }
    }

    private static func details(_ result: ScenarioReplayer.Result) -> String {
        result.violations.map { "\($0.oracle.rawValue): \($0.summary)" }.joined(separator: "\n")
    }
}

/// How long each of several runs may take, so that all of them leave half of the time for what comes after them.
private struct Pace {
    private let line: Double
    private let usual: Double
    private var runs: Int

    /// The least for a try, in seconds: a few executions.
    private static let least = 0.02

    init(_ replayer: ScenarioReplayer, runs: Int) {
        line = (replayer.secondsLeft ?? 0) / 2
        usual = replayer.secondsPerTry
        self.runs = runs
    }

    /// Seconds for each try of the next run.
    mutating func next(_ replayer: ScenarioReplayer) -> Double {
        defer { runs -= replayer.times }
        guard let left = replayer.secondsLeft else { return usual }
        return min(usual, max(Self.least, (left - line) / Double(max(1, runs))))
    }
}
