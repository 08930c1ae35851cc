/// What a violated history may have been meant as: told beside the violation, never in its place.
enum CheckHints {
    /// Larger histories are not checked again.
    private static let maximumOperations = 100_000
    private static let budget = SearchBudget(nodes: 50_000, bytes: 64 << 20)

    /// - Complexity: a few checks with a small budget.
    static func find(_ history: History, _ model: CheckModel, _ checker: Checker) -> [String] {
        guard history.count <= maximumOperations else { return [] }
        return [initialValue(history, model, checker), blindCounter(history, model, checker)].compactMap { $0 }
    }

    private static func holds(_ history: History, _ model: CheckModel, _ checker: Checker) -> Bool {
        var quick = checker
        quick.budget = budget
        return quick.check(history, model: model, explains: false).verdict == .held
    }

    /// An object that was not fresh: what the first answer shows was there before.
    private static func initialValue(_ history: History, _ model: CheckModel, _ checker: Checker) -> String? {
        guard model.takesInitialValue, history.initial == nil else { return nil }
        let answered = (0..<history.count).filter { history.statuses[$0] == .ok }
        var values: [Int] = []
        switch model {
        case .counter, .blindCounter:
            let first = answered.filter { history.functions[$0] == .read }.min {
                history.completed[$0] < history.completed[$1]
            }
            if let first { values.append(history.results[first]) }
            let told = answered.filter { history.functions[$0] == .increment && history.results[$0] != History.null }
            if model == .counter, let least = told.min(by: { history.results[$0] < history.results[$1] }) {
                values.append(history.results[least] &- history.amount(least))
            }
        case .txn:
            let steps = answered.sorted { history.completed[$0] < history.completed[$1] }.flatMap {
                MicroOperation.all(HistoryOperation(history, $0), history.values) ?? []
            }
            let read = steps.first {
                $0.kind == .read && $0.value != History.null && history.values.elements(of: $0.value) == nil
            }
            if let read { values.append(read.value) }
        default:
            let written = Set(
                (0..<history.count).filter { history.functions[$0] != .read }.map { history.arguments[$0] })
            let reads = answered.filter { history.functions[$0] == .read && !written.contains(history.results[$0]) }
            let first = reads.min { history.completed[$0] < history.completed[$1] }
            if let first { values.append(history.results[first]) }
            if !history.expectations.isEmpty {
                values += answered.filter { !written.contains(history.expectations[$0]) }.prefix(1).map {
                    history.expectations[$0]
                }
            }
        }
        for value in values where value != History.null {
            var other = history
            other.initial = value
            guard holds(other, model, checker) else { continue }
            let text = HistorySentence.value(history, value)
            var values = history.values
            guard values.code(written: text) == value else { continue }
            return "If it was \(text) before, give --initial \(text): then the history holds."
        }
        return nil
    }

    /// A counter whose increments are answered what they add.
    private static func blindCounter(_ history: History, _ model: CheckModel, _ checker: Checker) -> String? {
        guard model == .counter, holds(history, .blindCounter, checker) else { return nil }
        return "If increments do not return the new value, give --model blind-counter: then the history holds."
    }
}
