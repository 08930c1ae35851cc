/// A counter that starts at 0, whose increment returns nothing: exact, unanswered increments included.
///
/// Increments are interchangeable. The i-th to take effect must lie after every read of less than i was invoked and
/// before every read of i or more was answered; each such slot takes the fitting increment that must be answered first.
struct BlindCounterMonitor {
    let history: History
    let cut: Int64

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(n log n) in the operations.
    func run() -> MonitorOutcome {
        var increments: [Int32] = []
        var reads: [Int32] = []
        if !history.allAddOne {
            for row in history.functions.indices where history.functions[row] == .increment && !history.addsOne(row) {
                return .needsSearch([0])
            }
        }
        for row in history.functions.indices where history.invoked[row] <= cut {
            let isAnswered = history.statuses[row] != .info && history.completed[row] <= cut
            switch history.functions[row] {
            case .increment where !isAnswered || history.statuses[row] == .ok:
                increments.append(Int32(truncatingIfNeeded: row))
            case .read where isAnswered && history.statuses[row] == .ok:
                guard value(row) >= 0 else { return .violated(.init(kind: .phantomCount, rows: [row], margin: nil)) }
                reads.append(Int32(truncatingIfNeeded: row))
            case .increment, .read: break
            default: return .needsSearch([0])
            }
        }
        let highest = reads.map { value(Int($0)) }.max() ?? 0
        guard highest <= increments.count else {
            let row = reads.first { value(Int($0)) == highest }!
            return .violated(.init(kind: .phantomCount, rows: [Int(row)], margin: nil))
        }
        return place(
            TimeSort.order(history.invoked, increments),
            Bounds(history, reads.map { ($0, value(Int($0))) }, slots: increments.count), highest)
    }

    /// How many increments a read shows; -1 for what none can show.
    private func value(_ row: Int) -> Int {
        let (value, isBeyond) = history.results[row].subtractingReportingOverflow(history.initial ?? 0)
        return isBeyond ? -1 : value
    }

    /// For each slot the latest invocation of a smaller read, and the earliest answer of a read not smaller.
    private struct Bounds {
        var low: [Int64]
        var lowRow: [Int32]
        var high: [Int64]
        var highRow: [Int32]

        init(_ history: History, _ reads: [(row: Int32, value: Int)], slots: Int) {
            low = Array(repeating: .min, count: slots + 2)
            lowRow = Array(repeating: -1, count: slots + 2)
            high = Array(repeating: .max, count: slots + 2)
            highRow = Array(repeating: -1, count: slots + 2)
            for (row, value) in reads {
                if history.invoked[Int(row)] > low[value + 1] {
                    (low[value + 1], lowRow[value + 1]) = (history.invoked[Int(row)], row)
                }
                if history.completed[Int(row)] < high[value] {
                    (high[value], highRow[value]) = (history.completed[Int(row)], row)
                }
            }
            for slot in 1..<slots + 2 where low[slot - 1] > low[slot] {
                (low[slot], lowRow[slot]) = (low[slot - 1], lowRow[slot - 1])
            }
            for slot in stride(from: slots, through: 0, by: -1) where high[slot + 1] < high[slot] {
                (high[slot], highRow[slot]) = (high[slot + 1], highRow[slot + 1])
            }
        }
    }

    private func answer(_ row: Int32) -> Int64 {
        let row = Int(row)
        return history.statuses[row] != .info && history.completed[row] <= cut ? history.completed[row] : .max
    }

    private func place(_ increments: [Int32], _ bounds: Bounds, _ highest: Int) -> MonitorOutcome {
        var heap = RowHeap()
        var next = 0
        var answered = increments.count { answer($0) != .max }
        var slot = 0
        while true {
            slot += 1
            if slot > highest, answered == 0 { return .linearizable }
            let (low, high) = (
                bounds.low[min(slot, bounds.low.count - 1)], slot < bounds.high.count ? bounds.high[slot] : .max
            )
            if low > high {
                return .violated(
                    .init(
                        kind: .countOrder, rows: [Int(bounds.highRow[slot]), Int(bounds.lowRow[slot])],
                        margin: low - high))
            }
            while next < increments.count, history.invoked[Int(increments[next])] <= high {
                heap.push(answer(increments[next]), increments[next])
                next += 1
            }
            guard let (end, row) = heap.pop() else {
                guard slot <= highest else { return .linearizable }
                return .violated(.init(kind: .phantomCount, rows: [Int(bounds.highRow[slot])], margin: nil))
            }
            if end != .max { answered -= 1 }
            if end < low {
                return .violated(
                    .init(kind: .missingIncrement, rows: [Int(row), Int(bounds.lowRow[slot])], margin: low - end))
            }
        }
    }
}

/// A binary heap of rows, the one with the earliest time on top.
struct RowHeap {
    private var items: [(time: Int64, row: Int32)] = []

    mutating func push(_ time: Int64, _ row: Int32) {
        items.append((time, row))
        var child = items.count - 1
        while child > 0, items[child].time < items[(child - 1) / 2].time {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (Int64, Int32)? {
        guard let top = items.first else { return nil }
        let last = items.removeLast()
        guard !items.isEmpty else { return (top.time, top.row) }
        items[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { break }
            if child + 1 < items.count, items[child + 1].time < items[child].time { child += 1 }
            guard items[child].time < items[parent].time else { break }
            items.swapAt(parent, child)
            parent = child
        }
        return (top.time, top.row)
    }
}
