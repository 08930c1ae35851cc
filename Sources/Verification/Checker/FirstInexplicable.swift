/// The first answer at which a history became inexplicable.
///
/// Linearizability is closed under prefixes: a history cut earlier holds if it holds later. The operations that show a
/// violation bound the place from above; where the history cut just before the last of them still is violated, its own
/// violation bounds it closer, and so on down, by halves if that takes long.
enum FirstInexplicable {
    /// So many bounds by evidence are tried before halving.
    private static let maximumSteps = 12

    /// - Returns: Nil where a cut history is outside the monitor's vocabulary.
    /// - Complexity: a few runs of the monitor; O(log n) at worst.
    static func find(
        _ history: History, _ violation: MonitorViolation, _ run: (Int64) -> MonitorOutcome
    ) -> HistoryViolation
        .Inexplicable?
    {
        // Cut at `high` it is violated; `rows` show it.
        var high = Int64.max
        var rows = violation.rows
        for _ in 0..<maximumSteps {
            guard let bound = latest(history, rows), bound < high else { break }
            // A refusal that came later may be part of the proof without being shown.
            guard case .violated = run(bound) else { break }
            high = bound
            guard bound > .min else { return nil }
            switch run(bound - 1) {
            case .violated(let earlier): (high, rows) = (bound - 1, earlier.rows)
            case .linearizable: return answer(history, at: bound)
            case .needsSearch: return nil
            }
        }
        return halve(history, high, run)
    }

    private static func halve(
        _ history: History, _ bound: Int64, _ run: (Int64) -> MonitorOutcome
    ) -> HistoryViolation.Inexplicable? {
        let times = history.completed.filter { $0 <= bound && $0 != History.never }.sorted()
        guard !times.isEmpty else { return nil }
        var low = 0
        var high = times.count - 1
        while low < high {
            let middle = (low + high) / 2
            switch run(times[middle]) {
            case .violated: high = middle
            case .linearizable: low = middle + 1
            case .needsSearch: return nil
            }
        }
        return answer(history, at: times[low])
    }

    /// The latest answer among rows.
    private static func latest(_ history: History, _ rows: [Int]) -> Int64? {
        rows.map { history.statuses[$0] == .info ? history.invoked[$0] : history.completed[$0] }.max()
    }

    private static func answer(_ history: History, at time: Int64) -> HistoryViolation.Inexplicable? {
        guard let row = (0..<history.count).first(where: { history.completed[$0] == time })
        else { return nil }
        return .init(operation: history.ids[row], row: row, time: time)
    }

    /// The same for a violation among `rows` that was found without a search: the first answer that is inexplicable when
    /// later ones had not come yet. It may be a refusal that none of the rows which show the violation is.
    ///
    /// - Complexity: O(log rows) searches of a bounded size; nil where they do not decide.
    static func find(_ history: History, among rows: [Int], _ model: CheckModel) -> HistoryViolation.Inexplicable? {
        guard rows.count <= SearchMargin.maximumEvents else { return nil }
        let answers = rows.filter { history.statuses[$0] != .info }.sorted {
            (history.completed[$0], $0) < (history.completed[$1], $1)
        }
        let part = history.selecting(rows)
        var (low, high) = (0, answers.count - 1)
        while low <= high {
            let middle = (low + high) / 2
            let cut = part.cut(at: history.completed[answers[middle]])
            switch model.search(cut, rows: Array(0..<cut.count), SearchBudget(nodes: SearchMargin.trialNodes)) {
            case .violated: high = middle - 1
            case .linearizable: low = middle + 1
            case .unknown: return nil
            }
        }
        guard low < answers.count else { return nil }
        return .init(operation: history.ids[answers[low]], row: answers[low], time: history.completed[answers[low]])
    }

    /// The same for a violation among `rows` that a search found: the search knows all answers when it says that it is
    /// stuck at `row`; the first inexplicable answer, when later ones had not come yet, may be a later one.
    ///
    /// - Complexity: O(log rows) searches of a bounded size; `row` where they do not decide.
    static func find(_ history: History, _ rows: [Int], from row: Int, _ model: CheckModel) -> Int {
        guard rows.count <= SearchMargin.maximumEvents else { return row }
        let answers = rows.filter {
            history.statuses[$0] != .info && history.completed[$0] >= history.completed[row]
        }.sorted { (history.completed[$0], $0 == row ? 0 : 1, $0) < (history.completed[$1], $1 == row ? 0 : 1, $1) }
        let part = history.selecting(rows)
        var low = 0
        var high = answers.count - 1
        while low < high {
            let middle = (low + high) / 2
            let cut = part.cut(at: history.completed[answers[middle]])
            let budget = SearchBudget(nodes: SearchMargin.trialNodes)
            switch model.search(cut, rows: Array(0..<cut.count), budget) {
            case .violated: high = middle
            case .linearizable: low = middle + 1
            case .unknown: return row
            }
        }
        return answers.isEmpty ? row : answers[low]
    }
}
