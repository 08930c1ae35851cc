import Verification

/// The target lives on, whatever its clients do.
struct CrashOracle: ExecutionOracle {
    func violation(in observation: Observation) -> Violation? { observation.ending.map(Self.violation) }

    static func violation(_ ending: ProcessEnding) -> Violation {
        Violation(oracle: .crash, summary: "the target \(ending) during an execution", signature: "crash \(ending)")
    }
}
