/// Operations on shared keys look as if each happened at one instant between its request and its reply.
public struct LinearizabilityOracle: DiagnosisOracle {
    /// What the search may spend on each key.
    public var budget: SearchBudget

    /// Creates the oracle.
    public init(budget: SearchBudget = SearchBudget()) {
        self.budget = budget
    }

    /// `linearizability`.
    public var id: OracleID { .linearizability }

    func violations(in diagnosis: Diagnosis) -> [Violation] {
        KeyAnalysis(diagnosis.reading, judges: diagnosis.problems.isEmpty, budget).problems.map(\.violation)
    }
}
