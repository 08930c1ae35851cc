/// A set that starts empty and is read as a whole, to which elements are only added: exact, unanswered operations
/// included, in linear time.
///
/// Each read shows what was inside at one instant, so of two reads one shows all that the other does, and what they show
/// orders them: first what the smallest shows was added, then it was read, then came what the next one shows besides.
/// Within each of these steps anything goes; of two steps no operation of the later one may be over before one of the
/// earlier one began. What no read shows comes last.
struct WholeSetMonitor {
    private let history: History
    private let cut: Int64

    /// When an element can have come in: after `earliest`, the latest invocation that needs it outside, or of its first
    /// add, and before `latest`, the earliest answer that needs it inside.
    private struct Element {
        var earliest = Bound(time: .max)
        var outside = Bound(time: .min)
        var latest = Bound(time: .max)
        var told: Int32 = -1
        var toldTwice: Int32 = -1
        /// The number of the smallest read that shows it.
        var step: Int32 = .max
    }

    private struct Bound {
        var time: Int64
        var row: Int32 = -1
    }

    /// Reads that show the same.
    private struct Step {
        var elements: [Int32]
        var first: Bound
        var last: Bound
    }

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(operations and elements shown), and sorting the reads.
    func run() -> MonitorOutcome {
        var elements: [Element] = []
        var index = ValueIndex([history.arguments], hasKeys: false, expected: history.count)
        func id(_ value: Int) -> Int {
            let id = index.id(0, value)
            if id == elements.count { elements.append(Element()) }
            return id
        }
        var steps: [Step] = []
        var stepOf: [Int: Int] = [:]
        // The same set may be told in any order, and with an element twice.
        var stepOfSet: [[Int32]: Int] = [:]
        for row in 0..<history.count where history.invoked[row] <= cut {
            let isAnswered = history.answers(row, cut)
            if isAnswered, history.statuses[row] == .fail { continue }
            let mark = Int32(truncatingIfNeeded: row)
            switch history.functions[row] {
            case .add, .contains:
                guard isAnswered || history.functions[row] == .add else { continue }
                note(mark, isAnswered, in: &elements[id(history.arguments[row])])
            case .read:
                guard isAnswered else { continue }
                guard let shown = history.elements(of: history.results[row]) else { return .needsSearch([0]) }
                let (start, end) = (
                    Bound(time: history.invoked[row], row: mark), Bound(time: history.completed[row], row: mark)
                )
                let step: Int
                if let known = stepOf[history.results[row]] {
                    step = known
                } else {
                    let ids = Set(shown.map { Int32(truncatingIfNeeded: id($0)) }).sorted()
                    step = stepOfSet[ids] ?? steps.count
                    stepOf[history.results[row]] = step
                    stepOfSet[ids] = step
                    if step == steps.count { steps.append(Step(elements: ids, first: end, last: start)) }
                }
                if end.time < steps[step].first.time { steps[step].first = end }
                if start.time > steps[step].last.time { steps[step].last = start }
            default: return .needsSearch([0])
            }
        }
        for id in elements.indices {
            if elements[id].outside.time > elements[id].earliest.time, elements[id].earliest.row >= 0 {
                elements[id].earliest = elements[id].outside
            }
        }
        return (check(elements) ?? order(&elements, &steps)).map(MonitorOutcome.violated) ?? .linearizable
    }

    /// Takes down what an add, or a look at one element, says of it.
    private func note(_ row: Int32, _ isAnswered: Bool, in element: inout Element) {
        let (start, end) = (history.invoked[Int(row)], history.completed[Int(row)])
        let answer = isAnswered ? history.results[Int(row)] : History.null
        let isAdd = history.functions[Int(row)] == .add
        if isAdd, answer != 0 {
            if answer == History.null {
                if element.told < 0, start < element.earliest.time { element.earliest = Bound(time: start, row: row) }
            } else {
                if element.told >= 0 { element.toldTwice = row }
                element.told = row
                element.earliest = Bound(time: start, row: row)
            }
        }
        guard isAnswered, isAdd || answer != History.null else { return }
        if isAdd || answer != 0 {
            if end < element.latest.time { element.latest = Bound(time: end, row: row) }
        } else if start > element.outside.time {
            element.outside = Bound(time: start, row: row)
        }
    }

    /// What single elements show.
    private func check(_ elements: [Element]) -> MonitorViolation? {
        for element in elements {
            if element.toldTwice >= 0 {
                return .init(kind: .addedTwice, rows: [Int(element.told), Int(element.toldTwice)], margin: nil)
            }
            guard element.latest.row >= 0 else { continue }
            guard element.earliest.row >= 0 else {
                return .init(kind: .phantomElement, rows: [Int(element.latest.row)], margin: nil)
            }
            if element.latest.time < element.earliest.time { return late(element.latest, element.earliest) }
        }
        return nil
    }

    private func order(_ elements: inout [Element], _ steps: inout [Step]) -> MonitorViolation? {
        steps.sort { $0.elements.count < $1.elements.count }
        var reached = Bound(time: .min)
        var before = 0
        for number in steps.indices {
            let step = steps[number]
            let new = step.elements.filter { elements[Int($0)].step == .max }
            if number > 0, step.elements.count - new.count != before {
                return .init(
                    kind: .divergentReads, rows: [Int(steps[number - 1].first.row), Int(step.first.row)], margin: nil)
            }
            before = step.elements.count
            var latest = reached
            for id in new.map(Int.init) {
                elements[id].step = Int32(truncatingIfNeeded: number)
                let element = elements[id]
                guard element.earliest.row >= 0 else {
                    return .init(kind: .phantomElement, rows: [Int(step.first.row)], margin: nil)
                }
                if element.latest.time < reached.time { return late(element.latest, reached) }
                if element.earliest.time > latest.time { latest = element.earliest }
            }
            reached = latest
            if step.first.time < reached.time { return late(step.first, reached) }
            if step.last.time > reached.time { reached = step.last }
        }
        for element in elements where element.step == .max && element.latest.time < reached.time {
            return late(element.latest, reached)
        }
        return nil
    }

    /// `over` was over before `begun` began, and should not have been.
    private func late(_ over: Bound, _ begun: Bound) -> MonitorViolation {
        let isLost = history.functions[Int(begun.row)] != .add
        return .init(
            kind: isLost ? .lostElement : .elementOrder,
            rows: isLost ? [Int(begun.row), Int(over.row)] : [Int(over.row), Int(begun.row)],
            margin: begun.time - over.time)
    }
}
