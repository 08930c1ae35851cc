/// The sequential objects that histories can be checked against by name.
public enum CheckModel: String, Sendable, CaseIterable {
    /// One register, or one per key.
    case register
    /// The same; for files that say so.
    case kv
    /// A register with compare-and-set.
    case cas
    /// A counter whose increment returns the new value; tickets and sequence numbers too.
    case counter
    /// A counter whose increment returns nothing.
    case blindCounter = "blind-counter"
    /// A set.
    case set
    /// A first-in first-out queue.
    case queue
    /// A last-in first-out stack; always by search.
    case stack
    /// A lock.
    case mutex
    /// A log of values by offset.
    case log

    /// Names that mean one of the models.
    private static let aliases: [String: CheckModel] = [
        "key-value": .kv, "cas-register": .cas, "ticket": .counter, "tickets": .counter, "sequence": .counter,
        "fifo": .queue, "fifo-queue": .queue, "lifo": .stack, "lock": .mutex, "offsets": .log,
    ]

    /// The model of this name, or nil.
    public init?(name: String) {
        guard let model = CheckModel(rawValue: name) ?? Self.aliases[name] else { return nil }
        self = model
    }

    /// `register, kv, …`: for help and error messages.
    public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Runs the monitor over `history` as it stood at `cut`.
    package func monitor(_ history: History, cut: Int64) -> MonitorOutcome {
        switch self {
        case .register, .kv:
            var monitor = RegisterMonitor(history, cut: cut)
            return monitor.run()
        case .cas:
            var monitor = CompareAndSetMonitor(history, cut: cut)
            return monitor.run()
        case .counter: return CounterMonitor(history, cut: cut).run()
        case .blindCounter: return BlindCounterMonitor(history, cut: cut).run()
        case .set: return SetMonitor(history, cut: cut).run()
        case .queue:
            var monitor = QueueMonitor(history, cut: cut)
            return monitor.run()
        case .stack: return .needsSearch([0])
        case .mutex: return MutexMonitor(history, cut: cut).run()
        case .log:
            var monitor = LogMonitor(history, cut: cut)
            return monitor.run()
        }
    }

    /// Searches `rows` of `history`.
    package func search(_ history: History, rows: [Int], _ budget: SearchBudget) -> HistorySearch.Outcome {
        search(specification, history, rows, budget)
    }

    /// How far time stamps would have to be wrong for a violation that a search found to vanish, in nanoseconds.
    func margin(_ history: History, rows: [Int], culprit: Int) -> Int64? {
        margin(specification, history, rows, culprit)
    }

    private func search(
        _ specification: some Specification, _ history: History, _ rows: [Int], _ budget: SearchBudget
    ) -> HistorySearch.Outcome {
        HistorySearch.run(specification, history, rows, budget)
    }

    private func margin(
        _ specification: some Specification, _ history: History, _ rows: [Int], _ culprit: Int
    ) -> Int64? {
        HistorySearch.margin(specification, history, rows, culprit: culprit)
    }

    /// What the search holds rows against.
    var specification: any Specification {
        switch self {
        case .register, .kv, .cas: RegisterSpecification()
        case .counter, .blindCounter: CounterSpecification()
        case .set: SetElementSpecification()
        case .queue: QueueSpecification()
        case .stack: StackSpecification()
        case .mutex: MutexSpecification()
        case .log: LogSpecification()
        }
    }
}
