/// Operations by row, with the intervals in which they happened. Nanoseconds.
protocol TimedRows {
    /// When a row was invoked.
    subscript(invokedAt row: Int) -> Int64 { get set }
    /// When it was answered, if it was.
    subscript(completedAt row: Int) -> Int64 { get set }
    /// Whether it was answered.
    func isAnswered(_ row: Int) -> Bool
}

extension TimedRows {
    /// Widens the intervals of the rows of one stream so that they keep to its order: what stands earlier in a stream was
    /// sent no later than what stands behind it, whatever stamps and order a capture gives the packets.
    ///
    /// - Complexity: O(rows).
    mutating func keepStreamOrder(_ rows: Range<Int>) {
        var latest = Int64.min
        for row in rows where isAnswered(row) {
            latest = max(latest, self[completedAt: row])
            self[completedAt: row] = latest
        }
        var earliest = Int64.max
        for row in rows.reversed() {
            earliest = min(earliest, self[invokedAt: row])
            self[invokedAt: row] = earliest
        }
    }
}
