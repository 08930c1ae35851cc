/// A counter that starts at 0, whose increment returns the new value and whose read returns the value: exact,
/// unanswered increments included, in linear time. Tickets and sequence numbers are the same.
///
/// The values force the order: the cluster of v is the increment that returned v with the reads of v. Every value up to
/// the largest seen that no answered increment returned is a gap, and takes an unanswered increment of its own, invoked
/// by the earliest answer of any value from there on; gaps in order of value are paired with unanswered increments in
/// order of invocation (Hall's theorem for nested sets). Increments by other than 1, and those that were acknowledged
/// without a value, are left to the search.
struct CounterMonitor {
    let history: History
    let cut: Int64

    private struct Value {
        var first = Int64.max
        var last = Int64.min
        var incrementInvoked = Int64.max
        var earliestRead = Int64.max
        var firstRow: Int32 = -1
        var lastRow: Int32 = -1
        var incrementRow: Int32 = -1
        var readRow: Int32 = -1

        @inline(__always)
        mutating func include(_ row: Int, _ start: Int64, _ end: Int64) {
            if end < first {
                first = end
                firstRow = Int32(truncatingIfNeeded: row)
            }
            if start > last {
                last = start
                lastRow = Int32(truncatingIfNeeded: row)
            }
        }
    }

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(operations), and sorting the unanswered increments.
    func run() -> MonitorOutcome {
        let (functions, statuses, results) = (history.functions, history.statuses, history.results)
        let (invoked, completed) = (history.invoked, history.completed)
        let start = history.initial ?? 0
        var possible = 0
        let allAddOne = history.allAddOne
        for row in functions.indices where functions[row] == .increment {
            guard allAddOne || history.addsOne(row), results[row] != History.null || statuses[row] != .ok else {
                return .needsSearch([0])
            }
            if invoked[row] <= cut, statuses[row] != .fail || completed[row] > cut { possible += 1 }
        }
        var values = [Value](repeating: Value(), count: possible + 1)
        var unanswered: [Int32] = []
        var highest = 0
        for row in functions.indices where invoked[row] <= cut {
            let isAnswered = statuses[row] != .info && completed[row] <= cut
            switch functions[row] {
            case .increment:
                guard isAnswered else {
                    unanswered.append(Int32(truncatingIfNeeded: row))
                    continue
                }
                guard statuses[row] == .ok else { continue }
                let (value, isBeyond) = results[row].subtractingReportingOverflow(start)
                guard !isBeyond, value > 0, value <= possible else {
                    return .violated(.init(kind: .phantomCount, rows: [row], margin: nil))
                }
                if values[value].incrementRow >= 0 {
                    return .violated(
                        .init(kind: .lostUpdate, rows: [Int(values[value].incrementRow), row], margin: nil))
                }
                values[value].incrementRow = Int32(truncatingIfNeeded: row)
                values[value].incrementInvoked = invoked[row]
                values[value].include(row, invoked[row], completed[row])
                highest = max(highest, value)
            case .read:
                guard isAnswered, statuses[row] == .ok else { continue }
                let (value, isBeyond) = results[row].subtractingReportingOverflow(start)
                guard !isBeyond, value >= 0, value <= possible else {
                    return .violated(.init(kind: .phantomCount, rows: [row], margin: nil))
                }
                values[value].include(row, invoked[row], completed[row])
                if completed[row] < values[value].earliestRead {
                    values[value].earliestRead = completed[row]
                    values[value].readRow = Int32(truncatingIfNeeded: row)
                }
                highest = max(highest, value)
            default: return .needsSearch([0])
            }
        }
        return order(values, highest) ?? fill(values, highest, unanswered) ?? .linearizable
    }

    /// A larger value was answered before a smaller one's operation began, or a read before its increment.
    private func order(_ values: [Value], _ highest: Int) -> MonitorOutcome? {
        var latest = Int64.min
        var latestRow: Int32 = -1
        for value in 0...highest {
            let current = values[value]
            if value > 0, current.earliestRead < current.incrementInvoked, current.incrementRow >= 0 {
                return .violated(
                    .init(
                        kind: .readFromFuture, rows: [Int(current.readRow), Int(current.incrementRow)],
                        margin: current.incrementInvoked - current.earliestRead))
            }
            if current.first < latest {
                return .violated(
                    .init(
                        kind: .countOrder, rows: [Int(current.firstRow), Int(latestRow)], margin: latest - current.first
                    ))
            }
            if current.last > latest { (latest, latestRow) = (current.last, current.lastRow) }
        }
        return nil
    }

    /// Gives each gap an unanswered increment.
    private func fill(_ values: [Value], _ highest: Int, _ unanswered: [Int32]) -> MonitorOutcome? {
        var deadlines: [(time: Int64, row: Int32)] = []
        var deadline = Int64.max
        var row: Int32 = -1
        for value in stride(from: highest, to: 0, by: -1) {
            if values[value].first < deadline { (deadline, row) = (values[value].first, values[value].firstRow) }
            if values[value].incrementRow < 0 { deadlines.append((deadline, row)) }
        }
        guard !deadlines.isEmpty else { return nil }
        let candidates = TimeSort.order(history.invoked, unanswered)
        for (place, gap) in deadlines.reversed().enumerated() {
            guard place < candidates.count else {
                return .violated(.init(kind: .phantomCount, rows: [Int(gap.row)], margin: nil))
            }
            let late = history.invoked[Int(candidates[place])]
            if late > gap.time {
                return .violated(
                    .init(
                        kind: .readFromFuture, rows: [Int(gap.row), Int(candidates[place])], margin: late - gap.time))
            }
        }
        return nil
    }
}

extension History {
    /// Whether an increment adds 1: it says so, or says nothing.
    func addsOne(_ row: Int) -> Bool { arguments[row] == 1 || arguments[row] == Self.null }

    /// Whether no operation has another argument: a pass over one column is quicker than a look at each increment.
    var allAddOne: Bool { !arguments.contains { $0 != 1 && $0 != Self.null } }
}
