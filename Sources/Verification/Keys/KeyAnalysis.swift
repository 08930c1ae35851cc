import Capture

/// The search over each group of keys that belong together, and what it found.
struct KeyAnalysis {
    var problems: [Problem] = []
    var inconclusive: [String] = []
    var notes: [String] = []
    /// Pairs of operations of different connections on one key that overlapped.
    var overlaps = 0
    /// Commands answered as unknown, in capitals.
    var unsupported: Set<String> = []

    /// Checks the keys of `reading`.
    ///
    /// - Parameter judges: Whether to search; otherwise overlaps are only counted.
    init(_ reading: Reading, judges: Bool, _ budget: SearchBudget) {
        guard reading.rules == .resp else {
            overlaps = Overlaps.ofConnections(reading)
            return
        }
        var history = KeyHistory(reading)
        unsupported = history.unsupported
        let events = Self.events(history.operations)
        overlaps = Overlaps.onKeys(history, events, reading)
        if let why = history.exclusionOfAll { notes.append("Linearizability is not judged: \(why).") }
        guard judges, history.exclusionOfAll == nil else { return }
        let groups = ComponentGroups(&history, events)
        if groups.excludedKeys > 0 {
            notes.append(
                "\(groups.excludedKeys) keys are not judged for linearizability; commands without a model touch them.")
        }
        search(groups, history, reading, budget)
    }

    private static func events(_ operations: [KeyOperation]) -> [SearchEvent] {
        var events: [SearchEvent] = []
        events.reserveCapacity(2 * operations.count)
        for (index, operation) in operations.enumerated() {
            events.append(SearchEvent(time: operation.invoked, operation: Int32(index), isResponse: false))
            if operation.isAnswered {
                events.append(SearchEvent(time: operation.completed, operation: Int32(index), isResponse: true))
            }
        }
        events.sort(by: SearchEvent.isBefore)
        return events
    }

    private mutating func search(
        _ groups: ComponentGroups, _ history: KeyHistory, _ reading: Reading, _ budget: SearchBudget
    ) {
        var engine = FrontierSearch()
        var model = KeyModel(
            operations: history.operations, parts: history.parts, keyCount: history.keys.count, values: history.values,
            startsAbsent: reading.evidence.keysStartAbsent)
        for group in 0..<groups.count where problems.count < maximumViolations {
            let events = groups.events(group)
            let monitor =
                groups.isAlone(group) && events.count >= KeyMonitor.leastEvents
                ? KeyMonitor(events, history, startsAbsent: reading.evidence.keysStartAbsent) : nil
            switch monitor?.decide(events) {
            case .linearizable: continue
            case .violated(let event, let margin):
                explain(Array(events[...event]), margin, history, reading)
                continue
            case .needsSearch, nil: break
            }
            model.focus(on: groups.key(group), isAlone: groups.isAlone(group))
            switch Self.decide(events, history, &engine, &model, budget) {
            case .linearizable: break
            case .violated(let event):
                explain(
                    Array(events[...event]), margin(events, groups.isAlone(group), history, reading), history, reading)
            case .unknown(let why):
                let name = Reading.text(history.keys.bytes(groups.key(group)))
                inconclusive.append("Linearizability of key \(name) is not decided: \(why).")
            }
        }
    }
}

extension KeyAnalysis {
    /// What the search may spend before the forced order is worked out for it. Configurations.
    private static let plainNodes = 2_000

    /// Decides one component: by search alone where that is quick, otherwise with the forced order.
    private static func decide(
        _ events: [SearchEvent], _ history: KeyHistory, _ engine: inout FrontierSearch, _ model: inout KeyModel,
        _ budget: SearchBudget
    ) -> SearchOutcome {
        let count = history.operations.count
        let plain = SearchBudget(nodes: min(plainNodes, budget.nodes), bytes: budget.bytes)
        let quick = engine.run(events, operationCount: count, &model, plain)
        guard case .unknown = quick else { return quick }
        let outcome = forced(events, history, &engine, &model, budget)
        // Without a forced order the search tells the event itself.
        guard case .violated(var last) = outcome, events.count <= 2 * ForcedOrder.maximumOperations else {
            return outcome
        }
        // Histories are explicable up to some response and never again (prefix closure), so halving finds it.
        var low = 0
        while low < last {
            let middle = (low + last) / 2
            if case .violated = forced(Array(events[...middle]), history, &engine, &model, budget) {
                last = middle
            } else {
                low = middle + 1
            }
        }
        return .violated(event: last)
    }

    private static func forced(
        _ events: [SearchEvent], _ history: KeyHistory, _ engine: inout FrontierSearch, _ model: inout KeyModel,
        _ budget: SearchBudget
    ) -> SearchOutcome {
        let order = ForcedOrder(events: events, operations: history.operations, parts: history.parts)
        if order?.isContradictory == true { return .violated(event: events.count - 1) }
        return engine.run(events, operationCount: history.operations.count, &model, budget, forced: order)
    }

    /// The margin of a violation that the search found, where a monitor can tell it.
    private func margin(_ events: [SearchEvent], _ isAlone: Bool, _ history: KeyHistory, _ reading: Reading) -> Int64? {
        guard isAlone else { return nil }
        let monitor = KeyMonitor(events, history, startsAbsent: reading.evidence.keysStartAbsent)
        guard case .violated(_, let margin)? = monitor?.decide(events) else { return nil }
        return margin
    }

    /// Tells the violation that is complete with the last of `events`.
    private mutating func explain(
        _ events: [SearchEvent], _ margin: Int64?, _ history: KeyHistory, _ reading: Reading
    ) {
        var problem = KeyExplanation(reading: reading, history: history, events: events).problem()
        problem.violation.marginNanoseconds = margin
        problems.append(problem)
    }
}

/// Events dealt out to the components of keys that are checked.
struct ComponentGroups {
    private var starts: [Int] = [0]
    private var dealt: [SearchEvent] = []
    private var keys: [Int] = []
    private var alone: [Bool] = []
    private(set) var excludedKeys = 0

    /// How many components have operations.
    var count: Int { keys.count }
    /// A key of the component.
    func key(_ group: Int) -> Int { keys[group] }
    /// Whether the component has one key.
    func isAlone(_ group: Int) -> Bool { alone[group] }
    /// Its events in order.
    func events(_ group: Int) -> [SearchEvent] { Array(dealt[starts[group]..<starts[group + 1]]) }

    /// - Complexity: O(events + keys).
    init(_ history: inout KeyHistory, _ events: [SearchEvent]) {
        let keyCount = history.keys.count
        var sizes = Array(repeating: 0, count: keyCount)
        var excluded = Array(repeating: false, count: keyCount)
        for key in 0..<keyCount {
            let root = Int(history.root(Int32(key)))
            sizes[root] += 1
            if history.exclusion[key] != nil { excluded[root] = true }
        }
        for root in 0..<keyCount where excluded[root] { excludedKeys += sizes[root] }
        var counts = Array(repeating: 0, count: keyCount)
        for event in events {
            let root = Int(history.root(history.operations[Int(event.operation)].key))
            if !excluded[root] { counts[root] += 1 }
        }
        var next = Array(repeating: -1, count: keyCount)
        for root in 0..<keyCount where counts[root] > 0 {
            next[root] = starts[keys.count]
            keys.append(root)
            alone.append(sizes[root] == 1)
            starts.append(next[root] + counts[root])
        }
        dealt = Array(repeating: SearchEvent(time: 0, operation: 0, isResponse: false), count: starts[keys.count])
        for event in events {
            let root = Int(history.root(history.operations[Int(event.operation)].key))
            guard next[root] >= 0 else { continue }
            dealt[next[root]] = event
            next[root] += 1
        }
    }
}
