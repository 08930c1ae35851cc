import Verification

/// The target lives on, whatever its clients do.
struct CrashOracle: ExecutionOracle {
    func violations(in observation: Observation) -> [Violation] {
        guard let ending = observation.ending else { return [] }
        var crash = Self.violation(ending, output: observation.output)
        crash.underWay = observation.judgement.unanswered
        return [crash]
    }

    /// Told with the target's own words, and told apart by them: by the stack where there is one, else by the text, else by how
    /// it ended. What was asked is added once it is known (`CrashCauses`).
    static func violation(_ ending: ProcessEnding, output: [UInt8]) -> Violation {
        guard let report = ErrorReport.ofDeath(ending, in: output) else {
            return Violation(
                oracle: .crash, summary: "the target \(ending) during an execution", signature: "crash \(ending)")
        }
        var crash = Violation(
            oracle: .crash, summary: "the target \(ending) during an execution: \(report.sentence)",
            signature: "crash \(report.signature)")
        crash.targetWords = report.quotedLines
        crash.hasPlace = report.hasPlace
        return crash
    }
}
