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
    /// What explains changes only where a response passes an invocation, so the halves are halves of these delays.
    ///
    /// - Complexity: O(log events) calls of `decide`.
    static func find(_ events: [SearchEvent], decide: ([SearchEvent]) -> SearchOutcome) -> Int64? {
        guard let first = events.first?.time, let last = events.last?.time, events.count <= maximumEvents else {
            return nil
        }
        var low: Int64 = 0
        let (length, isTooLong) = last.subtractingReportingOverflow(first)
        var high = isTooLong ? .max : length
        guard explains(events, later: high, decide) == true else { return nil }
        let delays = MeetingDelays(events)
        while let next = delays.next(after: low), let largest = delays.last(upTo: high), next < largest {
            let middle = delays.middle(low, largest)
            guard let isExplained = explains(events, later: middle, decide) else { return nil }
            if isExplained { high = middle } else { low = middle }
        }
        return delays.next(after: low)
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

/// The delays by which responses would meet invocations that they precede: never listed, since they are too many.
private struct MeetingDelays {
    private let responses: [Int64]
    private let invocations: [Int64]

    /// - Parameter events: Sorted by time.
    init(_ events: [SearchEvent]) {
        responses = events.filter(\.isResponse).map(\.time)
        invocations = events.filter { !$0.isResponse }.map(\.time)
    }

    /// The least one above `delay`.
    func next(after delay: Int64) -> Int64? {
        var best: Int64?
        visit(delay) { response, place in
            guard place < invocations.count else { return }
            let found = Self.difference(invocations[place], response)
            best = min(best ?? found, found)
        }
        return best
    }

    /// The largest one that is at most `delay`; nil if none is above 0.
    func last(upTo delay: Int64) -> Int64? {
        var best: Int64?
        visit(delay) { response, place in
            guard place > 0, invocations[place - 1] > response else { return }
            let found = Self.difference(invocations[place - 1], response)
            best = max(best ?? found, found)
        }
        return best
    }

    /// One above `low` and below `high`, which is one itself and not the least: about as many are on either side.
    func middle(_ low: Int64, _ high: Int64) -> Int64 {
        let wanted = count(upTo: low) + (count(upTo: high) - count(upTo: low) + 1) / 2
        var (below, atLeast) = (low, high)
        while atLeast - below > 1 {
            let value = below + (atLeast - below) / 2
            if count(upTo: value) >= wanted { atLeast = value } else { below = value }
        }
        return atLeast < high ? atLeast : last(upTo: high - 1) ?? low
    }

    private func count(upTo delay: Int64) -> Int {
        var sum = 0
        visit(delay) { _, place in sum += place }
        return sum
    }

    /// For each response, how many invocations are at most `delay` later.
    private func visit(_ delay: Int64, _ body: (Int64, Int) -> Void) {
        var place = 0
        for response in responses {
            let (end, isOver) = response.addingReportingOverflow(delay)
            while place < invocations.count, isOver || invocations[place] <= end { place += 1 }
            body(response, place)
        }
    }

    private static func difference(_ later: Int64, _ earlier: Int64) -> Int64 {
        let (difference, isOver) = later.subtractingReportingOverflow(earlier)
        return isOver ? .max : difference
    }
}
