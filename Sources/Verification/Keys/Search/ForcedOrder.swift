/// What must have happened before what in every legal order, beyond what the times say: for the search, so that blind
/// writes of several keys at once do not make it try every order.
///
/// Where a value has one writer, a read of it forces two things for every other write of the key: one that must come
/// before the read must come before the writer, and one that must come after the writer must come after the read. Each
/// such step may force more; a cycle is a contradiction. (The saturation of Gibbons and Korach, "Testing shared
/// memories", 1997, as in Biswas and Enea, "On the complexity of checking transactional consistency", 2019.)
struct ForcedOrder: SearchOrder {
    /// No legal order exists.
    private(set) var isContradictory = false
    /// For each operation, by its place in `members`, those that must have happened before, as a bit set.
    private var before: [UInt64]
    private let words: Int
    /// The operations in order of invocation.
    private let members: [Int32]
    private var place: [Int32: Int] = [:]

    /// More operations than this are left to the search alone: the steps are cubic.
    static let maximumOperations = 512

    /// Nil where there are too many operations, or where the time is over.
    ///
    /// - Complexity: O(n³ / 64) a round, in practice two or three rounds.
    init?(_ use: CellUse, _ windows: ForcedWindows, isOver: () -> Bool = { false }) {
        members = use.members
        guard members.count <= Self.maximumOperations else { return nil }
        words = (members.count + 63) / 64
        before = Array(repeating: 0, count: members.count * words)
        for (index, member) in members.enumerated() { place[member] = index }
        let accesses = Accesses(use)
        orderByTime(use, windows, accesses.isCertain)
        for link in accesses.links { require(link.writer, before: link.reader) }
        var grows = true
        while grows, !isContradictory {
            grows = false
            for link in accesses.links {
                guard !isOver() else { return nil }
                for other in accesses.writers[link.key] where other != link.writer && other != link.reader {
                    if isBefore(other, link.reader), require(other, before: link.writer) { grows = true }
                    if isBefore(link.writer, other), require(link.reader, before: other) { grows = true }
                }
            }
        }
    }

    /// The operations that must have happened before this one.
    func predecessors(of operation: Int32) -> [Int32] {
        guard let index = place[operation] else { return [] }
        return before(place: index).map { members[$0] }
    }

    /// The places in order of invocation of what must have happened before the member at `index`.
    func before(place index: Int) -> [Int] { members.indices.filter { isBefore($0, index) } }

    private func isBefore(_ first: Int, _ second: Int) -> Bool {
        before[second * words + first >> 6] >> (UInt64(first) & 63) & 1 != 0
    }

    /// Adds an edge and all that follows from it; false where it was there.
    @discardableResult
    private mutating func require(_ first: Int, before second: Int) -> Bool {
        guard !isBefore(first, second) else { return false }
        if first == second || isBefore(second, first) { isContradictory = true }
        add(first, to: second)
        for later in members.indices where later != second && isBefore(second, later) { add(first, to: later) }
        return true
    }

    private mutating func add(_ first: Int, to second: Int) {
        for word in 0..<words { before[second * words + word] |= before[first * words + word] }
        before[second * words + first >> 6] |= 1 << (UInt64(first) & 63)
    }

    private mutating func orderByTime(_ use: CellUse, _ windows: ForcedWindows, _ isCertain: [Bool]) {
        for second in members.indices {
            let later = use.operations[second]
            for first in members.indices where first != second && isCertain[first] {
                let isPipelined = use.operations[first].lane == later.lane && first < second
                let isEarlier = windows.latest[first] < windows.earliest[second]
                if isEarlier || (isPipelined && use.operations[first].isAnswered) { add(first, to: second) }
            }
        }
    }
}

/// Who wrote and who read what, as far as it is certain.
private struct Accesses {
    /// Whether an operation has certainly happened: it was answered, or its value was read.
    var isCertain: [Bool]
    /// Reads of a value that has one writer.
    var links: [(key: Int, writer: Int, reader: Int)] = []
    /// The certain writes of each key.
    var writers: [[Int]]

    init(_ use: CellUse) {
        isCertain = use.operations.map(\.isAnswered)
        writers = Array(repeating: [], count: use.keys.count)
        for access in use.accesses where access.isLinked {
            let writer = Int(use.values[Int(access.read)].writers[0])
            links.append((Int(access.key), writer, Int(access.operation)))
            isCertain[writer] = true
        }
        for access in use.accesses
        where access.write >= 0 && access.write != access.read && isCertain[Int(access.operation)] {
            writers[Int(access.key)].append(Int(access.operation))
        }
    }
}
