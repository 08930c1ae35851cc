/// A first-in first-out queue that starts empty, every enqueued value unique, `dequeue → value or nothing`: exact,
/// unanswered operations included.
///
/// Order is broken if and only if some a was enqueued wholly before b, and b dequeued wholly before a: the two interval
/// orders have no other cycle. An empty answer needs an instant at which no value was certainly inside. Unanswered
/// dequeues take the values nobody got, in order of enqueueing.
struct QueueMonitor {
    let history: History
    let cut: Int64
    /// Whether values leave as they came; if not, it is a bag.
    let isOrdered: Bool

    private struct Item {
        var enqueueInvoked = Int64.max
        var enqueueCompleted = Int64.max
        var dequeueInvoked = Int64.max
        var dequeueCompleted = Int64.max
        var enqueueRow: Int32 = -1
        var dequeueRow: Int32 = -1
        var isFailed = false
    }

    private var items: [Item] = []
    private var empties: [Int32] = []
    private var pending: [Int32] = []

    init(_ history: History, cut: Int64 = .max, isOrdered: Bool = true) {
        self.isOrdered = isOrdered
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(operations), but for the search of each empty answer, O(log n).
    mutating func run() -> MonitorOutcome {
        if let outcome = gather() { return outcome }
        if let wrong = normalise() { return .violated(wrong) }
        let byEntry = TimeSort.order(items.map(\.enqueueCompleted))
        matchPending(byEntry)
        if let wrong = (isOrdered ? order(byEntry) : nil) ?? emptiness(byEntry) { return .violated(wrong) }
        return .linearizable
    }

    private mutating func gather() -> MonitorOutcome? {
        let (functions, statuses, arguments, results) = (
            history.functions, history.statuses, history.arguments, history.results
        )
        let (invoked, completed) = (history.invoked, history.completed)
        // Before anything is concluded: histories cut earlier must go the same way.
        if functions.contains(.peek) { return .needsSearch([0]) }
        var index = ValueIndex([arguments, results], hasKeys: false, expected: functions.count)
        items.reserveCapacity(functions.count / 2)
        var twice: MonitorViolation?
        for row in functions.indices where invoked[row] <= cut {
            let isAnswered = statuses[row] != .info && completed[row] <= cut
            switch functions[row] {
            case .enqueue:
                let id = index.id(0, arguments[row])
                if id == items.count { items.append(Item()) }
                // Which of two equal values was dequeued, or whether nothing was, only the search can tell.
                if items[id].enqueueRow >= 0 || arguments[row] == History.null { return .needsSearch([0]) }
                items[id].enqueueRow = Int32(truncatingIfNeeded: row)
                items[id].enqueueInvoked = invoked[row]
                if isAnswered { items[id].enqueueCompleted = completed[row] }
                items[id].isFailed = isAnswered && statuses[row] == .fail
            case .dequeue:
                guard isAnswered else {
                    pending.append(Int32(truncatingIfNeeded: row))
                    continue
                }
                guard statuses[row] == .ok else { continue }
                guard results[row] != History.null else {
                    empties.append(Int32(truncatingIfNeeded: row))
                    continue
                }
                let id = index.id(0, results[row])
                if id == items.count { items.append(Item()) }
                if items[id].dequeueRow >= 0 {
                    if twice == nil {
                        twice = .init(kind: .dequeuedTwice, rows: [Int(items[id].dequeueRow), row], margin: nil)
                    }
                    continue
                }
                items[id].dequeueRow = Int32(truncatingIfNeeded: row)
                items[id].dequeueInvoked = invoked[row]
                items[id].dequeueCompleted = completed[row]
            default: return .needsSearch([0])
            }
        }
        return twice.map(MonitorOutcome.violated)
    }

    /// Drops what never happened, and narrows each enqueue to before its dequeue's answer and each dequeue to after its
    /// enqueue's invocation.
    private mutating func normalise() -> MonitorViolation? {
        var kept = 0
        for id in items.indices {
            var item = items[id]
            if item.enqueueRow < 0 || item.isFailed {
                guard item.dequeueRow >= 0 else { continue }
                let rows = [Int(item.dequeueRow)] + (item.isFailed ? [Int(item.enqueueRow)] : [])
                return MonitorViolation(kind: .phantomDequeue, rows: rows, margin: nil)
            }
            if item.dequeueRow < 0 {
                guard item.enqueueCompleted != .max else { continue }
            } else {
                if item.dequeueCompleted < item.enqueueInvoked {
                    return MonitorViolation(
                        kind: .dequeueBeforeEnqueue, rows: [Int(item.dequeueRow), Int(item.enqueueRow)],
                        margin: item.enqueueInvoked - item.dequeueCompleted)
                }
                item.enqueueCompleted = min(item.enqueueCompleted, item.dequeueCompleted)
                item.dequeueInvoked = max(item.dequeueInvoked, item.enqueueInvoked)
            }
            items[kept] = item
            kept += 1
        }
        items.removeLast(items.count - kept)
        return nil
    }

    private mutating func matchPending(_ byEntry: [Int32]) {
        guard !pending.isEmpty else { return }
        var next = 0
        let pending = TimeSort.order(history.invoked, pending)
        for id in byEntry where items[Int(id)].dequeueRow < 0 {
            guard next < pending.count else { return }
            let item = items[Int(id)]
            items[Int(id)].dequeueInvoked = max(history.invoked[Int(pending[next])], item.enqueueInvoked)
            next += 1
        }
    }

    private func order(_ byEntry: [Int32]) -> MonitorViolation? {
        let byStart = TimeSort.order(items.map(\.enqueueInvoked))
        var entered = 0
        var latest: Int32 = -1
        var latestInvoked = Int64.min
        for id in byStart {
            let item = items[Int(id)]
            while entered < byEntry.count, items[Int(byEntry[entered])].enqueueCompleted < item.enqueueInvoked {
                let other = byEntry[entered]
                if items[Int(other)].dequeueInvoked > latestInvoked {
                    (latestInvoked, latest) = (items[Int(other)].dequeueInvoked, other)
                }
                entered += 1
            }
            guard item.dequeueCompleted < latestInvoked else { continue }
            return clearest(items[Int(latest)], item)
        }
        return nil
    }

    /// How far time stamps would have to be wrong for `first` not to be overtaken by `second`.
    private static func margin(_ first: Item, _ second: Item) -> Int64 {
        guard first.enqueueCompleted != .max, second.dequeueCompleted != .max else { return .min }
        let back = first.dequeueInvoked == .max ? Int64.max : first.dequeueInvoked - second.dequeueCompleted
        return min(second.enqueueInvoked - first.enqueueCompleted, back)
    }

    /// The overtaking that is widest, of the value overtaken and then of the one that overtakes.
    private func clearest(_ first: Item, _ second: Item) -> MonitorViolation {
        let overtaken = items.max { Self.margin($0, second) < Self.margin($1, second) } ?? first
        let overtaking = items.max { Self.margin(overtaken, $0) < Self.margin(overtaken, $1) } ?? second
        let rows = [overtaken.enqueueRow, overtaking.enqueueRow, overtaking.dequeueRow, overtaken.dequeueRow].filter {
            $0 >= 0
        }
        return MonitorViolation(kind: .queueOrder, rows: rows.map(Int.init), margin: Self.margin(overtaken, overtaking))
    }

    /// Joins the open times at which values are certainly inside, and looks for an empty answer within one.
    private func emptiness(_ byEntry: [Int32]) -> MonitorViolation? {
        guard !empties.isEmpty else { return nil }
        var starts: [Int64] = []
        var ends: [Int64] = []
        for id in byEntry {
            let item = items[Int(id)]
            guard item.enqueueCompleted < item.dequeueInvoked else { continue }
            if let end = ends.last, item.enqueueCompleted < end {
                ends[ends.count - 1] = max(end, item.dequeueInvoked)
            } else {
                starts.append(item.enqueueCompleted)
                ends.append(item.dequeueInvoked)
            }
        }
        for row in empties {
            let (start, end) = (history.invoked[Int(row)], history.completed[Int(row)])
            var low = 0
            var high = starts.count
            while low < high {
                let middle = (low + high) / 2
                if starts[middle] < start { low = middle + 1 } else { high = middle }
            }
            guard low > 0, end < ends[low - 1] else { continue }
            let inside = byEntry.filter {
                items[Int($0)].enqueueCompleted < end && items[Int($0)].dequeueInvoked > start
            }
            let rows = inside.prefix(3).map { Int(items[Int($0)].enqueueRow) }
            let margin = min(start - starts[low - 1], ends[low - 1] == .max ? .max : ends[low - 1] - end)
            return MonitorViolation(kind: .falseEmpty, rows: [Int(row)] + rows, margin: margin)
        }
        return nil
    }
}
