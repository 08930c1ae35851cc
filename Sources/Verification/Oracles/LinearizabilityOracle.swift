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
    /// The requirement.
    public var requirement: String {
        "Each operation takes effect at one instant between its request and its reply (Herlihy and Wing, 1990)."
    }

    func violations(in reading: Reading) -> [Violation] {
        KeyAnalysis(reading, judges: reading.problems.isEmpty, budget).problems.map(\.violation)
    }
}
