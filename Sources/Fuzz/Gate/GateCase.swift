public import Verification

/// One thing that a gate has checked.
public struct GateCase: Sendable, Equatable {
    /// What kind of thing.
    public enum Kind: String, Sendable {
        /// A saved finding, on fresh targets.
        case finding
        /// A scenario of the corpus.
        case corpus
        /// Executions that nobody has seen before, or a finding of theirs.
        case fresh
    }

    /// How it came out.
    public enum Outcome: Sendable, Equatable {
        case held
        /// By which oracle, in a sentence, and what else is to be told. No oracle where any violation counted.
        case violated(OracleID?, summary: String, details: String)
        /// Violated, and the baseline allows it.
        case accepted(String)
        /// It could not be run or judged, and why.
        case undecided(String)
    }

    /// What kind of thing it is.
    public var kind: Kind
    /// A finding's id, a scenario's file name, or how many executions.
    public var name: String
    /// How long it took.
    public var duration: Duration
    /// How it came out.
    public var outcome: Outcome

    package init(kind: Kind, name: String, duration: Duration, outcome: Outcome) {
        self.kind = kind
        self.name = name
        self.duration = duration
        self.outcome = outcome
    }
}
