/// How far time stamps would have to be wrong for a violation that a search found to vanish.
enum SearchMargin {
    /// Larger histories are not measured: each trial is a search.
    static let maximumEvents = 2000
    /// What one trial may spend. Configurations.
    static let trialNodes = 50_000

    /// The least time, in nanoseconds, by which all responses would have to come later for an order to explain `events`;
    /// nil where no time helps, or where that is not found within the trials' budgets.
    ///
    /// Later responses leave fewer operations in order, so halving finds it. An operation precedes another if its
    /// response is earlier than the other's invocation: only that difference counts, whichever stamp is wrong.
    ///
    /// - Complexity: about 40 calls of `decide`.
    static func find(_ events: [SearchEvent], decide: ([SearchEvent]) -> SearchOutcome) -> Int64? {
        guard let first = events.first?.time, let last = events.last?.time, events.count <= maximumEvents else {
            return nil
        }
        var low: Int64 = 0
        let (length, isTooLong) = last.subtractingReportingOverflow(first)
        var high = isTooLong ? .max : length
        guard explains(events, later: high, decide) == true else { return nil }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            guard let isExplained = explains(events, later: middle, decide) else { return nil }
            if isExplained { high = middle } else { low = middle }
        }
        return high
    }

    /// Nil where the trial's budget did not do.
    private static func explains(
        _ events: [SearchEvent], later delay: Int64, _ decide: ([SearchEvent]) -> SearchOutcome
    ) -> Bool? {
        var moved = events
        for index in moved.indices where moved[index].isResponse {
            let (time, isOver) = moved[index].time.addingReportingOverflow(delay)
            moved[index].time = isOver ? .max : time
        }
        moved.sort(by: SearchEvent.isBefore)
        switch decide(moved) {
        case .linearizable: return true
        case .violated: return false
        case .unknown: return nil
        }
    }
}
