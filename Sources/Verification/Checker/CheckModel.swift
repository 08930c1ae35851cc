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

    /// The functions that the model gives a meaning.
    private var functions: [History.Function] {
        switch self {
        case .register, .kv, .cas: [.read, .write, .compareAndSet, .delete]
        case .counter, .blindCounter: [.read, .increment]
        case .set: [.add, .remove, .contains]
        case .queue: [.enqueue, .dequeue, .peek]
        case .stack: [.push, .pop, .peek]
        case .mutex: [.acquire, .release]
        case .log: [.append, .read]
        }
    }

    /// Whether the model says what this function does.
    func knows(_ function: History.Function) -> Bool { functions.contains(function) }

    /// Whether one monitor judges all keys.
    var hasManyKeys: Bool { self == .register || self == .kv }

    /// Whether the object may have held a value before.
    public var takesInitialValue: Bool { [.register, .kv, .cas, .counter, .blindCounter].contains(self) }

    /// The parts of a history that can be searched each by itself.
    package enum Split { case whole, key, element }

    /// How the operations on one object, or those on all where one monitor judges all keys, come apart.
    package func split(_ history: History) -> Split {
        hasManyKeys ? .key : self == .set ? .element : .whole
    }

    /// The history in the model's own words: who counts may call it `add`.
    func normalised(_ history: History) -> History {
        guard self == .counter || self == .blindCounter, history.functions.contains(.add) else { return history }
        var copy = history
        for row in 0..<copy.count where copy.functions[row] == .add { copy.functions[row] = .increment }
        return copy
    }

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
        search(specification(of: history), history, rows, budget)
    }

    /// How far time stamps would have to be wrong for a violation that a search found to vanish, in nanoseconds.
    func margin(_ history: History, rows: [Int], culprit: Int) -> Int64? {
        margin(specification(of: history), history, rows, culprit)
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

    /// What the search holds rows of `history` against.
    func specification(of history: History) -> any Specification {
        switch self {
        case .register, .kv, .cas: RegisterSpecification(initial: history.initial ?? History.null)
        case .counter: CounterSpecification(initial: history.initial ?? 0)
        case .blindCounter: CounterSpecification(initial: history.initial ?? 0, isBlind: true)
        case .set: SetElementSpecification()
        case .queue: QueueSpecification(holdsNothing: history.puts(.enqueue, History.null))
        case .stack: StackSpecification(holdsNothing: history.puts(.push, History.null))
        case .mutex: MutexSpecification()
        case .log: LogSpecification()
        }
    }
}

extension History {
    /// Whether an operation of this kind was given this value.
    fileprivate func puts(_ function: Function, _ value: Int) -> Bool {
        functions.indices.contains { functions[$0] == function && arguments[$0] == value }
    }
}
