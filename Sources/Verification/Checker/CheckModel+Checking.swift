extension CheckModel {
    /// The functions that the model gives a meaning.
    private var functions: [History.Function] {
        switch self {
        case .register, .kv, .cas: [.read, .write, .compareAndSet, .delete]
        case .counter, .blindCounter: [.read, .increment]
        case .set: [.add, .remove, .contains, .read]
        case .queue: [.enqueue, .dequeue, .peek, .drain]
        case .stack: [.push, .pop, .peek]
        case .bag: [.enqueue, .dequeue, .drain]
        case .mutex, .semaphore: [.acquire, .release]
        case .text: [.read, .write, .append, .delete]
        case .bank: [.transfer, .read]
        case .txn: [.transaction, .read, .write]
        case .log: [.append, .read]
        }
    }

    /// Functions of which not every operation means something: it depends on their values.
    private var particularFunctions: [History.Function] {
        switch self {
        case .counter, .blindCounter: [.increment, .read]
        case .semaphore: functions
        case .log: [.append, .read]
        case .set: [.read]
        case .queue, .bag: [.drain]
        case .bank: [.transfer, .read]
        case .txn: functions
        case .register, .kv, .cas, .stack, .mutex, .text: []
        }
    }

    /// The functions of which the model understands every operation, a bit for each.
    var plainFunctions: UInt32 {
        functions.reduce(0) { particularFunctions.contains($1) ? $0 : $0 | 1 << $1.rawValue }
    }

    /// The functions that the model gives a meaning, a bit for each.
    var knownFunctions: UInt32 { functions.reduce(0) { $0 | 1 << $1.rawValue } }

    /// Whether one monitor judges all keys.
    var hasManyKeys: Bool { self == .register || self == .kv }

    /// Whether the object may have held a value before.
    public var takesInitialValue: Bool {
        [.register, .kv, .cas, .counter, .blindCounter, .semaphore, .txn].contains(self)
    }

    /// The parts of a history that can be searched each by itself.
    package enum Split {
        case whole, key, element

        /// What the operation is about: its key or element; 0 for all where they belong together.
        func object(_ row: Int, _ history: History) -> Int {
            switch self {
            case .whole: 0
            case .key: history.keys[row]
            case .element: history.arguments[row]
            }
        }
    }

    /// How the operations on one object, or those on all where one monitor judges all keys, come apart.
    package func split(_ history: History) -> Split {
        hasManyKeys ? .key : self == .set && !history.functions.contains(.read) ? .element : .whole
    }

    /// Whether the model can tell what the values of an operation that it knows, and not plainly, mean.
    func understands(_ history: History, _ row: Int) -> Bool {
        let (function, argument) = (history.functions[row], history.arguments[row])
        let isAnswered = history.statuses[row] == .ok
        let result = isAnswered ? history.results[row] : History.null
        switch (self, function) {
        case (.counter, .increment): return isNumber(argument) && isNumber(result)
        case (.blindCounter, .increment), (.semaphore, _): return isNumber(argument)
        case (.log, .append): return isNumber(result)
        case (.log, .read): return isNumber(argument)
        case (.counter, .read), (.blindCounter, .read): return !isAnswered || isNumber(result) && result != History.null
        case (.set, .read), (.queue, .drain), (.bag, .drain): return !isAnswered || history.elements(of: result) != nil
        case (.bank, .transfer): return Transfer(argument, history.values) != nil
        case (.bank, .read):
            return !isAnswered || history.entries(of: result)?.allSatisfy { isNumber($0.value) } ?? false
        case (.txn, _): return MicroOperation.all(HistoryOperation(history, row), history.values) != nil
        default: return true
        }
    }

    /// Nothing, or a number that is its own code.
    private func isNumber(_ code: Int) -> Bool { code == History.null || code.magnitude < History.firstName }

    /// The history in the model's own words: who counts may call it `add`, and to drain is to dequeue many times.
    ///
    /// - Returns: With it, which row of `history` each row was, where they differ.
    func normalised(_ history: History) -> (history: History, origin: [Int]?) {
        switch self {
        case .counter, .blindCounter:
            guard history.functions.contains(.add) else { return (history, nil) }
            var copy = history
            for row in 0..<copy.count where copy.functions[row] == .add { copy.functions[row] = .increment }
            return (copy, nil)
        case .queue, .bag: return history.functions.contains(.drain) ? history.withDrainsAsDequeues() : (history, nil)
        default: return (history, nil)
        }
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
        case .set:
            return history.functions.contains(.read)
                ? WholeSetMonitor(history, cut: cut).run() : SetMonitor(history, cut: cut).run()
        case .queue:
            var monitor = QueueMonitor(history, cut: cut)
            return monitor.run()
        case .bag:
            var monitor = QueueMonitor(history, cut: cut, isOrdered: false)
            return monitor.run()
        case .stack, .semaphore, .text, .bank: return .needsSearch([0])
        case .txn: return TransactionMonitor(history, cut: cut).run()
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
        case .set:
            history.functions.contains(.read) ? SetSpecification(values: history.values) : SetElementSpecification()
        case .bag: BagSpecification(holdsNothing: history.puts(.enqueue, History.null))
        case .semaphore: SemaphoreSpecification(permits: history.initial ?? 1)
        case .text: TextSpecification(history)
        case .bank: BankSpecification(values: history.values)
        case .txn: TransactionSpecification(history)
        case .queue: EndsSpecification.queue(holdsNothing: history.puts(.enqueue, History.null))
        case .stack: EndsSpecification.stack(holdsNothing: history.puts(.push, History.null))
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
