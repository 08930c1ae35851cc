/// A set that starts empty, with `add`, `remove` and `contains`, whose answers tell whether the element was new or there,
/// or only that it is done: exact, unanswered operations included, in linear time, where each element has at most one
/// add and one remove that can have taken effect, or adds alone.
///
/// The element enters as late as the earliest answer that needs it inside, and leaves as early as the latest invocation
/// that does; evidence of absence must not lie wholly between.
struct SetMonitor {
    let history: History
    let cut: Int64

    private struct Element {
        var firstRow: Int32
        /// Earliest answer and latest invocation of what saw it inside.
        var entered = Int64.max
        var left = Int64.min
        var enteredRow: Int32 = -1
        var leftRow: Int32 = -1
        /// The one that was told that the element is new if there is one, else the one invoked first.
        var addRow: Int32 = -1
        var removeRow: Int32 = -1
        var addInvoked = Int64.max
        var removeInvoked = Int64.max
        /// How many were told that they changed the set, how many perhaps did.
        var addsTold: Int32 = 0
        var removesTold: Int32 = 0
        var addsPossible: Int32 = 0
        var hasSilentRemove = false
        var hasSilentAdd = false
        var secondAdd: Int32 = -1
        var secondRemove: Int32 = -1

        @inline(__always)
        mutating func inside(_ row: Int32, _ start: Int64, _ end: Int64) {
            if end < entered {
                entered = end
                enteredRow = row
            }
            if start > left {
                left = start
                leftRow = row
            }
        }

        @inline(__always)
        mutating func add(_ row: Int32, _ start: Int64, isTold: Bool) {
            if isTold {
                if addsTold > 0 { secondAdd = row }
                addsTold += 1
            } else {
                addsPossible += 1
            }
            guard isTold ? addsTold == 1 : addsTold == 0 && start < addInvoked else { return }
            (addRow, addInvoked) = (row, start)
        }

        @inline(__always)
        mutating func remove(_ row: Int32, _ start: Int64, isTold: Bool) {
            if isTold {
                if removesTold > 0 { secondRemove = row }
                removesTold += 1
            }
            guard isTold ? removesTold == 1 : removesTold == 0 && start < removeInvoked else { return }
            (removeRow, removeInvoked) = (row, start)
        }

        /// Enters or leaves more than once, perhaps.
        var needsSearch: Bool {
            hasSilentRemove || removeRow >= 0 && addsTold + addsPossible > 1
        }
        /// Something saw it inside, took it out, or put it in for certain.
        var wasInside: Bool { enteredRow >= 0 || removesTold > 0 || addsTold > 0 || hasSilentAdd }
    }

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(operations).
    func run() -> MonitorOutcome {
        let (functions, statuses, arguments, results) = (
            history.functions, history.statuses, history.arguments, history.results
        )
        let (invoked, completed) = (history.invoked, history.completed)
        var index = ValueIndex([arguments], hasKeys: false, expected: functions.count)
        var elements: [Element] = []
        var absences: [(row: Int32, element: Int32)] = []
        elements.reserveCapacity(functions.count / 4)
        for row in functions.indices where invoked[row] <= cut {
            let isAnswered = statuses[row] != .info && completed[row] <= cut
            if isAnswered, statuses[row] == .fail { continue }
            let function = functions[row]
            guard function == .add || function == .remove || function == .contains else { return .needsSearch([]) }
            guard isAnswered || function != .contains else { continue }
            let id = index.id(0, arguments[row])
            if id == elements.count { elements.append(Element(firstRow: Int32(truncatingIfNeeded: row))) }
            let (start, mark) = (invoked[row], Int32(truncatingIfNeeded: row))
            let isTrue = results[row] != 0
            let isSilent = results[row] == History.null
            switch function {
            case .add where isAnswered && isSilent:
                elements[id].add(mark, start, isTold: false)
                elements[id].hasSilentAdd = true
                elements[id].inside(mark, start, completed[row])
            case .remove where isAnswered && isSilent: elements[id].hasSilentRemove = true
            case .contains where isSilent: continue
            case .add where !isAnswered || isTrue: elements[id].add(mark, start, isTold: isAnswered)
            case .remove where !isAnswered || isTrue: elements[id].remove(mark, start, isTold: isAnswered)
            case .contains where !isTrue, .remove: absences.append((mark, Int32(truncatingIfNeeded: id)))
            default: elements[id].inside(mark, start, completed[row])
            }
        }
        return judge(&elements, absences)
    }

    private func answer(_ row: Int32) -> Int64 {
        history.answers(Int(row), cut) ? history.completed[Int(row)] : .max
    }

    private func judge(_ elements: inout [Element], _ absences: [(row: Int32, element: Int32)]) -> MonitorOutcome {
        var search: [Int] = []
        for id in elements.indices {
            if elements[id].needsSearch {
                search.append(history.arguments[Int(elements[id].firstRow)])
            } else if let wrong = settle(&elements[id]) {
                return .violated(wrong)
            }
        }
        for absence in absences {
            let element = elements[Int(absence.element)]
            guard !element.needsSearch, element.addRow >= 0, element.wasInside else { continue }
            let (start, end) = (history.invoked[Int(absence.row)], history.completed[Int(absence.row)])
            let left = element.removeRow >= 0 ? element.left : .max
            guard start > element.entered, end < left else { continue }
            let rows = [absence.row, element.enteredRow] + (element.removeRow >= 0 ? [element.leftRow] : [])
            let margin = min(start - element.entered, left == .max ? .max : left - end)
            return .violated(.init(kind: .lostElement, rows: rows.map(Int.init), margin: margin))
        }
        return search.isEmpty ? .linearizable : .needsSearch(search)
    }

    /// Adds the element's own add and remove to the evidence, and checks that they fit it.
    private func settle(_ element: inout Element) -> MonitorViolation? {
        guard element.wasInside else { return nil }
        let seen = element.enteredRow >= 0 ? element.enteredRow : element.removeRow
        guard element.addRow >= 0 else { return .init(kind: .phantomElement, rows: [Int(seen)], margin: nil) }
        if element.secondAdd >= 0 {
            return .init(kind: .addedTwice, rows: [Int(element.addRow), Int(element.secondAdd)], margin: nil)
        }
        if element.secondRemove >= 0 {
            return .init(kind: .removedTwice, rows: [Int(element.removeRow), Int(element.secondRemove)], margin: nil)
        }
        element.inside(element.addRow, element.addInvoked, answer(element.addRow))
        let removed = element.removeRow >= 0 ? answer(element.removeRow) : .max
        if element.removeRow >= 0 { element.inside(element.removeRow, element.removeInvoked, removed) }
        if element.addInvoked > element.entered {
            return .init(
                kind: .elementOrder, rows: [Int(element.enteredRow), Int(element.addRow)],
                margin: element.addInvoked - element.entered)
        }
        guard element.removeRow >= 0, removed < element.left else { return nil }
        return .init(
            kind: .elementOrder, rows: [Int(element.removeRow), Int(element.leftRow)], margin: element.left - removed)
    }
}
