/// Operations on shared keys look as if each happened at one instant between its request and its reply.
public struct LinearizabilityOracle: ReadingOracle {
    /// What the search may spend on each key.
    public var budget: SearchBudget

    /// Creates the oracle.
    public init(budget: SearchBudget = SearchBudget()) {
        self.budget = budget
    }

    /// `linearizability`.
    public var id: OracleID { .linearizability }

    func violations(in reading: Reading) -> [Violation] {
        KeyAnalysis(reading, judges: reading.problems.isEmpty, budget).problems.map(\.violation)
    }
}
