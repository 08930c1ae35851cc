/// What is still to come for each value of a component: whether an operation that is possible now leaves something behind
/// that can never happen any more. It only ever refuses what no legal order does.
struct Foresight {
    private let use: CellUse
    private let earliest: [Int64]
    private let latest: [Int64]
    /// Of each value, how many have yet to happen of those that find it, of those that also replace it, and that write it.
    private var readersLeft: [Int32]
    private var takersLeft: [Int32]
    private var writersLeft: [Int32]
    /// Of each key, the operations left that may write any number, and how many numbers only they can still bring.
    private var wildsLeft: [Int32]
    private var lacking: [Int32]
    /// Of each value, who finds it by latest time, and who writes it by earliest; only for values with several writers.
    private var findersByLatest: [[Finder]]
    private var writersByEarliest: [[Int32]]
    /// The answered accesses of each key that have yet to happen, by latest time.
    private var uses: DancingList
    /// Of each block, the latest that one of its operations may begin.
    private var lastOfBlock: [Int64]
    /// The block of what is written once.
    private var blockOfValue: [Int32]
    /// The number of what each key holds; -1: something that nobody reads or writes, or that is not known.
    private(set) var current: [Int32]
    private(set) var isDone: [Bool]

    private struct Finder {
        var member: Int32
        /// Whether it leaves something else.
        var takes: Bool
    }

    init(_ use: CellUse, _ windows: ForcedWindows) {
        self.use = use
        earliest = windows.earliest
        latest = windows.latest
        readersLeft = use.values.map { Int32($0.readers.count) }
        takersLeft = use.values.map { Int32($0.takers) }
        writersLeft = use.values.map { Int32($0.writers.count) }
        wildsLeft = use.wildMembers.map { Int32($0.count) }
        lacking = Array(repeating: 0, count: use.keys.count)
        let (earliest, latest) = (windows.earliest, windows.latest)
        findersByLatest = Array(repeating: [], count: use.values.count)
        for access in use.accesses where access.read >= 0 && use.operations[Int(access.operation)].isAnswered {
            guard use.values[Int(access.read)].writers.count > 1 else { continue }
            let takes = access.write >= 0 && access.write != access.read
            findersByLatest[Int(access.read)].append(Finder(member: access.operation, takes: takes))
        }
        for value in findersByLatest.indices {
            findersByLatest[value].sort { (latest[Int($0.member)], $0.member) < (latest[Int($1.member)], $1.member) }
        }
        writersByEarliest = use.values.map { value in
            value.writers.count < 2 ? [] : value.writers.sorted { (earliest[Int($0)], $0) < (earliest[Int($1)], $1) }
        }
        lastOfBlock = Array(repeating: .min, count: use.blockCount)
        blockOfValue = Array(repeating: -1, count: use.values.count)
        var answered: [Int] = []
        for (index, access) in use.accesses.enumerated() where access.block >= 0 {
            let member = Int(access.operation)
            lastOfBlock[Int(access.block)] = max(lastOfBlock[Int(access.block)], earliest[member])
            let changes = access.write >= 0 && access.write != access.read
            if changes, use.isUnique(access.write) { blockOfValue[Int(access.write)] = access.block }
            if latest[member] < .max { answered.append(index) }
        }
        answered.sort {
            let (left, right) = (latest[Int(use.accesses[$0].operation)], latest[Int(use.accesses[$1].operation)])
            return left != right ? left < right : $0 < $1
        }
        uses = DancingList(entries: use.accesses.count, lists: use.keys.count)
        for index in answered { uses.append(index, to: Int(use.accesses[index].key)) }
        current = Array(repeating: -1, count: use.keys.count)
        isDone = Array(repeating: false, count: use.members.count)
        for value in use.values.indices { lacking[Int(use.values[value].key)] += lack(value) }
    }

    /// What the key holds now, by the model's cell.
    mutating func set(_ key: Int, holds cell: Int) { current[key] = use.value(Int32(key), cell) }

    /// Why an operation may not happen now.
    enum Objection {
        /// This one has to happen before; for certain, or to begin with.
        case first(Int, isForced: Bool)
        /// Nothing that can happen now helps.
        case hopeless
    }

    /// Nil if the operation leaves nothing behind that can no longer happen; legality is the model's business.
    ///
    /// - Complexity: O(keys) and the members of the blocks that it begins.
    func objection(to member: Int) -> Objection? {
        for index in use.range(member) {
            let access = use.accesses[index]
            let held = current[Int(access.key)]
            let changes = access.write >= 0 && access.write != held && access.write != access.read
            guard !use.isOpaque[Int(access.key)], access.isWild || changes else {
                continue
            }
            // What adds to a text does nothing.
            if access.isWild, held >= 0, Cell.textID(use.values[Int(held)].cell) != nil { continue }
            if access.isWild, held >= 0, lacksMore(leaving: held, access) { return .hopeless }
            if held >= 0, let objection = leaving(held, access) { return objection }
            if access.write >= 0, let objection = entering(access) { return objection }
        }
        return nil
    }

    /// Whoever has yet to find the value that is replaced needs it to be written again.
    private func leaving(_ held: Int32, _ access: CellUse.Access) -> Objection? {
        let value = Int(held)
        let isFinder: Int32 = access.read == held ? 1 : 0
        guard readersLeft[value] > isFinder else { return nil }
        let key = Int(use.values[value].key)
        if Cell.isInteger(use.values[value].cell), wildsLeft[key] > (access.isWild ? 1 : 0) {
            guard lacksMore(leaving: held, access) else { return nil }
            return firstReader(value, but: access.operation, isForced: false)
        }
        if writersLeft[value] == 0 { return firstReader(value, but: access.operation, isForced: true) }
        // Each of those that replace it needs a writing of its own.
        if takersLeft[value] - isFinder > writersLeft[value] {
            return firstReader(value, but: access.operation, isForced: false)
        }
        return firstUnserved(value, leaving: access).map { .first(Int($0), isForced: false) }
    }

    /// Who finds the value would come too late for those that have yet to write it: by each answer, as many have to be
    /// there as take the value until then (Hall's theorem for intervals that begin or end alike).
    ///
    /// - Complexity: O(who finds or writes the value).
    private func firstUnserved(_ value: Int, leaving access: CellUse.Access) -> Int32? {
        let writers = writersByEarliest[value]
        var next = 0
        var there = 0
        var taken = 0
        for finder in findersByLatest[value] where !isDone[Int(finder.member)] && finder.member != access.operation {
            while next < writers.count, earliest[Int(writers[next])] <= latest[Int(finder.member)] {
                if !isDone[Int(writers[next])] { there += 1 }
                next += 1
            }
            if finder.takes { taken += 1 }
            if there < max(taken, 1) { return finder.member }
        }
        return nil
    }

    /// How many more times a number has to be reached than there are operations left that write it.
    private func lack(_ value: Int) -> Int32 { lack(value, found: 0) }

    private func lack(_ value: Int, found: Int32) -> Int32 {
        guard Cell.isInteger(use.values[value].cell) else { return 0 }
        let visits = max(takersLeft[value] - found, readersLeft[value] > found ? 1 : 0)
        return max(0, visits - writersLeft[value])
    }

    /// Whether more numbers would be lacking than additions without an answer can still bring.
    private func lacksMore(leaving held: Int32, _ access: CellUse.Access) -> Bool {
        let key = Int(access.key)
        let value = Int(held)
        guard wildsLeft[key] > 0 else { return false }
        var total = lacking[key]
        if Cell.isInteger(use.values[value].cell) {
            total += lack(value, found: access.read == held ? 1 : 0) - lack(value)
        }
        var left = wildsLeft[key]
        if access.isWild {
            left -= 1
            let cell = use.values[value].isAbsent ? 0 : use.values[value].cell
            let (sum, over) = cell.addingReportingOverflow(use.operations[Int(access.operation)].argument)
            let reached = over ? -1 : use.value(access.key, sum)
            if reached >= 0, lack(Int(reached)) > 0 { total -= 1 }
        }
        return total > left
    }

    private func firstReader(_ value: Int, but operation: Int32, isForced: Bool) -> Objection {
        for reader in use.values[value].readers where !isDone[Int(reader)] && reader != operation {
            return .first(Int(reader), isForced: isForced)
        }
        return .hopeless
    }

    /// From when a value is written until the last operation of its block begins, nothing else can happen to the key.
    private func entering(_ access: CellUse.Access) -> Objection? {
        let block = blockOfValue[Int(access.write)]
        guard block >= 0 else { return nil }
        let last = lastOfBlock[Int(block)]
        let head = uses.head(Int(access.key))
        var entry = uses.after(head)
        while entry != head {
            let other = use.accesses[entry]
            guard latest[Int(other.operation)] < last else { return nil }
            if other.block != block, other.operation != access.operation {
                return .first(Int(other.operation), isForced: true)
            }
            entry = uses.after(entry)
        }
        return nil
    }

    /// Notes that an operation has happened; `current` is not changed.
    mutating func did(_ member: Int) {
        isDone[member] = true
        for index in use.range(member) { count(index, -1) }
    }

    /// Takes back what happened last.
    mutating func undid(_ member: Int) {
        isDone[member] = false
        for index in use.range(member).reversed() { count(index, 1) }
    }

    private mutating func count(_ index: Int, _ step: Int32) {
        let access = use.accesses[index]
        let member = Int(access.operation)
        let changes = access.write >= 0 && access.write != access.read
        if access.isWild { wildsLeft[Int(access.key)] += step }
        if access.read >= 0 { lacking[Int(access.key)] -= lack(Int(access.read)) }
        if changes { lacking[Int(access.key)] -= lack(Int(access.write)) }
        if access.read >= 0, use.operations[member].isAnswered {
            readersLeft[Int(access.read)] += step
            if changes { takersLeft[Int(access.read)] += step }
        }
        if changes { writersLeft[Int(access.write)] += step }
        if access.read >= 0 { lacking[Int(access.key)] += lack(Int(access.read)) }
        if changes { lacking[Int(access.key)] += lack(Int(access.write)) }
        guard access.block >= 0, latest[member] < .max else { return }
        if step < 0 { uses.takeOut(index) } else { uses.putBack(index) }
    }
}
