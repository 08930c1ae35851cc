/// Looks for an order of a component's operations depth first, led by what the values force and by who must be answered
/// first, and remembers which configurations failed.
///
/// Exact: what it leaves out no legal order does. Legal readers happen at once (`FrontierSearch`); an operation that would
/// leave behind something that can never happen any more is refused (`Foresight`); of operations that do the same to the
/// same keys with the same answer the one that must be answered first goes first, since in any order they may trade places.
struct GuidedSearch {
    private let use: CellUse
    private let latest: [Int64]
    private var foresight: Foresight
    /// Invocations and responses by the forced windows.
    private var events: [SearchEvent] = []
    private var invokedAt: [Int] = []
    /// How many members were invoked before each event.
    private var invokedBefore: [Int] = []
    private var isReader: [Bool]
    /// What has yet to happen, by latest time; of each key its readers, by earliest.
    private var pending: DancingList
    private var waiting: DancingList
    private var waitingEntries: [[Int]] = []
    private var memberOfEntry: [Int] = []
    /// The next of a member's lane, if it waits for it and reads only.
    private var laneReader: [Int32]
    /// Members that do the same, by latest time; -1 for those that are alone.
    private var twinClass: [Int32]
    private var twins: [[Int32]] = []
    private var marks: [(UInt64, UInt64)] = []
    /// What a forced order puts before and after each member, and how much of what is before has yet to happen.
    private var forcedBefore: [[Int32]] = []
    private var forcedAfter: [[Int32]] = []
    private var forcedLeft: [Int32]

    private var position = 0
    private var trail: [Int32] = []
    private var doneMark: (UInt64, UInt64) = (0, 0)
    private var frames: [Frame] = []
    private var failed = FailedSet()
    private(set) var nodes = 0
    /// Which values were found reachable, by the question that was asked.
    private var stamp = 0
    private var reachStamp: [Int]
    private var reachAnswer: [Bool]
    private var walked: [Int]

    private struct Frame {
        var position: Int
        var trail: Int
        var mark: Int
        /// The candidate that was tried last in the list; the head at first. And how many open ones have not been looked at.
        var cursor: Int
        var left: Int
        /// The candidate that was tried before all others; -1: none yet, -2: there was none.
        var preferred: Int
        var key: (UInt64, UInt64)
    }

    enum Outcome {
        /// The members in an order that explains them.
        case order([Int32])
        case noOrder
        case undecided
    }

    init(_ use: CellUse, _ windows: ForcedWindows) {
        self.use = use
        latest = windows.latest
        foresight = Foresight(use, windows)
        let count = use.members.count
        isReader = use.operations.map(\.isReader)
        pending = DancingList(entries: count, lists: 1)
        laneReader = Array(repeating: -1, count: count)
        twinClass = Array(repeating: -1, count: count)
        reachStamp = Array(repeating: 0, count: use.values.count)
        reachAnswer = Array(repeating: false, count: use.values.count)
        walked = Array(repeating: 0, count: count)
        forcedLeft = Array(repeating: 0, count: count)
        let entryCount = use.touched.reduce(0) { $0 + $1.count }
        waiting = DancingList(entries: entryCount, lists: use.keys.count)
        addEvents(windows)
        addLists(windows)
        findTwins()
        var random: UInt64 = 0x2545_F491_4F6C_DD1D
        marks = (0..<count).map { _ in (Self.mix(&random), Self.mix(&random)) }
    }

    private static func mix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    // MARK: What does not change

    private mutating func addEvents(_ windows: ForcedWindows) {
        events.reserveCapacity(2 * use.members.count)
        for member in use.members.indices {
            events.append(SearchEvent(time: windows.earliest[member], operation: Int32(member), isResponse: false))
            guard windows.latest[member] < .max else { continue }
            events.append(SearchEvent(time: windows.latest[member], operation: Int32(member), isResponse: true))
        }
        events.sort(by: SearchEvent.isBefore)
        invokedAt = Array(repeating: 0, count: use.members.count)
        var invoked = 0
        for (index, event) in events.enumerated() {
            invokedBefore.append(invoked)
            guard !event.isResponse else { continue }
            invokedAt[Int(event.operation)] = index
            invoked += 1
        }
    }

    private mutating func addLists(_ windows: ForcedWindows) {
        let latest = windows.latest
        let byLatest = use.members.indices.sorted { latest[$0] != latest[$1] ? latest[$0] < latest[$1] : $0 < $1 }
        for member in byLatest { pending.append(member, to: 0) }
        waitingEntries = Array(repeating: [], count: use.members.count)
        for event in events where !event.isResponse && isReader[Int(event.operation)] {
            let member = Int(event.operation)
            for key in use.touched[member] {
                waitingEntries[member].append(memberOfEntry.count)
                waiting.append(memberOfEntry.count, to: Int(key))
                memberOfEntry.append(member)
            }
        }
        for (member, before) in use.lanePredecessor.enumerated() where before >= 0 && isReader[member] {
            laneReader[Int(before)] = Int32(member)
        }
    }

    private struct Twin: Hashable {
        var kind: KeyOperation.Kind
        var key: Int32
        var argument: Int
        var result: Int
        var isAnswered: Bool
    }

    private mutating func findTwins() {
        var found: [Twin: [Int32]] = [:]
        for (member, operation) in use.operations.enumerated()
        where operation.partCount == 0 && !isReader[member] && !use.isFollowed[member] {
            found[
                Twin(
                    kind: operation.kind, key: operation.key, argument: operation.argument, result: operation.result,
                    isAnswered: operation.isAnswered), default: []
            ].append(Int32(member))
        }
        for members in found.values where members.count > 1 {
            for member in members { twinClass[Int(member)] = Int32(twins.count) }
            twins.append(members.sorted { (latest[Int($0)], $0) < (latest[Int($1)], $1) })
        }
    }

    /// Before `run`: nothing happens before what must come before it.
    mutating func force(_ order: ForcedOrder) {
        forcedBefore = use.members.indices.map { order.before(place: $0).map(Int32.init) }
        forcedAfter = Array(repeating: [], count: use.members.count)
        for (member, before) in forcedBefore.enumerated() {
            forcedLeft[member] = Int32(before.count)
            for other in before { forcedAfter[Int(other)].append(Int32(member)) }
        }
    }

    // MARK: The search

    /// Goes on searching until `nodes` configurations were opened, or `isOver` says so; it may be asked again.
    ///
    /// - Complexity: O(operations × open ones) where the first choices lead straight through.
    mutating func run(_ model: inout KeyModel, nodes limit: Int, isOver: () -> Bool) -> Outcome {
        let start = model.mark
        for key in use.keys.indices { foresight.set(key, holds: model.cells[Int(use.keys[key])]) }
        defer {
            undo(to: 0, &model, start)
            frames.removeAll(keepingCapacity: true)
            position = 0
        }
        let end = nodes + limit
        while true {
            if settle(&model) { return .order(trail) }
            if model.exhausted != nil { return .undecided }
            let key = configuration(model)
            if failed.contains(key) {
                restore(&model)
            } else {
                nodes += 1
                if nodes > end || (nodes & 63 == 0 && isOver()) { return .undecided }
                frames.append(
                    Frame(
                        position: position, trail: trail.count, mark: model.mark, cursor: pending.head(0),
                        left: invokedBefore[position] - trail.count, preferred: -1, key: key))
            }
            guard advance(&model) else { return model.exhausted == nil ? .noOrder : .undecided }
        }
    }

    private func configuration(_ model: borrowing KeyModel) -> (UInt64, UInt64) {
        var state = model.fingerprint
        let first = Self.mix(&state)
        return (doneMark.0 ^ first, doneMark.1 &+ Self.mix(&state))
    }

    /// Moves over everything that is settled, and lets legal readers happen. True at the end of the events.
    private mutating func settle(_ model: inout KeyModel) -> Bool {
        while position < events.count {
            let event = events[position]
            let member = Int(event.operation)
            if event.isResponse {
                guard foresight.isDone[member] else { return false }
                position += 1
            } else {
                position += 1
                if isReader[member] { read(member, &model) }
            }
        }
        return true
    }

    /// Lets a reader happen if it is legal and changes nothing, and then those that waited for it.
    private mutating func read(_ member: Int, _ model: inout KeyModel) {
        var next = member
        while !foresight.isDone[next], isOpen(next), !mustWait(next), !findsOther(next) {
            let mark = model.mark
            guard model.apply(Int(use.members[next])) else { return }
            guard model.mark == mark else { return model.rollback(to: mark) }
            note(next)
            guard laneReader[next] >= 0 else { return }
            next = Int(laneReader[next])
        }
    }

    /// Whether it reads something else than what is known to be there.
    private func findsOther(_ member: Int) -> Bool {
        for index in use.range(member) where findsOther(at: index) { return true }
        return false
    }

    private func isOpen(_ member: Int) -> Bool { invokedAt[member] < position }

    private func mustWait(_ member: Int) -> Bool {
        let before = use.lanePredecessor[member]
        return forcedLeft[member] > 0 || (before >= 0 && !foresight.isDone[Int(before)])
    }

    /// Lets an operation happen if it is legal and leaves nothing behind; then readers that this makes legal.
    private mutating func perform(_ member: Int, _ model: inout KeyModel) -> Bool {
        guard foresight.objection(to: member) == nil, model.apply(Int(use.members[member])) else { return false }
        note(member)
        for key in use.touched[member] { foresight.set(Int(key), holds: model.cells[Int(use.keys[Int(key)])]) }
        for key in use.touched[member] { wake(Int(key), &model) }
        if laneReader[member] >= 0 { read(Int(laneReader[member]), &model) }
        guard !forcedAfter.isEmpty else { return true }
        for other in forcedAfter[member] where forcedLeft[Int(other)] == 0 && isReader[Int(other)] {
            read(Int(other), &model)
        }
        return true
    }

    /// Lets the open readers of a key happen that are legal now.
    private mutating func wake(_ key: Int, _ model: inout KeyModel) {
        let head = waiting.head(key)
        var entry = waiting.after(head)
        while entry != head {
            let member = memberOfEntry[entry]
            guard isOpen(member) else { return }
            read(member, &model)
            // What was taken out still knows what came after it, which may have been taken out since.
            repeat { entry = waiting.after(entry) } while entry != head && foresight.isDone[memberOfEntry[entry]]
        }
    }

    private mutating func note(_ member: Int) {
        foresight.did(member)
        trail.append(Int32(member))
        doneMark.0 ^= marks[member].0
        doneMark.1 &+= marks[member].1
        pending.takeOut(member)
        for entry in waitingEntries[member] { waiting.takeOut(entry) }
        guard !forcedAfter.isEmpty else { return }
        for other in forcedAfter[member] { forcedLeft[Int(other)] -= 1 }
    }

    private mutating func undo(to count: Int, _ model: inout KeyModel, _ mark: Int) {
        model.rollback(to: mark)
        while trail.count > count {
            let member = Int(trail.removeLast())
            if !forcedAfter.isEmpty { for other in forcedAfter[member] { forcedLeft[Int(other)] += 1 } }
            for entry in waitingEntries[member].reversed() { waiting.putBack(entry) }
            pending.putBack(member)
            doneMark.0 ^= marks[member].0
            doneMark.1 &-= marks[member].1
            foresight.undid(member)
            for key in use.touched[member] { foresight.set(Int(key), holds: model.cells[Int(use.keys[Int(key)])]) }
        }
    }

    private mutating func restore(_ model: inout KeyModel) {
        guard let frame = frames.last else { return }
        undo(to: frame.trail, &model, frame.mark)
        position = frame.position
    }

    /// Takes the next choice, closing choices that are used up. False when none is left.
    private mutating func advance(_ model: inout KeyModel) -> Bool {
        while let frame = frames.last {
            if frame.preferred == -1 {
                let needed = need(Int(events[position].operation))
                frames[frames.count - 1].preferred = -2
                if case .choice(let member) = needed {
                    frames[frames.count - 1].preferred = member
                    if perform(member, &model) { return true }
                }
                if case .dead = needed { frames[frames.count - 1].left = 0 }
            }
            let top = frames.count - 1
            var candidate = frames[top].cursor
            while frames[top].left > 0 {
                candidate = pending.after(candidate)
                guard isOpen(candidate) else { continue }
                frames[top].left -= 1
                guard candidate != frames[top].preferred, isChoice(candidate) else { continue }
                frames[top].cursor = candidate
                if perform(candidate, &model) { return true }
            }
            failed.insert(frames[top].key)
            frames.removeLast()
            restore(&model)
        }
        return false
    }

    private func isChoice(_ member: Int) -> Bool {
        // A legal reader has happened already, unless an unknown first value is all that is there.
        guard isOpen(member), !mustWait(member), !(isReader[member] && findsOther(member)) else { return false }
        guard twinClass[member] >= 0 else { return true }
        for twin in twins[Int(twinClass[member])] {
            if Int(twin) == member { return true }
            if !foresight.isDone[Int(twin)], isOpen(Int(twin)), !mustWait(Int(twin)) { return false }
        }
        return true
    }

    // MARK: What the next answer needs

    private enum Need {
        /// This operation can happen now and brings the answer nearer.
        case choice(Int)
        case notKnown
        /// Nothing that is open lets it come.
        case dead
    }

    /// What the operation `blocked`, which must be answered next, needs. All of that must be open: nothing new begins before.
    private mutating func need(_ blocked: Int) -> Need {
        var member = blocked
        var isForced = true
        stamp += 1
        let walk = stamp
        while walked[member] != walk {
            walked[member] = walk
            guard isOpen(member) else { return isForced ? .dead : .notKnown }
            guard !foresight.isDone[member] else { return .notKnown }
            if mustWait(member) {
                member = firstAwaited(member)
            } else if let access = use.range(member).first(where: { findsOther(at: $0) }) {
                let value = use.accesses[access].read
                guard isReachable(value) else { return isForced ? .dead : .notKnown }
                let writers = openWriters(of: value)
                guard let best = mostUrgent(writers) else { return .notKnown }
                isForced = isForced && writers.count == 1 && !use.mayBeUnknown(value)
                member = best
            } else if case .first(let earlier, let forced)? = foresight.objection(to: member) {
                member = earlier
                isForced = isForced && forced
            } else {
                return isChoice(member) ? .choice(member) : .notKnown
            }
        }
        // What must come before itself never comes.
        return isForced ? .dead : .notKnown
    }

    /// Something that must happen before an operation that must wait.
    private func firstAwaited(_ member: Int) -> Int {
        guard forcedLeft[member] > 0 else { return Int(use.lanePredecessor[member]) }
        let before = forcedBefore[member].first { !foresight.isDone[Int($0)] }
        return Int(before ?? use.lanePredecessor[member])
    }

    /// Of some operations, of those that need not wait for their lane if there are any, the one to be answered first.
    private func mostUrgent(_ members: [Int]) -> Int? {
        members.min { left, right in
            let (leftWaits, rightWaits) = (mustWait(left), mustWait(right))
            return leftWaits != rightWaits ? rightWaits : latest[left] < latest[right]
        }
    }

    /// The operations that are open and leave a value; if there is none, those that may, for all that is known.
    private func openWriters(of value: Int32) -> [Int] {
        let isThere = { (member: Int32) in !foresight.isDone[Int(member)] && isOpen(Int(member)) }
        let writers = use.values[Int(value)].writers.filter(isThere)
        guard writers.isEmpty, use.mayBeUnknown(value) else { return writers.map { Int($0) } }
        return use.wildMembers[Int(use.values[Int(value)].key)].filter(isThere).map { Int($0) }
    }

    private func findsOther(at index: Int) -> Bool {
        let access = use.accesses[index]
        let held = foresight.current[Int(access.key)]
        return access.read >= 0 && held >= 0 && held != access.read
    }

    /// Whether open operations could leave a value, if none stood in another's way.
    private mutating func isReachable(_ value: Int32) -> Bool {
        stamp += 1
        return reaches(value)
    }

    private mutating func reaches(_ value: Int32) -> Bool {
        let held = foresight.current[Int(use.values[Int(value)].key)]
        if held == value || held < 0 || use.isOpaque[Int(use.values[Int(value)].key)] { return true }
        guard reachStamp[Int(value)] != stamp else { return reachAnswer[Int(value)] }
        reachStamp[Int(value)] = stamp
        // Where values lead to each other, none is ruled out.
        reachAnswer[Int(value)] = true
        for writer in use.values[Int(value)].writers {
            let member = Int(writer)
            guard !foresight.isDone[member], isOpen(member) else { continue }
            var isPossible = true
            for index in use.range(member) where use.accesses[index].read >= 0 {
                isPossible = isPossible && reaches(use.accesses[index].read)
            }
            if isPossible { return true }
        }
        if use.mayBeUnknown(value), reachesByWild(value) { return true }
        reachAnswer[Int(value)] = false
        return false
    }

    /// Whether additions without an answer could lead to a number.
    private mutating func reachesByWild(_ value: Int32) -> Bool {
        let key = use.values[Int(value)].key
        let wilds = use.wildMembers[Int(key)].filter { !foresight.isDone[Int($0)] && isOpen(Int($0)) }
        guard let first = wilds.first else { return false }
        let step = use.operations[Int(first)].argument
        guard wilds.allSatisfy({ use.operations[Int($0)].argument == step }) else { return true }
        var cell = use.values[Int(value)].cell
        for _ in wilds {
            let (before, over) = cell.subtractingReportingOverflow(step)
            guard !over else { return true }
            cell = before
            for origin in cell == 0 ? [cell, Cell.absent] : [cell] {
                let number = use.value(key, origin)
                if number >= 0, reaches(number) { return true }
            }
        }
        return false
    }
}

/// Configurations from which no order was found, by two independent marks of 64 bits: for two to be taken for one there is
/// a chance of 2⁻¹²⁸.
struct FailedSet {
    private struct Key: Hashable {
        var first: UInt64
        var second: UInt64

        func hash(into hasher: inout Hasher) { hasher.combine(first) }
    }
    private var keys: Set<Key> = []

    func contains(_ key: (UInt64, UInt64)) -> Bool { keys.contains(Key(first: key.0, second: key.1)) }
    mutating func insert(_ key: (UInt64, UInt64)) { keys.insert(Key(first: key.0, second: key.1)) }
    /// Memory, about.
    var byteCount: Int { keys.capacity * 24 }
}
