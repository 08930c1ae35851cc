/// Makes a history that no order explains smaller while none does.
///
/// Only whole values are taken out, a write with all its reads, an enqueue with its dequeue: if the whole history had
/// an order, so would what is left, so what is left is evidence against the whole. (Single operations are not: without
/// its write, a read is a phantom.)
enum HistoryShrinker {
    /// So many smaller histories are tried at most, each with a small budget.
    private static let maximumTries = 256
    private static let budget = SearchBudget(nodes: 20_000, bytes: 32 << 20)

    /// The rows of the smallest history found; `rows` up to the answer of `culprit` where values are no help.
    ///
    /// - Complexity: `maximumTries` searches of up to `budget`.
    static func shrink(_ history: History, _ rows: [Int], culprit: Int, _ model: CheckModel) -> [Int] {
        let end = history.completed[culprit]
        var kept = rows.filter { history.invoked[$0] <= end && history.statuses[$0] != .fail }
        guard model == .register || model == .kv || model == .queue || model == .stack else { return kept }
        var seen = Set<Int>()
        var values = kept.map { value(history, $0) }.filter { seen.insert($0).inserted }
        var tries = 0
        var size = max(1, values.count / 2)
        while tries < maximumTries {
            var start = 0
            var isSmaller = false
            while start < values.count, tries < maximumTries {
                let removed = Set(values[start..<min(values.count, start + size)])
                let rest = kept.filter { !removed.contains(value(history, $0)) }
                tries += 1
                if !removed.contains(value(history, culprit)), isInexplicable(history, rest, end, model) {
                    kept = rest
                    values.removeAll(where: removed.contains)
                    isSmaller = true
                } else {
                    start += size
                }
            }
            if size == 1, !isSmaller { break }
            size = max(1, size / 2)
        }
        return kept
    }

    private static func value(_ history: History, _ row: Int) -> Int {
        switch history.functions[row] {
        case .write, .enqueue, .push: return history.arguments[row]
        case .delete: return History.null
        default: return history.results[row]
        }
    }

    private static func isInexplicable(_ history: History, _ rows: [Int], _ end: Int64, _ model: CheckModel) -> Bool {
        let part = history.selecting(rows).cut(at: end)
        if case .violated = model.search(part, rows: Array(0..<part.count), budget) { return true }
        return false
    }
}
