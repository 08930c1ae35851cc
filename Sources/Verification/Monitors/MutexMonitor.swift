/// A lock that one client holds at a time: a hold is an acquire with the next release of its client, and two holds of
/// which each must come before the other overlap. Unanswered operations included, in linear time.
struct MutexMonitor {
    let history: History
    let cut: Int64

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(operations).
    func run() -> MonitorOutcome {
        var holds: [RegisterMonitor.Cluster] = []
        var holdOf: [Int32: Int] = [:]
        var busyUntil: [Int32: Int64] = [:]
        var stray = -1
        for row in TimeSort.order(history.invoked).map(Int.init) where history.invoked[row] <= cut {
            let isAnswered = history.statuses[row] != .info && history.completed[row] <= cut
            if isAnswered, history.statuses[row] == .fail { continue }
            let end = isAnswered ? history.completed[row] : Int64.max
            let client = history.clients[row]
            // Which release belongs to which acquire is certain only for a client that does one thing after the other.
            if let busy = busyUntil.updateValue(end, forKey: client), busy >= history.invoked[row] {
                return .needsSearch([0])
            }
            switch history.functions[row] {
            case .acquire:
                var hold = RegisterMonitor.Cluster()
                hold.write(row, history.invoked[row], end)
                holds.append(hold)
                holdOf[client] = holds.count - 1
            case .release:
                guard let hold = holdOf.removeValue(forKey: client) else {
                    guard isAnswered else { continue }
                    if stray < 0 { stray = row }
                    continue
                }
                if isAnswered { holds[hold].isCertain = true }
                holds[hold].include(row, history.invoked[row], end)
                holds[hold].readRow = Int32(truncatingIfNeeded: row)
            default: return .needsSearch([0])
            }
        }
        guard stray < 0 else { return .violated(.init(kind: .releaseWithoutHold, rows: [stray], margin: nil)) }
        var counted: [Int32] = []
        for id in holds.indices where holds[id].isCertain {
            // Not released: held for ever.
            if holds[id].readRow < 0 { (holds[id].last, holds[id].lastRow) = (.max, holds[id].writeRow) }
            counted.append(Int32(truncatingIfNeeded: id))
        }
        guard let (left, right) = RegisterMonitor.sweep(holds, counted, keyCount: 1) else { return .linearizable }
        return .violated(RegisterMonitor.conflict(.lockHeldTwice, holds[left], holds[right]))
    }
}
