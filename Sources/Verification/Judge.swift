import Capture
import System

/// Holds evidence against oracles.
public struct Judge: Sendable {
    /// All oracles that need nothing but the wire, most specific first.
    public static let wireOracles = wireOracles(silenceLimits: SilenceLimits())

    /// The same, with other limits of silence, and what the search for linearizability may spend.
    public static func wireOracles(silenceLimits: SilenceLimits, budget: SearchBudget = SearchBudget()) -> [any Oracle]
    {
        [
            OrderOracle(), LossOracle(silenceLimits: silenceLimits), DuplicationOracle(), CrosstalkOracle(),
            CorruptionOracle(),
            HangOracle(silenceLimits: silenceLimits), IsolationOracle(silenceLimits: silenceLimits),
            LinearizabilityOracle(budget: budget),
        ]
    }

    /// What is said of messages without being asked: all of these but the search for an order of operations, which takes its
    /// time.
    public static func messageOracles(silenceLimits: SilenceLimits) -> [any Oracle] {
        wireOracles(silenceLimits: silenceLimits).filter { $0.id != .linearizability }
    }

    private let readers: [any DiagnosisOracle]
    private let others: [any Oracle]
    private let wanted: Set<OracleID>
    private let budget: SearchBudget
    private let silenceLimits: SilenceLimits
    private let searches: Bool
    private let clockUncertainty: Duration
    private let threads: Int

    /// Creates a judge with these oracles.
    ///
    /// - Parameters:
    ///   - clockUncertainty: How far two time stamps may be off against each other; a violation with a margin of up to
    ///     twice as much is inconclusive.
    ///   - threads: How many search for linearizability at once.
    public init(oracles: [any Oracle] = Judge.wireOracles, clockUncertainty: Duration = .zero, threads: Int = 1) {
        self.clockUncertainty = clockUncertainty
        self.threads = threads
        readers = oracles.compactMap { $0 as? any DiagnosisOracle }
        others = oracles.filter { !($0 is any DiagnosisOracle) }
        wanted = Set(oracles.map(\.id))
        let limits = oracles.lazy.compactMap {
            ($0 as? HangOracle)?.silenceLimits ?? ($0 as? LossOracle)?.silenceLimits
        }
        silenceLimits = limits.first ?? SilenceLimits()
        let linearizability = oracles.lazy.compactMap { $0 as? LinearizabilityOracle }.first
        searches = linearizability != nil
        budget = linearizability?.budget ?? SearchBudget()
    }

    /// Judges evidence. Where it is incomplete, only what no missing packet explains is a violation; the rest makes the
    /// verdict inconclusive. Linearizability is not judged where replies cannot be relied on.
    ///
    /// - Complexity: O(bytes + operations), but for the search of linearizability, which keeps to its budget.
    ///
    /// - Parameter more: adds to what is said.
    func judgeOne(_ evidence: Evidence, more: (Reading, inout Judgement) -> Void) -> Judgement {
        let reading = Reading(evidence)
        let diagnosis = Diagnosis(reading)
        let missing = Self.missing(evidence)
        // Who still waits for a reply has got no wrong one.
        let isReliable = !diagnosis.problems.contains { $0.silence == nil }
        let keys = KeyAnalysis(reading, judges: searches && isReliable, budget, threads: threads)
        var judgement = Judgement()
        for oracle in readers where oracle.id != .linearizability {
            let all = oracle.violations(in: diagnosis)
            guard !missing.isEmpty, !all.isEmpty else {
                judgement.violations += all
                continue
            }
            let certain = oracle.certainViolations(in: diagnosis)
            judgement.violations += certain
            if certain.count < all.count {
                judgement.inconclusive.append("Missing packets may explain: \(all[0].summary)")
            }
        }
        let doubts = Doubts(diagnosis, wanted, silenceLimits)
        judgement.inconclusive += doubts.inconclusive
        for problem in keys.problems where wanted.contains(problem.violation.oracle) {
            let (summary, margin) = (problem.violation.summary, problem.violation.margin)
            if let doubt = ClockUncertainty(clockUncertainty).doubt(summary, margin: margin) {
                judgement.inconclusive.append(doubt)
            } else if missing.isEmpty {
                judgement.violations.append(problem.violation)
            } else {
                judgement.inconclusive.append("Missing packets may explain: \(problem.violation.summary)")
            }
        }
        for oracle in others {
            let found = oracle.violations(in: evidence)
            if missing.isEmpty { judgement.violations += found } else { judgement.inconclusive += found.map(\.summary) }
        }
        judgement.inconclusive += missing + keys.inconclusive
        judgement.notes = reading.notes + diagnosis.notes + doubts.notes + keys.notes
        if evidence.source == .capture { Self.notePolicies(&judgement) }
        judgement.leftAside = evidence.leftAside
        judgement.remarks = reading.remarks.sentences
        judgement.methods = reading.meaning.methods
        judgement.unsupportedCommands = keys.unsupported.sorted()
        judgement.exercised = Self.exercised(evidence, overlaps: keys.overlaps)
        judgement.exercised.meeting = keys.meeting
        if evidence.source == .target {
            Self.countRefusals(reading, &judgement)
            judgement.unanswered = reading.unanswered
        }
        judgement.undecided = keys.undecided
        more(reading, &judgement)
        return judgement
    }

    /// In anybody's capture what a server may do is noted.
    private static func notePolicies(_ judgement: inout Judgement) {
        judgement.notes += judgement.violations.compactMap { violation in
            violation.policy.map { "\(violation.summary) This is its right: \($0)." }
        }
        judgement.violations.removeAll { $0.policy != nil }
    }

    /// Only campaigns ask whether their requests were refused.
    private static func countRefusals(_ reading: Reading, _ judgement: inout Judgement) {
        for call in reading.calls where reading.meaning.gotNothing(call, reading) {
            judgement.exercised.refused += 1
            if call.head.map(reading.meaning.isRefusal) ?? true { judgement.hasRefusal = true }
            judgement.refusal = judgement.refusal ?? reading.reply(call).map { reading.meaning.text($0) }
        }
    }

    /// What the evidence lacks, one sentence each.
    private static func missing(_ evidence: Evidence) -> [String] {
        var reasons = evidence.incomplete
        for conversation in evidence.conversations where conversation.requestGaps > 0 || conversation.replyGaps > 0 {
            reasons.append(
                "\(conversation.name): the capture misses \(conversation.requestGaps) bytes to the server and "
                    + "\(conversation.replyGaps) bytes to the client.")
            if reasons.count > maximumViolations { break }
        }
        guard evidence.source == .capture else { return reasons }
        for conversation in evidence.conversations {
            guard let count = conversation.proof?.contradictions, count > 0 else { continue }
            reasons.append(
                "\(conversation.name): \(count) segments have no place in the connection: they are damaged, or of another "
                    + "one with the same ports.")
            if reasons.count > maximumViolations { break }
        }
        return reasons
    }

    private static func exercised(_ evidence: Evidence, overlaps: Int) -> Exercised {
        var exercised = Exercised()
        for conversation in evidence.conversations where conversation.isJudged && !conversation.exchanges.isEmpty {
            exercised.connections += 1
            exercised.operations += conversation.exchanges.count
            for exchange in conversation.exchanges where exchange.reply != nil { exercised.answered += 1 }
        }
        exercised.overlaps = overlaps
        return exercised
    }
}
