/// Searches components of keys for a legal order of their operations.
struct ComponentSearcher {
    let history: KeyHistory
    private let startsAbsent: Bool
    private let budget: SearchBudget

    init(_ history: KeyHistory, startsAbsent: Bool, _ budget: SearchBudget) {
        self.history = history
        self.startsAbsent = startsAbsent
        self.budget = budget.started()
    }

    /// Decides the components `wanted`, in this order, on `threads` threads. Each thread gives up once it has found
    /// `maximumViolations`.
    func decide(
        _ wanted: [Int], of groups: ComponentGroups, threads: Int
    ) -> [(group: Int, outcome: SearchOutcome)] {
        guard !wanted.isEmpty else { return [] }
        let lanes = max(1, min(threads, wanted.count))
        let results = Parallel.map(lanes, threads: lanes) { lane in
            var worker = Worker(self)
            var found: [(group: Int, outcome: SearchOutcome)] = []
            var violations = 0
            for index in stride(from: lane, to: wanted.count, by: lanes) where violations < maximumViolations {
                let outcome = worker.decide(groups, wanted[index])
                if case .violated = outcome { violations += 1 }
                found.append((wanted[index], outcome))
            }
            return found
        } stopAfter: { _ in
            false
        }
        return results.flatMap { $0 ?? [] }.sorted { $0.group < $1.group }
    }

    /// Smaller questions about one component, once it is known to be violated.
    func trial(_ groups: ComponentGroups, _ group: Int) -> Trial {
        var worker = Worker(self)
        worker.focus(groups, group)
        return Trial(worker: worker, budget: budget.forTrials(nodes: SearchMargin.trialNodes))
    }

    struct Trial {
        fileprivate var worker: Worker
        let budget: SearchBudget

        mutating func decide(_ events: [SearchEvent]) -> SearchOutcome { worker.decide(events, budget) }

        /// Lets each of some keys be gone once, at any time: events to put before all others.
        mutating func vanish(_ keys: [Int32], from time: Int64) -> [SearchEvent] { worker.vanish(keys, time) }

        /// The first event of `all`, which are known to have no order, whose response no order explains when later answers are
        /// not known yet: `known`, before which all has an order, or a later one. Histories are explicable up to some
        /// response and never again (prefix closure), so steps that double and then halves find it; where a trial's budget
        /// does not do, some later one.
        ///
        /// - Complexity: O(log events) searches; mostly one or two, since the search comes to where it is stuck.
        mutating func firstInexplicable(_ all: [SearchEvent], from known: Int) -> Int {
            let answers = all.indices.filter { all[$0].isResponse && $0 >= known }
            let first = InexplicablePrefix.first(of: answers.count, likely: .early) { place in
                worker.prefix(all, answers[place], Array(all[...answers[place]]), budget).isExplained
            }
            return first.map { answers[$0.answer] } ?? all.count - 1
        }

        /// Decides `events`, of operations of which only the answers up to the event at `last` of `all` are known.
        mutating func decide(_ events: [SearchEvent], knowing last: Int, of all: [SearchEvent]) -> SearchOutcome {
            worker.prefix(all, last, events, budget)
        }
    }

    /// One thread's room to search in.
    fileprivate struct Worker {
        /// Components of so many events are first searched without looking at the values, and what that may spend.
        /// Configurations.
        private static let plainEvents = 64
        private static let plainNodes = 2_000

        private let history: KeyHistory
        private var budget: SearchBudget
        private let keysStartAbsent: Bool
        private var engine = FrontierSearch()
        private var model: KeyModel

        init(_ searcher: ComponentSearcher) {
            history = searcher.history
            budget = searcher.budget.started()
            keysStartAbsent = searcher.startsAbsent
            model = KeyModel(history, startsAbsent: searcher.startsAbsent)
        }

        mutating func focus(_ groups: ComponentGroups, _ group: Int) {
            model.focus(on: groups.key(group), isAlone: groups.isAlone(group))
        }

        fileprivate mutating func vanish(_ keys: [Int32], _ time: Int64) -> [SearchEvent] {
            keys.enumerated().map { place, key in
                var end = KeyOperation(kind: .delete, key: key, call: -1, lane: Int32(-1 - place))
                end.isAnswered = false
                end.invoked = time
                model.operations.append(end)
                let number = Int32(model.operations.count - 1)
                return SearchEvent(time: time, operation: number, isResponse: false)
            }
        }

        /// Decides `events` as if the answers after the event at `last` of `all` had not come.
        fileprivate mutating func prefix(
            _ all: [SearchEvent], _ last: Int, _ events: [SearchEvent], _ budget: SearchBudget
        ) -> SearchOutcome {
            let pending = all[(last + 1)...].filter(\.isResponse).map { Int($0.operation) }
            let answered = pending.map { history.operations[$0] }
            var idle: Set<Int> = []
            for index in pending {
                model.operations[index] = model.operations[index].unanswered
                if model.operations[index].isIdleUnanswered { idle.insert(index) }
            }
            defer { for (index, operation) in zip(pending, answered) { model.operations[index] = operation } }
            return decide(events.filter { !idle.contains(Int($0.operation)) }, budget)
        }

        mutating func decide(_ groups: ComponentGroups, _ group: Int) -> SearchOutcome {
            focus(groups, group)
            return decide(groups.events(group, of: history.operations), budget)
        }

        /// Small components by plain search, others by one that the values guide, and if that fails by the plain one with
        /// the forced order.
        mutating func decide(_ events: [SearchEvent], _ budget: SearchBudget) -> SearchOutcome {
            if events.count <= Self.plainEvents {
                let plain = budget.with(nodes: min(Self.plainNodes, budget.nodes))
                let quick = engine.run(events, operationCount: model.operations.count, &model, plain)
                guard case .unknown = quick else { return quick }
            }
            let order = GuidedOrder(events, model.operations, parts: history.parts, keysStartAbsent)
            let guided = order.decide(&model, budget)
            guard case .unknown = guided, !budget.isOver else { return guided }
            guard events.count <= 2 * ForcedOrder.maximumOperations else { return guided }
            let use = CellUse(order.members, order.operations, history.parts, startsAbsent: keysStartAbsent)
            let forced = ForcedOrder(use, ForcedWindows(use))
            return engine.run(
                events, operationCount: model.operations.count, &model, budget, forced: forced)
        }
    }
}
