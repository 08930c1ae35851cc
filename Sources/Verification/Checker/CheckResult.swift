/// What a checker says of a history.
public struct CheckResult: Sendable {
    /// Held, violated, inconclusive, or nothing tested.
    public var verdict: Verdict
    /// What was found, at most a handful.
    public var violations: [HistoryViolation]
    /// Why the verdict is, or beside a violation would have been, inconclusive; one sentence each.
    public var inconclusive: [String]
    /// How the history was decided: by a monitor, or by search, and of how many keys.
    public var method: String
    /// What was exercised.
    public var exercised: Exercised
    /// The functions that the model does not know, in order of occurrence.
    public var foreignFunctions: [String] = []
    /// What else may be meant, one sentence each: another model, an initial value.
    public var hints: [String] = []

    /// Creates a result.
    public init(
        verdict: Verdict, violations: [HistoryViolation] = [], inconclusive: [String] = [], method: String = "",
        exercised: Exercised = Exercised()
    ) {
        self.verdict = verdict
        self.violations = violations
        self.inconclusive = inconclusive
        self.method = method
        self.exercised = exercised
    }

    /// Sets the verdict. What only foreign functions leave undecided was not tested.
    mutating func decide(isTested: Bool) {
        verdict = Verdict(
            isViolated: !violations.isEmpty, isUndecided: isTested && !inconclusive.isEmpty, isTested: isTested)
    }
}

/// One violation in a history.
public struct HistoryViolation: Sendable {
    /// What kind it is.
    public var kind: ViolationKind
    /// One sentence, with at most four operations by their numbers.
    public var summary: String
    /// The operations that show it, by their numbers in the file.
    public var operations: [Int]
    /// The same operations, by row.
    public var rows: [Int]
    /// How far time stamps would have to be wrong for it to vanish; nil where time plays no part.
    public var margin: Duration?
    /// The operation whose answer was the first that no order explains, and when it came.
    public var firstInexplicable: Inexplicable?
    /// Whose state is not shared, if the history of each client by itself is fine.
    public var blame: String?
    /// The first client that does not read its own writes, or whose reads go back, and how; nil where none does.
    public var brokenSession: String?

    /// The operations of a smaller history that no order explains either, by their numbers; empty where `operations` is
    /// that already.
    public var shrunk: [Int] = []

    /// The end of the longest history that an order explains.
    public struct Inexplicable: Sendable, Equatable {
        /// The operation, by its number in the file.
        public var operation: Int
        /// Its row.
        public var row: Int
        /// When it was answered, in nanoseconds.
        public var time: Int64

        init(_ history: History, row: Int) {
            (operation, self.row, time) = (history.ids[row], row, history.completed[row])
        }
    }

    /// `linearizability:stale-read`: the same for all values.
    public var signature: String { "linearizability:\(kind.rawValue)" }
}
