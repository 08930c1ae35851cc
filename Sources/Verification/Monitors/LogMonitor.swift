/// A log that starts empty: `append v → offset` from 0 on, `read offset → value or nothing`, every value unique: exact,
/// unanswered appends included, in linear time.
///
/// Offsets force the order of appends. Evidence that an offset exists is an answer of its append, of a later one, or of
/// a read there. An offset that no answered append returned needs an unanswered one: that of the value read there, or
/// any other.
struct LogMonitor {
    let history: History
    let cut: Int64

    private struct Entry {
        var first = Int64.max
        var firstRow: Int32 = -1
        var appendRow: Int32 = -1
        var value = History.null
        var readRow: Int32 = -1
    }

    private var entries: [Entry] = []
    private var absences: [Int32] = []
    private var unanswered: [Int32] = []
    private var appendOf: [Int: Int32] = [:]

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(operations), and sorting the unanswered appends.
    mutating func run() -> MonitorOutcome {
        if let outcome = gather() { return outcome }
        while let last = entries.last, last.firstRow < 0 { entries.removeLast() }
        if let wrong = nameAppends() ?? order() ?? absence() { return .violated(wrong) }
        return .linearizable
    }

    private mutating func gather() -> MonitorOutcome? {
        var possible = 0
        for row in 0..<history.count where history.functions[row] == .append && history.invoked[row] <= cut {
            if history.statuses[row] == .fail, history.completed[row] <= cut { continue }
            possible += 1
            // Read again, nothing and an offset that is not there look alike; an append may be acknowledged without one.
            let isKnown = appendOf.updateValue(Int32(row), forKey: history.arguments[row]) != nil
            let isSilent = history.statuses[row] == .ok && history.results[row] == History.null
            guard !isKnown, !isSilent, history.arguments[row] != History.null else { return .needsSearch([0]) }
        }
        entries = Array(repeating: Entry(), count: possible)
        for row in 0..<history.count where history.invoked[row] <= cut {
            let isAnswered = history.statuses[row] != .info && history.completed[row] <= cut
            if isAnswered, history.statuses[row] == .fail { continue }
            switch history.functions[row] {
            case .append:
                guard isAnswered else {
                    unanswered.append(Int32(row))
                    continue
                }
                let offset = history.results[row]
                guard entries.indices.contains(offset) else {
                    return .violated(.init(kind: .phantomCount, rows: [row], margin: nil))
                }
                if entries[offset].appendRow >= 0 {
                    return .violated(
                        .init(kind: .offsetReused, rows: [Int(entries[offset].appendRow), row], margin: nil))
                }
                entries[offset].appendRow = Int32(row)
                see(offset, row)
            case .read:
                guard isAnswered else { continue }
                let offset = history.arguments[row]
                guard history.results[row] != History.null else {
                    if offset >= 0 { absences.append(Int32(row)) }
                    continue
                }
                guard entries.indices.contains(offset) else {
                    return .violated(.init(kind: .phantomCount, rows: [row], margin: nil))
                }
                if entries[offset].readRow >= 0, entries[offset].value != history.results[row] {
                    return .violated(
                        .init(kind: .wrongValueAtOffset, rows: [Int(entries[offset].readRow), row], margin: nil))
                }
                entries[offset].readRow = Int32(row)
                entries[offset].value = history.results[row]
                see(offset, row)
            default: return .needsSearch([0])
            }
        }
        return nil
    }

    private mutating func see(_ offset: Int, _ row: Int) {
        guard history.completed[row] < entries[offset].first else { return }
        entries[offset].first = history.completed[row]
        entries[offset].firstRow = Int32(row)
    }

    /// Gives every offset its append: the answered one, the one of the value read there, or the earliest one left.
    private mutating func nameAppends() -> MonitorViolation? {
        var isUsed = Set<Int32>()
        var gaps: [Int] = []
        for offset in entries.indices {
            let entry = entries[offset]
            if entry.readRow >= 0 {
                guard let row = appendOf[entry.value] else {
                    return MonitorViolation(kind: .phantomRead, rows: [Int(entry.readRow)], margin: nil)
                }
                let isOther = entry.appendRow >= 0 ? entry.appendRow != row : history.answers(Int(row), cut)
                guard !isOther, isUsed.insert(row).inserted else {
                    return MonitorViolation(
                        kind: .wrongValueAtOffset, rows: [Int(entry.readRow), Int(row)], margin: nil)
                }
                entries[offset].appendRow = row
            } else if entry.appendRow < 0 {
                gaps.append(offset)
            }
        }
        let left = TimeSort.order(history.invoked, unanswered.filter { !isUsed.contains($0) })
        guard gaps.count <= left.count else {
            let row = entries[gaps[left.count]...].first { $0.firstRow >= 0 }!.firstRow
            return MonitorViolation(kind: .phantomCount, rows: [Int(row)], margin: nil)
        }
        for (offset, row) in zip(gaps, left) { entries[offset].appendRow = row }
        return nil
    }

    /// No later offset, or the same one, was seen before an append began.
    private func order() -> MonitorViolation? {
        var deadline = Int64.max
        var deadlineRow: Int32 = -1
        for entry in entries.reversed() {
            if entry.first < deadline { (deadline, deadlineRow) = (entry.first, entry.firstRow) }
            let invoked = history.invoked[Int(entry.appendRow)]
            if invoked > deadline {
                return MonitorViolation(
                    kind: .offsetOrder, rows: [Int(deadlineRow), Int(entry.appendRow)], margin: invoked - deadline)
            }
        }
        return nil
    }

    /// A read found nothing at an offset that had been seen before it began.
    private func absence() -> MonitorViolation? {
        var seen = [(time: Int64, row: Int32)](repeating: (.max, -1), count: entries.count + 1)
        for offset in entries.indices.reversed() {
            seen[offset] = min(
                (entries[offset].first, entries[offset].firstRow), seen[offset + 1], by: { $0.0 <= $1.0 })
        }
        for row in absences.map(Int.init) {
            let offset = min(history.arguments[row], entries.count)
            if seen[offset].time < history.invoked[row] {
                return MonitorViolation(
                    kind: .staleRead, rows: [row, Int(seen[offset].row)],
                    margin: history.invoked[row] - seen[offset].time)
            }
        }
        return nil
    }

    private func min(
        _ left: (Int64, Int32), _ right: (Int64, Int32), by isFirst: ((Int64, Int32), (Int64, Int32)) -> Bool
    ) -> (
        Int64, Int32
    ) {
        isFirst(left, right) ? left : right
    }

    private func min(_ left: Int, _ right: Int) -> Int { left < right ? left : right }
}

extension History {
    /// Whether the operation had been answered by `cut`.
    func answers(_ row: Int, _ cut: Int64) -> Bool { statuses[row] != .info && completed[row] <= cut }
}
