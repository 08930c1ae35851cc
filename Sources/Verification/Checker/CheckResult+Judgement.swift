extension Judgement {
    /// What a checker says of a history, as a judge says it of a capture.
    ///
    /// - Parameter hasClock: whether the history's times are a clock's.
    public init(_ result: CheckResult, hasClock: Bool) {
        self.init(
            violations: result.violations.map { Violation($0, hasClock: hasClock) },
            inconclusive: result.inconclusive, exercised: result.exercised)
        hints = result.hints
    }
}

extension Violation {
    /// A history's violation as a capture's: it has operations in place of packets.
    fileprivate init(_ violation: HistoryViolation, hasClock: Bool) {
        let names = violation.operations.map(String.init).joined(separator: ", ")
        var summary = "\(violation.summary) (operations \(names))"
        if let first = violation.firstInexplicable {
            summary += "; inexplicable from the answer to operation \(first.operation) on"
            if hasClock { summary += ", at \(first.time) ns" }
        }
        self.init(
            oracle: .linearizability, summary: summary, signature: violation.signature,
            margin: violation.margin, blame: violation.blame)
    }
}
