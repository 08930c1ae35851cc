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
        /// One of them: what they show is not kept twice, there may be much of it.
        var row: Int
        /// How many elements they show.
        var count: Int
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
        var sets = SetsSeen()
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
                guard let told = shown(row) else { return .needsSearch([0]) }
                let (start, end) = (
                    Bound(time: history.invoked[row], row: mark), Bound(time: history.completed[row], row: mark)
                )
                let step: Int
                if let known = stepOf[history.results[row]] {
                    step = known
                } else {
                    let count: Int
                    (step, count) = sets.number(told.lazy.map(id)) { (shown(steps[$0].row) ?? .nothing).lazy.map(id) }
                    stepOf[history.results[row]] = step
                    if step == steps.count { steps.append(Step(row: row, count: count, first: end, last: start)) }
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
        let violation =
            check(elements)
            ?? order(&elements, &steps) { row in
                (shown(row) ?? .nothing).lazy.map { index.id(0, $0) }
            }
        return violation.map(MonitorOutcome.violated) ?? .linearizable
    }

    /// What a read shows.
    private func shown(_ row: Int) -> HistoryElements? { history.values.elements(of: history.results[row]) }

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

    private func order(
        _ elements: inout [Element], _ steps: inout [Step], shown: (Int) -> some Sequence<Int>
    ) -> MonitorViolation? {
        steps.sort { $0.count < $1.count }
        var reached = Bound(time: .min)
        var before = 0
        for number in steps.indices {
            let step = steps[number]
            var new: [Int] = []
            for id in shown(step.row) where elements[id].step == .max {
                elements[id].step = Int32(truncatingIfNeeded: number)
                new.append(id)
            }
            if number > 0, step.count - new.count != before {
                return .init(
                    kind: .divergentReads, rows: [Int(steps[number - 1].first.row), Int(step.first.row)], margin: nil)
            }
            before = step.count
            var latest = reached
            for id in new.sorted() {
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

/// Tells sets that are the same, told in any order and with elements twice, without keeping them.
private struct SetsSeen {
    private var count = 0
    /// By the number of elements and the sum of their hashes.
    private var known: [Key: [Int]] = [:]
    /// Of each element the set, or the look at one, in which it was met last.
    private var marks: [Int] = []
    private var mark = 0

    private struct Key: Hashable {
        var count: Int
        var sum: Int
    }

    /// The number of a set, a new one if it was not seen before, and how many elements it has.
    ///
    /// - Parameter elements: those of the set of a number.
    /// - Complexity: O(elements); where sums are the same, those of all such sets.
    mutating func number<Elements: Sequence<Int>>(
        _ set: Elements, elements: (Int) -> Elements
    ) -> (number: Int, count: Int) {
        var key = Key(count: 0, sum: 0)
        mark += 1
        for element in set where meets(element) {
            key.count += 1
            key.sum &+= element.hashValue
        }
        let same = known[key]?.first { number in
            // As many, and each is one of these.
            let own = mark
            return elements(number).allSatisfy { marks[$0] == own }
        }
        if let same { return (same, key.count) }
        known[key, default: []].append(count)
        count += 1
        return (count - 1, key.count)
    }

    /// Whether an element is met in this set for the first time.
    private mutating func meets(_ element: Int) -> Bool {
        while marks.count <= element { marks.append(0) }
        guard marks[element] != mark else { return false }
        marks[element] = mark
        return true
    }
}
