/// Who wrote and who read each value of a component's keys: what the forced windows and the guided search rest on.
///
/// Operations are numbered by their place in `members`, in order of invocation.
struct CellUse {
    /// One access of one operation to one key, its cells numbered; -1: none, or not known.
    struct Access {
        var operation: Int32
        var key: Int32
        var read: Int32
        var write: Int32
        /// Whether it may have added to a number, without an answer: what it left is not known.
        var isWild = false
        /// Whether the read is certainly of what `write`rs among the operations left, not of an unknown first value.
        var isLinked = false
        /// The operations that this one's cells belong to: those of one block happen without a foreign one between.
        var block: Int32 = -1
    }

    /// One value of one key.
    struct Value {
        var key: Int32
        var cell: Int
        var writers: [Int32] = []
        /// Answered operations that found it.
        var readers: [Int32] = []
        /// Those of them that left something else.
        var takers = 0
        var isAbsent: Bool { cell == Cell.absent }
    }

    let members: [Int32]
    /// The members' operations.
    let operations: [KeyOperation]
    private(set) var accesses: [Access] = []
    /// Where the accesses of each member begin, and one more.
    private(set) var starts: [Int] = [0]
    private(set) var values: [Value] = []
    /// The keys, by the numbers of `Access.key`: their numbers in the history.
    private(set) var keys: [Int32] = []
    /// Whether something may have left any text in the key.
    private(set) var isOpaque: [Bool] = []
    /// The operations that may have left any number in the key.
    private(set) var wildMembers: [[Int32]] = []
    /// The keys that each member names, by their numbers here, each once.
    private(set) var touched: [[Int32]] = []
    /// For each member, the one before in its lane that has certainly happened; -1: none.
    private(set) var lanePredecessor: [Int32] = []
    /// Whether a member's lane goes on before it is answered.
    private(set) var isFollowed: [Bool] = []
    private(set) var blockCount = 0
    /// A value that two operations replaced although it was written once, or one that was read and never written.
    private(set) var isContradictory = false

    private struct Place: Hashable {
        var key: Int32
        var cell: Int
    }
    private var numbers: [Place: Int32] = [:]
    private var keyNumbers: [Int32: Int32] = [:]

    /// - Parameter startsAbsent: Whether no key existed at first; otherwise they may have held anything.
    /// - Complexity: O(operations × keys of each).
    init(_ members: [Int32], _ operations: [KeyOperation], _ parts: KeyParts, startsAbsent: Bool) {
        self.members = members
        self.operations = operations
        let zero = Self.startOfCounters(operations, parts, startsAbsent)
        addAccesses(parts, zero)
        link(startsAbsent)
        joinBlocks()
        if exceedsCounts(startsAbsent: startsAbsent) { isContradictory = true }
        orderLanes()
    }

    /// What an increment from nothing to its own step found: nothing, where no zero can be there.
    private static func startOfCounters(
        _ operations: [KeyOperation], _ parts: KeyParts, _ startsAbsent: Bool
    ) -> Int? {
        guard startsAbsent else { return nil }
        for operation in operations {
            switch operation.kind {
            case .write, .swap, .writeIfAbsent, .put, .replace, .compareAndSwap:
                if operation.argument == 0 { return nil }
            case .add: if operation.argument <= 0 || !operation.isAnswered { return nil }
            case .append, .extend, .extendFront, .decrease: return nil
            case .writeMany, .putMany: if parts.of(operation).contains(where: { $0.cell == 0 }) { return nil }
            case .atomic:
                let steps = parts.of(operation).map { parts.step($0, of: operation) }
                if startOfCounters(steps, parts, startsAbsent) == nil { return nil }
            default: break
            }
        }
        return Cell.absent
    }

    private mutating func addAccesses(_ parts: KeyParts, _ zero: Int?) {
        for (index, operation) in operations.enumerated() {
            touched.append(parts.keys(of: operation).map { number(key: $0) })
            for access in KeyAccess.all(of: operation, parts, zero: zero) {
                let key = number(key: access.key)
                let isWild = operation.kind == .add && !operation.isAnswered
                if isWild { wildMembers[Int(key)].append(Int32(index)) }
                if access.isOpaque, !isWild { isOpaque[Int(key)] = true }
                let read = access.read.map { number(key, $0) } ?? -1
                let write = access.write.map { number(key, $0) } ?? -1
                accesses.append(
                    Access(operation: Int32(index), key: key, read: read, write: write, isWild: isWild))
                if read >= 0, operation.isAnswered {
                    values[Int(read)].readers.append(Int32(index))
                    if write >= 0, write != read { values[Int(read)].takers += 1 }
                }
                if write >= 0, write != read { values[Int(write)].writers.append(Int32(index)) }
            }
            starts.append(accesses.count)
        }
    }

    private mutating func number(key: Int32) -> Int32 {
        if let known = keyNumbers[key] { return known }
        let fresh = Int32(keys.count)
        keyNumbers[key] = fresh
        keys.append(key)
        isOpaque.append(false)
        wildMembers.append([])
        return fresh
    }

    private mutating func number(_ key: Int32, _ cell: Int) -> Int32 {
        let place = Place(key: key, cell: cell)
        if let known = numbers[place] { return known }
        let fresh = Int32(values.count)
        numbers[place] = fresh
        values.append(Value(key: key, cell: cell))
        return fresh
    }

    /// The number of what a key holds; -1 where no operation reads or writes it.
    func value(_ key: Int32, _ cell: Int) -> Int32 { numbers[Place(key: key, cell: cell)] ?? -1 }

    /// The number of a key of the history, if the component has it.
    func key(_ key: Int32) -> Int32? { keyNumbers[key] }

    /// The accesses of a member.
    func range(_ member: Int) -> Range<Int> { starts[member]..<starts[member + 1] }

    /// Whether a value has one writer, so that who reads it reads what that one wrote.
    func isUnique(_ value: Int32) -> Bool {
        values[Int(value)].writers.count == 1 && !values[Int(value)].isAbsent && !mayBeUnknown(value)
    }

    /// Whether an operation may have left the value without saying so.
    func mayBeUnknown(_ value: Int32) -> Bool {
        let key = Int(values[Int(value)].key)
        return isOpaque[key] || (!wildMembers[key].isEmpty && Cell.isInteger(values[Int(value)].cell))
    }

    /// An unknown first value may equal one that is written later. It is gone once a write is answered, so reads from
    /// then on are what they seem; before, they may be of a value that nobody wrote.
    private mutating func link(_ startsAbsent: Bool) {
        var firstWrite = Array(repeating: Int64.max, count: keys.count)
        for access in accesses where access.write >= 0 && access.write != access.read {
            let operation = operations[Int(access.operation)]
            guard operation.isAnswered else { continue }
            firstWrite[Int(access.key)] = min(firstWrite[Int(access.key)], operation.completed)
        }
        for index in accesses.indices where accesses[index].read >= 0 {
            let access = accesses[index]
            let operation = operations[Int(access.operation)]
            guard operation.isAnswered, !mayBeUnknown(access.read) else { continue }
            let value = values[Int(access.read)]
            let isLater = operation.invoked > firstWrite[Int(access.key)]
            if isUnique(access.read) {
                accesses[index].isLinked = startsAbsent || isLater
            } else if value.writers.isEmpty, isLater || (startsAbsent && !value.isAbsent) {
                isContradictory = true
            }
        }
    }

    /// Of values that one operation takes over from another, nothing may come between: they are one block. What is
    /// neither written once nor read from such a writer is a block of its own.
    private mutating func joinBlocks() {
        var parent = Array(values.indices)
        func root(_ value: Int) -> Int {
            var value = value
            while parent[value] != value {
                parent[value] = parent[parent[value]]
                value = parent[value]
            }
            return value
        }
        var taken = Array(repeating: false, count: values.count)
        for access in accesses where access.isLinked && access.write >= 0 && access.write != access.read {
            if taken[Int(access.read)] { isContradictory = true }
            taken[Int(access.read)] = true
            if isUnique(access.write) { parent[root(Int(access.write))] = root(Int(access.read)) }
        }
        var blockOf = Array(repeating: Int32(-1), count: values.count)
        var count: Int32 = 0
        for index in accesses.indices {
            let access = accesses[index]
            let operation = operations[Int(access.operation)]
            let isWriter = access.write >= 0 && access.write != access.read && isUnique(access.write)
            let value = access.isLinked ? access.read : isWriter ? access.write : -1
            if value >= 0 {
                let top = root(Int(value))
                if blockOf[top] < 0 {
                    blockOf[top] = count
                    count += 1
                }
                accesses[index].block = blockOf[top]
            } else if operation.isAnswered, !isOpaque[Int(access.key)], !mayReadFirstValue(access) {
                accesses[index].block = count
                count += 1
            }
        }
        blockCount = Int(count)
    }

    /// A read of a value written once, but perhaps not of that writer's.
    private func mayReadFirstValue(_ access: Access) -> Bool {
        let changes = access.write >= 0 && access.write != access.read
        return access.read >= 0 && !changes && !access.isLinked && isUnique(access.read)
    }

    private mutating func orderLanes() {
        lanePredecessor = Array(repeating: -1, count: members.count)
        isFollowed = Array(repeating: false, count: members.count)
        var last: [Int32: Int32] = [:]
        for (index, operation) in operations.enumerated() {
            if let before = last[operation.lane] {
                lanePredecessor[index] = before
                if operations[Int(before)].completed >= operation.invoked { isFollowed[Int(before)] = true }
            }
            if operation.isAnswered { last[operation.lane] = Int32(index) }
        }
    }
}
