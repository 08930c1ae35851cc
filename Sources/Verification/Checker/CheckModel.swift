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
    /// A lock.
    case mutex
    /// A log of values by offset.
    case log

    /// Names that mean one of the models.
    private static let aliases: [String: CheckModel] = [
        "key-value": .kv, "cas-register": .cas, "ticket": .counter, "tickets": .counter, "sequence": .counter,
        "fifo": .queue, "fifo-queue": .queue, "lock": .mutex, "offsets": .log,
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
        case .mutex: return MutexMonitor(history, cut: cut).run()
        case .log:
            var monitor = LogMonitor(history, cut: cut)
            return monitor.run()
        }
    }

    /// Searches `rows` of `history`.
    package func search(_ history: History, rows: [Int], _ budget: SearchBudget) -> HistorySearch.Outcome {
        switch self {
        case .register, .kv, .cas: return HistorySearch.run(RegisterSpecification(), history, rows, budget)
        case .counter, .blindCounter: return HistorySearch.run(CounterSpecification(), history, rows, budget)
        case .set: return HistorySearch.run(SetElementSpecification(), history, rows, budget)
        case .queue: return HistorySearch.run(QueueSpecification(), history, rows, budget)
        case .mutex: return HistorySearch.run(MutexSpecification(), history, rows, budget)
        case .log: return HistorySearch.run(LogSpecification(), history, rows, budget)
        }
    }
}
