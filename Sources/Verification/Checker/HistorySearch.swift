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
        var kept: [Int] = []
        var operations: [HistoryOperation] = []
        for row in rows where history.statuses[row] != .fail {
            let operation = HistoryOperation(history, row)
            if !operation.isAnswered, isIdle(operation.function) { continue }
            kept.append(row)
            operations.append(operation)
        }
        var events: [SearchEvent] = []
        events.reserveCapacity(2 * kept.count)
        for (index, row) in kept.enumerated() {
            events.append(SearchEvent(time: history.invoked[row], operation: Int32(index), isResponse: false))
            guard operations[index].isAnswered else { continue }
            events.append(SearchEvent(time: history.completed[row], operation: Int32(index), isResponse: true))
        }
        events.sort(by: SearchEvent.isBefore)
        var model = SpecificationModel(spec, operations)
        var engine = FrontierSearch()
        switch engine.run(events, operationCount: operations.count, &model, budget) {
        case .linearizable: return .linearizable
        case .violated(let event): return .violated(row: kept[Int(events[event].operation)])
        case .unknown(let why): return .unknown(why)
        }
    }

    /// Unanswered, these tell nothing and do nothing.
    private static func isIdle(_ function: History.Function) -> Bool {
        function == .read || function == .contains
    }
}
