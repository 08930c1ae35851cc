/// The general search over rows of a history.
package enum HistorySearch {
    package enum Outcome: Equatable {
        case linearizable
        /// The row whose answer is the first that no order explains.
        case violated(row: Int)
        case unknown(String)

        /// Whether there is an order; nil where that is not known.
        var isExplained: Bool? {
            switch self {
            case .linearizable: true
            case .violated: false
            case .unknown: nil
            }
        }
    }

    /// Searches for a legal order of `rows`. Refused operations and unanswered ones without effect are left out.
    ///
    /// - Complexity: exponential in the operations open at once at worst; never more than `budget`.
    static func run<Spec: Specification>(
        _ spec: Spec, _ history: History, _ rows: [Int], _ budget: SearchBudget
    ) -> Outcome {
        let problem = Problem(spec, history, rows)
        switch problem.decide(spec, problem.events, budget) {
        case .linearizable: return .linearizable
        case .violated(let event): return .violated(row: problem.rows[Int(problem.events[event].operation)])
        case .unknown(let why): return .unknown(why)
        }
    }

    /// Searches for a legal order of `rows` and tells it.
    ///
    /// - Parameter chains: Rows of which each must come after the one before, for the search to try fewer orders.
    /// - Complexity: As the search.
    package static func witness<Spec: Specification>(
        _ spec: Spec, _ history: History, _ rows: [Int], _ budget: SearchBudget, chains: [[Int]] = []
    ) -> Witness {
        let problem = Problem(spec, history, rows)
        var engine = FrontierSearch()
        engine.keepsWitness = true
        var place: [Int: Int32] = [:]
        for (index, row) in problem.rows.enumerated() { place[row] = Int32(index) }
        let placed = chains.map { chain in chain.compactMap { row in place[row] } }
        engine.prefersFewer = chains.isEmpty
        engine.chain(placed + problem.twins, operationCount: problem.rows.count)
        var model = SpecificationModel(spec, problem.operations)
        switch engine.run(problem.events, operationCount: problem.operations.count, &model, budget) {
        case .linearizable: return .order(engine.witness.map { problem.rows[Int($0)] })
        case .violated: return .none(Witness.noOrder)
        case .unknown(let why): return .none(why)
        }
    }

    /// The margin of a violation among `rows`, complete with the answer to `culprit`; nil where time plays no part or
    /// it is not found.
    static func margin<Spec: Specification>(_ spec: Spec, _ history: History, _ rows: [Int], culprit: Int) -> Int64? {
        let end = history.completed[culprit]
        let cut = history.selecting(rows).cut(at: end)
        let problem = Problem(spec, cut, Array(0..<cut.count))
        return SearchMargin.find(problem.events) {
            problem.decide(spec, $0, SearchBudget(nodes: SearchMargin.trialNodes))
        }
    }

    /// Rows as events. Refused operations and unanswered ones without effect are left out.
    private struct Problem {
        var rows: [Int] = []
        var operations: [HistoryOperation] = []
        var events: [SearchEvent] = []
        /// Unanswered operations that are interchangeable, in order of invocation: the earlier ones are taken first.
        var twins: [[Int32]] = []

        init(_ spec: some Specification, _ history: History, _ wanted: [Int]) {
            let seen = Self.seen(history, wanted)
            var alike: [HistoryOperation: [Int32]] = [:]
            let order = TimeSort.order(history.invoked, wanted.map { Int32(truncatingIfNeeded: $0) })
            for row in order.map(Int.init) where history.statuses[row] != .fail {
                var operation = HistoryOperation(history, row)
                if !operation.isAnswered {
                    guard !HistorySearch.isIdle(operation.function), let simple = spec.unanswered(operation, seen: seen)
                    else {
                        continue
                    }
                    operation = simple
                    guard alike[operation]?.count ?? 0 < spec.mostNeeded(simple, seen: seen) else { continue }
                    alike[operation, default: []].append(Int32(truncatingIfNeeded: rows.count))
                }
                rows.append(row)
                operations.append(operation)
            }
            twins = alike.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
            events.reserveCapacity(2 * rows.count)
            for (index, row) in rows.enumerated() {
                events.append(SearchEvent(time: history.invoked[row], operation: Int32(index), isResponse: false))
                guard operations[index].isAnswered else { continue }
                events.append(SearchEvent(time: history.completed[row], operation: Int32(index), isResponse: true))
            }
            events.sort(by: SearchEvent.isBefore)
        }

        /// How often answers or expectations show each value.
        private static func seen(_ history: History, _ wanted: [Int]) -> [Int: Int] {
            var seen: [Int: Int] = [:]
            for row in wanted {
                if history.statuses[row] == .ok { seen[history.results[row], default: 0] += 1 }
                if !history.expectations.isEmpty { seen[history.expectations[row], default: 0] += 1 }
            }
            return seen
        }

        func decide(_ spec: some Specification, _ events: [SearchEvent], _ budget: SearchBudget) -> SearchOutcome {
            var model = SpecificationModel(spec, operations)
            var engine = FrontierSearch()
            engine.prefersFewer = true
            engine.chain(twins, operationCount: operations.count)
            return engine.run(events, operationCount: operations.count, &model, budget)
        }
    }

    /// Unanswered, these tell nothing and do nothing.
    private static func isIdle(_ function: History.Function) -> Bool {
        function == .read || function == .contains || function == .peek
    }
}
