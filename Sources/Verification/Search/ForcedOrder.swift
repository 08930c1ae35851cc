/// What must have happened before what in every legal order, beyond what the times say: for the search, so that blind
/// writes of several keys at once do not make it try every order.
///
/// Where a value has one writer, a read of it forces two things for every other write of the key: one that must come
/// before the read must come before the writer, and one that must come after the writer must come after the read. Each
/// such step may force more; a cycle is a contradiction. (The saturation of Gibbons and Korach, "Testing shared
/// memories", 1997, as in Biswas and Enea, "On the complexity of checking transactional consistency", 2019.)
struct ForcedOrder {
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

    /// Nil where there are too many operations.
    ///
    /// - Complexity: O(n³ / 64) a round, in practice two or three rounds.
    init?(events: [SearchEvent], operations: [KeyOperation], parts: [KeyPart]) {
        members = events.lazy.filter { !$0.isResponse }.map(\.operation)
        guard members.count <= Self.maximumOperations else { return nil }
        words = (members.count + 63) / 64
        before = Array(repeating: 0, count: members.count * words)
        for (index, member) in members.enumerated() { place[member] = index }
        let answered = Set(events.lazy.filter(\.isResponse).map(\.operation))
        let accesses = Accesses(members, answered, operations, parts)
        orderByTime(operations, accesses.isCertain)
        for link in accesses.links { require(link.writer, before: link.reader) }
        var grows = true
        while grows, !isContradictory {
            grows = false
            for link in accesses.links {
                for other in accesses.writers[link.key] ?? [] where other != link.writer && other != link.reader {
                    if isBefore(other, link.reader), require(other, before: link.writer) { grows = true }
                    if isBefore(link.writer, other), require(link.reader, before: other) { grows = true }
                }
            }
        }
    }

    /// The operations that must have happened before this one.
    func predecessors(of operation: Int32) -> [Int32] {
        guard let index = place[operation] else { return [] }
        return members.indices.filter { isBefore($0, index) }.map { members[$0] }
    }

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

    private mutating func orderByTime(_ operations: [KeyOperation], _ isCertain: [Bool]) {
        for second in members.indices {
            let later = operations[Int(members[second])]
            for first in members.indices where first != second && isCertain[first] {
                let earlier = operations[Int(members[first])]
                let isPipelined = earlier.lane == later.lane && first < second
                if earlier.completed < later.invoked || isPipelined { add(first, to: second) }
            }
        }
    }
}

/// Who wrote and who read what, as far as it is certain.
private struct Accesses {
    /// Whether an operation has certainly happened: it was answered, or its value was read.
    var isCertain: [Bool]
    /// Reads of a value that has one writer.
    var links: [(key: Int32, writer: Int, reader: Int)] = []
    /// The certain writes of each key.
    var writers: [Int32: [Int]] = [:]

    private struct Access {
        var operation: Int
        var key: Int32
        var read: Int?
        var write: Int?
    }

    private struct Value: Hashable {
        var key: Int32
        var cell: Int
    }

    init(_ members: [Int32], _ answered: Set<Int32>, _ operations: [KeyOperation], _ parts: [KeyPart]) {
        isCertain = members.map { answered.contains($0) }
        var accesses: [Access] = []
        var computed: Set<Int32> = []
        for (index, member) in members.enumerated() {
            let operation = operations[Int(member)]
            accesses += Self.accesses(operation, parts).map {
                Access(operation: index, key: $0.key, read: $0.read, write: $0.write)
            }
            if operation.kind == .add || operation.kind == .append { computed.insert(operation.key) }
        }
        // The writer of each value; -1 where several wrote it.
        var writer: [Value: Int] = [:]
        for access in accesses {
            guard let cell = access.write, cell != Cell.absent else { continue }
            let value = Value(key: access.key, cell: cell)
            writer[value] = writer[value] == nil ? access.operation : -1
        }
        for access in accesses where isCertain[access.operation] && !computed.contains(access.key) {
            guard let cell = access.read, cell != Cell.absent,
                let source = writer[Value(key: access.key, cell: cell)], source >= 0
            else { continue }
            links.append((access.key, source, access.operation))
            isCertain[source] = true
        }
        for access in accesses where access.write != nil && isCertain[access.operation] {
            writers[access.key, default: []].append(access.operation)
        }
    }

    /// What an operation did for certain, given its answer.
    private static func accesses(
        _ operation: KeyOperation, _ parts: [KeyPart]
    ) -> [(key: Int32, read: Int?, write: Int?)] {
        let many = parts[Int(operation.firstPart)..<Int(operation.firstPart + operation.partCount)]
        let key = operation.key
        let isAnswered = operation.isAnswered
        switch operation.kind {
        case .read: return [(key, operation.result, nil)]
        case .readMany: return many.map { ($0.key, $0.cell, nil) }
        case .write: return [(key, nil, operation.argument)]
        case .writeMany: return many.map { ($0.key, nil, $0.cell) }
        case .swap: return [(key, isAnswered ? operation.result : nil, operation.argument)]
        case .take: return isAnswered && operation.result != Cell.absent ? [(key, operation.result, Cell.absent)] : []
        case .delete: return isAnswered && operation.result != 0 ? [(key, nil, Cell.absent)] : []
        case .deleteMany:
            return isAnswered && operation.result == Int(operation.partCount)
                ? many.map { ($0.key, nil, Cell.absent) } : []
        case .writeIfAbsent: return isAnswered && operation.result != 0 ? [(key, nil, operation.argument)] : []
        case .add, .addRefused, .append, .length, .exists, .existsMany: return []
        }
    }
}
