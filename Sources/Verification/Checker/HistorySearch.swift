/// The general search over rows of a history.
package enum HistorySearch {
    package enum Outcome: Equatable {
        case linearizable
        /// The row whose answer is the first that no order explains.
        case violated(row: Int)
        case unknown(String)
    }

    /// Searches for a legal order of `rows`. Refused operations and unanswered ones without effect are left out.
    ///
    /// - Complexity: exponential in the operations open at once at worst; never more than `budget`.
    static func run<Spec: Specification>(
        _ spec: Spec, _ history: History, _ rows: [Int], _ budget: SearchBudget
    ) -> Outcome {
        let problem = Problem(history, rows)
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
        let problem = Problem(history, rows)
        var engine = FrontierSearch()
        engine.keepsWitness = true
        if !chains.isEmpty {
            var place: [Int: Int32] = [:]
            for (index, row) in problem.rows.enumerated() { place[row] = Int32(index) }
            engine.chain(
                chains.map { chain in chain.compactMap { row in place[row] } }, operationCount: problem.rows.count)
        }
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
        let problem = Problem(cut, Array(0..<cut.count))
        return SearchMargin.find(problem.events) {
            problem.decide(spec, $0, SearchBudget(nodes: SearchMargin.trialNodes))
        }
    }

    /// Rows as events. Refused operations and unanswered ones without effect are left out.
    private struct Problem {
        var rows: [Int] = []
        var operations: [HistoryOperation] = []
        var events: [SearchEvent] = []

        init(_ history: History, _ wanted: [Int]) {
            for row in wanted where history.statuses[row] != .fail {
                let operation = HistoryOperation(history, row)
                if !operation.isAnswered, isIdle(operation.function) { continue }
                rows.append(row)
                operations.append(operation)
            }
            events.reserveCapacity(2 * rows.count)
            for (index, row) in rows.enumerated() {
                events.append(SearchEvent(time: history.invoked[row], operation: Int32(index), isResponse: false))
                guard operations[index].isAnswered else { continue }
                events.append(SearchEvent(time: history.completed[row], operation: Int32(index), isResponse: true))
            }
            events.sort(by: SearchEvent.isBefore)
        }

        func decide(_ spec: some Specification, _ events: [SearchEvent], _ budget: SearchBudget) -> SearchOutcome {
            var model = SpecificationModel(spec, operations)
            var engine = FrontierSearch()
            return engine.run(events, operationCount: operations.count, &model, budget)
        }
    }

    /// Unanswered, these tell nothing and do nothing.
    private static func isIdle(_ function: History.Function) -> Bool {
        function == .read || function == .contains || function == .peek
    }
}
