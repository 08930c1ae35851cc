/// Answers that no order can explain, whatever the others were: values that nobody wrote, or not until then. Looked for
/// before any search, which would try every order to find out the same.
package struct ImpossibleValues {
    private let history: History
    private let rows: [Int]

    /// The first that is found among `rows`, which are of one object (or, of a set, of one element).
    ///
    /// - Complexity: O(n log n).
    package static func find(_ history: History, _ rows: [Int], _ model: CheckModel) -> MonitorViolation? {
        let values = ImpossibleValues(
            history: history, rows: rows.filter { !(history.statuses[$0] == .fail) || history.functions[$0] == .write })
        switch model {
        case .register, .kv, .cas: return values.unwritten()
        case .counter: return values.uncounted(isBlind: false)
        case .blindCounter: return values.uncounted(isBlind: true)
        case .queue: return values.taken([.enqueue], [.dequeue], looks: [.peek])
        case .stack: return values.taken([.push], [.pop], looks: [.peek])
        case .bag: return values.taken([.enqueue], [.dequeue], looks: [])
        case .log: return values.unappended()
        case .bank: return values.unequal()
        case .set: return values.unadded()
        case .mutex, .semaphore, .text, .txn: return nil
        }
    }

    private func isAnswered(_ row: Int) -> Bool { history.statuses[row] == .ok }

    // MARK: Registers

    /// A value read, or swapped for another, that no write can have left there by then.
    private func unwritten() -> MonitorViolation? {
        let start = history.initial ?? History.null
        var earliest: [Int: Int64] = [start: .min]
        var swaps: [Int: [Int]] = [:]
        var heap = RowHeap()
        var aborted: [Int: Int] = [:]
        // The rows of the heap are places in `values`.
        var values = [start]
        heap.push(.min, 0)
        func reach(_ value: Int, _ time: Int64) {
            guard time < earliest[value] ?? .max else { return }
            earliest[value] = time
            values.append(value)
            heap.push(time, Int32(truncatingIfNeeded: values.count - 1))
        }
        for row in rows {
            switch history.functions[row] {
            case .write where history.statuses[row] == .fail: aborted[history.arguments[row]] = row
            case .write: reach(history.arguments[row], history.invoked[row])
            case .delete: reach(History.null, history.invoked[row])
            case .compareAndSet where !isAnswered(row) || history.results[row] != 0:
                swaps[expectation(row), default: []].append(row)
            default: break
            }
        }
        while let (time, place) = heap.pop() {
            let value = values[Int(place)]
            guard time == earliest[value] else { continue }
            for row in swaps[value] ?? [] { reach(history.arguments[row], max(time, history.invoked[row])) }
        }
        for row in rows where isAnswered(row) {
            let value: Int
            switch history.functions[row] {
            case .read: value = history.results[row]
            case .compareAndSet where history.results[row] != 0: value = expectation(row)
            default: continue
            }
            guard let time = earliest[value] else {
                guard let write = aborted[value] else { return .init(kind: .phantomRead, rows: [row], margin: nil) }
                return .init(kind: .abortedRead, rows: [row, write], margin: nil)
            }
            if history.completed[row] < time { return fromFuture(row, value, time) }
        }
        return nil
    }

    private func expectation(_ row: Int) -> Int {
        history.expectations.isEmpty ? History.null : history.expectations[row]
    }

    private func fromFuture(_ row: Int, _ value: Int, _ time: Int64) -> MonitorViolation? {
        let writes = rows.filter {
            (history.functions[$0] == .write || history.functions[$0] == .compareAndSet)
                && history.arguments[$0] == value && history.statuses[$0] != .fail
        }
        guard let write = writes.min(by: { history.invoked[$0] < history.invoked[$1] }) else {
            return .init(kind: .phantomRead, rows: [row], margin: nil)
        }
        // The swap that leaves it there may have had to wait for others.
        let isDirect = history.completed[row] < history.invoked[write]
        return .init(
            kind: isDirect ? .readFromFuture : .brokenChain, rows: [row, write], margin: time - history.completed[row])
    }

    // MARK: Counters

    /// A count beyond what all increments invoked by then come to, or one that no sum of them makes.
    private func uncounted(isBlind: Bool) -> MonitorViolation? {
        let start = history.initial ?? 0
        let increments = rows.filter { history.functions[$0] == .increment }.sorted {
            history.invoked[$0] < history.invoked[$1]
        }
        var times: [Int64] = []
        var (lows, highs) = ([start], [start])
        var step: UInt = 0
        for row in increments {
            let amount = history.amount(row)
            times.append(history.invoked[row])
            lows.append(Self.sum(lows[lows.count - 1], min(0, amount)))
            highs.append(Self.sum(highs[highs.count - 1], max(0, amount)))
            step = Self.greatestDivisor(step, amount.magnitude)
        }
        for row in rows where isAnswered(row) && history.results[row] != History.null {
            let isIncrement = history.functions[row] == .increment
            guard history.functions[row] == .read || (isIncrement && !isBlind) else { continue }
            var (low, high) = (0, times.count)
            while low < high {
                let middle = (low + high) / 2
                if times[middle] <= history.completed[row] { low = middle + 1 } else { high = middle }
            }
            let count = history.results[row]
            let (difference, isBeyond) = count.subtractingReportingOverflow(start)
            let isWhole = step == 0 ? difference == 0 : difference.magnitude % step == 0
            if isBeyond || !isWhole || count < lows[low] || count > highs[low] {
                return .init(kind: .phantomCount, rows: [row], margin: nil)
            }
        }
        return nil
    }

    /// Sums end at the largest and least numbers.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, isBeyond) = left.addingReportingOverflow(right)
        return isBeyond ? (right > 0 ? .max : .min) : sum
    }

    private static func greatestDivisor(_ left: UInt, _ right: UInt) -> UInt {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }

    // MARK: Containers

    /// A value taken out more often than it was put in, or sooner.
    private func taken(
        _ puts: Set<History.Function>, _ takes: Set<History.Function>, looks: Set<History.Function>
    ) -> MonitorViolation? {
        var putIn: [Int: [Int]] = [:]
        var takenOut: [Int: [Int]] = [:]
        var lookedAt: [Int] = []
        for row in rows {
            let function = history.functions[row]
            if puts.contains(function) {
                putIn[history.arguments[row], default: []].append(row)
            } else if isAnswered(row), history.results[row] != History.null {
                if takes.contains(function) { takenOut[history.results[row], default: []].append(row) }
                if looks.contains(function) { lookedAt.append(row) }
            }
        }
        for row in lookedAt where putIn[history.results[row]] == nil {
            return .init(kind: .phantomDequeue, rows: [row], margin: nil)
        }
        for row in rows where isAnswered(row) && takes.contains(history.functions[row]) {
            guard let taken = takenOut.removeValue(forKey: history.results[row]) else { continue }
            guard let put = putIn[history.results[row]] else {
                return .init(kind: .phantomDequeue, rows: [row], margin: nil)
            }
            if taken.count > put.count {
                return .init(kind: .dequeuedTwice, rows: Array(taken.suffix(2)), margin: nil)
            }
            let starts = put.sorted { history.invoked[$0] < history.invoked[$1] }
            let ends = taken.sorted { history.completed[$0] < history.completed[$1] }
            for (end, start) in zip(ends, starts) where history.completed[end] < history.invoked[start] {
                return .init(
                    kind: .dequeueBeforeEnqueue, rows: [end, start],
                    margin: history.invoked[start] - history.completed[end])
            }
        }
        return nil
    }

    /// A value read from a log that nobody appended, or not until then.
    private func unappended() -> MonitorViolation? {
        var earliest: [Int: Int] = [:]
        for row in rows where history.functions[row] == .append {
            let known = earliest[history.arguments[row]] ?? row
            earliest[history.arguments[row]] = history.invoked[row] < history.invoked[known] ? row : known
        }
        for row in rows where isAnswered(row) && history.functions[row] == .read {
            let value = history.results[row]
            guard value != History.null else { continue }
            guard let append = earliest[value] else { return .init(kind: .phantomRead, rows: [row], margin: nil) }
            if history.completed[row] < history.invoked[append] {
                return .init(
                    kind: .readFromFuture, rows: [row, append],
                    margin: history.invoked[append] - history.completed[row])
            }
        }
        return nil
    }

    /// An element seen inside that nobody added.
    private func unadded() -> MonitorViolation? {
        let added = Set(rows.filter { history.functions[$0] == .add }.map { history.arguments[$0] })
        for row in rows where isAnswered(row) && history.functions[row] == .read {
            guard let shown = history.elements(of: history.results[row]), !added.isSuperset(of: shown) else { continue }
            return .init(kind: .phantomElement, rows: [row], margin: nil)
        }
        for row in rows where isAnswered(row) && !added.contains(history.arguments[row]) {
            let function = history.functions[row]
            if function == .contains || function == .remove, history.results[row] == 1 {
                return .init(kind: .phantomElement, rows: [row], margin: nil)
            }
        }
        return nil
    }
}

extension ImpossibleValues {
    /// Two reads of the same accounts whose totals differ.
    private func unequal() -> MonitorViolation? {
        var first: [[Int]: (row: Int, total: Int)] = [:]
        for row in rows where isAnswered(row) && history.functions[row] == .read {
            guard let balances = history.entries(of: history.results[row]) else { continue }
            var total = 0
            for balance in balances { total = Self.sum(total, balance.value) }
            let accounts = balances.map(\.key).sorted()
            guard let known = first[accounts] else {
                first[accounts] = (row, total)
                continue
            }
            if known.total != total { return .init(kind: .totalChanged, rows: [known.row, row], margin: nil) }
        }
        return nil
    }
}

extension History {
    /// By how much an increment adds: 1 unless it says otherwise.
    func amount(_ row: Int) -> Int { arguments[row] == Self.null ? 1 : arguments[row] }
}
