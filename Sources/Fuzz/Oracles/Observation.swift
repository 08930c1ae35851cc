import Verification

/// All that was seen of one execution: the wire's evidence, what the clients noted, and how the target ended if it did.
struct Observation {
    var evidence: Evidence
    var log: ExecutionLog
    /// Nil where the target lives on.
    var ending: ProcessEnding?
    /// What the target printed meanwhile.
    var output: [UInt8]
    /// The longest that a client alone with the target has waited for a reply. Nanoseconds.
    var slowestAlone: Int64 = 0
    /// What the oracles of the wire say.
    var judgement: Judgement
}

/// A property of which the wire alone does not tell. One conformer a file.
protocol ExecutionOracle: Sendable {
    /// How the execution breaks it; nothing where it does not, or where that is not proved.
    func violations(in observation: Observation) -> [Violation]
}

extension ExecutionJudge {
    /// What executions are asked besides what the wire shows.
    static let executionOracles: [any ExecutionOracle] = [
        SilenceOracle(), StallOracle(), SanitizerOracle(), CrashOracle(),
    ]
}
