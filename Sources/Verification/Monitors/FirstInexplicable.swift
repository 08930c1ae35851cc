/// The first answer at which a history that a monitor judges became inexplicable.
///
/// The operations that show a violation bound the place from above; where the history cut just before the last of them
/// still is violated, its own violation bounds it closer, and so on down, by halves if that takes long.
enum FirstInexplicable {
    /// So many bounds by evidence are tried before halving.
    private static let maximumSteps = 12

    /// The row of the answer.
    ///
    /// - Parameter run: what the monitor says of the history as it stood at a time.
    /// - Returns: Nil where a cut history is outside the monitor's vocabulary.
    /// - Complexity: a few runs of the monitor; O(log n) at worst.
    static func row(_ history: History, _ violation: MonitorViolation, _ run: (Int64) -> MonitorOutcome) -> Int? {
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
            case .linearizable: return answered(history, at: bound)
            case .needsSearch: return nil
            }
        }
        let times = history.completed.filter { $0 <= high && $0 != History.never }.sorted()
        let first = InexplicablePrefix.first(of: times.count) { place in
            switch run(times[place]) {
            case .violated: false
            case .linearizable: true
            case .needsSearch: nil
            }
        }
        guard let first, first.isCertain else { return nil }
        return answered(history, at: times[first.answer])
    }

    /// The latest answer among rows.
    private static func latest(_ history: History, _ rows: [Int]) -> Int64? {
        rows.map { history.statuses[$0] == .info ? history.invoked[$0] : history.completed[$0] }.max()
    }

    private static func answered(_ history: History, at time: Int64) -> Int? {
        (0..<history.count).first { history.completed[$0] == time }
    }
}
