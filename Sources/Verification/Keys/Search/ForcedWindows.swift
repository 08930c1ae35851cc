/// When each operation of a component can have happened, narrower than from its invocation to its answer: values that
/// have one writer say what came before what, and what came before something that was answered early happened early.
///
/// Where a value has one writer, everything that touches it is one block (`CellUse`), with nothing foreign between. Of two
/// blocks of a key one comes first as a whole; it is the one of which some operation must come before one of the other.
/// Then all of it must. Where the windows of an operation close, there is no legal order, however many clients: that is
/// near-linear, and no search.
struct ForcedWindows {
    /// The earliest time of each member: some operation that must come before it was invoked then.
    private(set) var earliest: [Int64]
    /// The latest: something that must come after it was answered then.
    private(set) var latest: [Int64]
    private(set) var isContradictory = false

    /// Rounds until which windows may still become narrower.
    private static let maximumRounds = 12

    /// - Complexity: O(n log n) a round, `maximumRounds` at most.
    init(_ use: CellUse) {
        earliest = use.operations.map(\.invoked)
        latest = use.operations.map { $0.isAnswered ? $0.completed : .max }
        isContradictory = use.isContradictory
        guard !isContradictory else { return }
        let blocks = Blocks(use)
        for _ in 0..<Self.maximumRounds {
            guard narrow(use, blocks), !isContradictory else { break }
        }
    }

    /// One round; false where nothing became narrower.
    private mutating func narrow(_ use: CellUse, _ blocks: Blocks) -> Bool {
        let before = (earliest, latest)
        followReads(use)
        followLanes(use)
        for key in blocks.ofKey { order(key, blocks) }
        isContradictory = earliest.indices.contains { earliest[$0] > latest[$0] }
        return before != (earliest, latest)
    }

    /// Who reads a value comes after its writer, and who replaces it after its readers.
    private mutating func followReads(_ use: CellUse) {
        for access in use.accesses where access.isLinked {
            let value = use.values[Int(access.read)]
            require(value.writers[0], before: access.operation)
        }
        for access in use.accesses where access.isLinked && access.write >= 0 && access.write != access.read {
            for reader in use.values[Int(access.read)].readers where reader != access.operation {
                require(reader, before: access.operation)
            }
        }
    }

    private mutating func followLanes(_ use: CellUse) {
        for (index, before) in use.lanePredecessor.enumerated() where before >= 0 {
            require(before, before: Int32(index))
        }
    }

    private mutating func require(_ first: Int32, before second: Int32) {
        let (first, second) = (Int(first), Int(second))
        latest[first] = min(latest[first], latest[second])
        earliest[second] = max(earliest[second], earliest[first])
    }

    /// The blocks of one key: what must come before some block must have happened by its first answer, and what must come
    /// after it cannot have happened before its last invocation.
    private mutating func order(_ key: [Int], _ blocks: Blocks) {
        guard key.count > 1 else { return }
        var first = Array(repeating: Int64.max, count: key.count)
        var last = Array(repeating: Int64.min, count: key.count)
        for (place, block) in key.enumerated() {
            for member in blocks.members(block) {
                first[place] = min(first[place], latest[Int(member)])
                last[place] = max(last[place], earliest[Int(member)])
            }
        }
        // Blocks by last invocation, latest in front: those that a block must come before are in front of its first answer.
        let byLast = key.indices.sorted { last[$0] != last[$1] ? last[$0] > last[$1] : $0 < $1 }
        let byFirst = key.indices.sorted { first[$0] != first[$1] ? first[$0] < first[$1] : $0 < $1 }
        var least = LeastTwo()
        var next = 0
        for place in byFirst.reversed() {
            while next < byLast.count, last[byLast[next]] > first[place] {
                least.add(first[byLast[next]], byLast[next])
                next += 1
            }
            let deadline = least.value(without: place)
            guard deadline < .max else { continue }
            for member in blocks.members(key[place]) { latest[Int(member)] = min(latest[Int(member)], deadline) }
        }
        var most = LeastTwo()
        next = 0
        for place in byLast.reversed() {
            while next < byFirst.count, first[byFirst[next]] < last[place] {
                most.add(-last[byFirst[next]], byFirst[next])
                next += 1
            }
            let release = most.value(without: place)
            guard release < .max else { continue }
            for member in blocks.members(key[place]) { earliest[Int(member)] = max(earliest[Int(member)], -release) }
        }
    }

    /// The least of some numbers, and the least without one of them.
    private struct LeastTwo {
        private var first = (value: Int64.max, place: -1)
        private var second = Int64.max

        mutating func add(_ value: Int64, _ place: Int) {
            if value < first.value {
                second = first.value
                first = (value, place)
            } else {
                second = min(second, value)
            }
        }

        func value(without place: Int) -> Int64 { place == first.place ? second : first.value }
    }

    /// The members of each block, and the blocks of each key.
    private struct Blocks {
        private var starts: [Int]
        private var dealt: [Int32]
        var ofKey: [[Int]]

        init(_ use: CellUse) {
            var sizes = Array(repeating: 0, count: use.blockCount + 1)
            for access in use.accesses where access.block >= 0 { sizes[Int(access.block)] += 1 }
            starts = [0]
            for block in 0..<use.blockCount { starts.append(starts[block] + sizes[block]) }
            dealt = Array(repeating: 0, count: starts[use.blockCount])
            ofKey = Array(repeating: [], count: use.keys.count)
            var next = starts
            for access in use.accesses where access.block >= 0 {
                let block = Int(access.block)
                if next[block] == starts[block] { ofKey[Int(access.key)].append(block) }
                dealt[next[block]] = access.operation
                next[block] += 1
            }
        }

        func members(_ block: Int) -> ArraySlice<Int32> { dealt[starts[block]..<starts[block + 1]] }
    }
}
