/// One order of transactions that keeps to what must come before what, if it is found at once.
///
/// The order of the writes of a register is guessed: nobody overwrites what others still have to see, nor writes what
/// others can see only when somebody else has written before; of those that may go next, the one that was over first
/// does. A wrong guess ends in no order, and proves nothing.
struct TransactionOrder {
    private let table: TransactionTable
    private let graph: PrecedenceGraph
    private let backward: PrecedenceGraph.Backward
    /// For how many each node waits; -1 where it is over.
    private var waitsFor: [Int32]
    /// May go next as far as the graph knows, those that were over first at the end.
    private var ready: [Int32] = []
    /// Of each register, what is there.
    private var current: [Int32]
    /// How many have still to see each version of a register, by its number.
    private var unseen: [Int32]
    /// Who sees each version of a register, by its number.
    private let readers: Grouped<Int32>
    /// How many have still to write each key.
    private var openWriters: [Int32]

    /// What comes before a reader is looked through so far.
    private static let maximumLookedThrough = 512

    /// The rows in order; nil where no order was found.
    ///
    /// - Complexity: O((nodes + edges) × transactions open at once); of registers, what is looked through before each
    ///   reader besides, which is bounded.
    static func find(_ table: TransactionTable, _ graph: PrecedenceGraph) -> [Int32]? {
        var order = TransactionOrder(table, graph)
        return order.run()
    }

    private init(_ table: TransactionTable, _ graph: PrecedenceGraph) {
        self.table = table
        self.graph = graph
        openWriters = Array(repeating: 0, count: table.keys.count)
        for transaction in 0..<table.count {
            for write in table.writes(transaction) { openWriters[Int(write.key)] += 1 }
        }
        current = Array(repeating: 0, count: table.keys.count)
        let readers = Grouped(table.versions.count, filler: Int32(0)) { note in
            for transaction in 0..<table.count {
                for read in table.reads(transaction) where !table.keys[Int(read.key)].isList {
                    note(table.versions.number(read.key, read.version), Int32(truncatingIfNeeded: transaction))
                }
            }
        }
        unseen = (0..<table.versions.count).map { Int32(readers[$0].count) }
        self.readers = readers
        backward = graph.backward()
        waitsFor = graph.incoming()
    }

    private mutating func run() -> [Int32]? {
        var rows: [Int32] = []
        let free = (0..<graph.nodes).filter { waitsFor[Int($0)] == 0 }
        for node in free { release(node) }
        while rows.count < table.count {
            let going = ready.indices.reversed().filter { mayGo(ready[$0]) }
            guard let place = going.first(where: { !comesTooEarly(ready[$0]) }) ?? going.first else { return nil }
            let next = ready.remove(at: place)
            rows.append(Int32(truncatingIfNeeded: table.row(Int(next))))
            perform(Int(next))
            leave(next)
        }
        return rows
    }

    /// A node that waits for nothing: a transaction is ready, what stands for many is passed.
    private mutating func release(_ node: Int32) {
        guard node < table.count else { return leave(node) }
        let time = table.completed(Int(node))
        var (low, high) = (0, ready.count)
        while low < high {
            let middle = (low + high) / 2
            if table.completed(Int(ready[middle])) > time { low = middle + 1 } else { high = middle }
        }
        ready.insert(node, at: low)
    }

    private mutating func leave(_ first: Int32) {
        var passed = [first]
        while let node = passed.popLast() {
            waitsFor[Int(node)] = -1
            for to in graph.following(node) {
                waitsFor[Int(to)] -= 1
                guard waitsFor[Int(to)] == 0 else { continue }
                if to < table.count { release(to) } else { passed.append(to) }
            }
        }
    }

    private func mayGo(_ node: Int32) -> Bool {
        let reads = table.reads(Int(node))
        for read in reads where !table.keys[Int(read.key)].isList {
            guard current[Int(read.key)] == read.version else { return false }
        }
        for write in table.writes(Int(node)) where !table.keys[Int(write.key)].isList {
            let sees = reads.contains { $0.key == write.key } ? 1 : 0
            let there = table.versions.number(write.key, current[Int(write.key)])
            guard unseen[there] == sees else { return false }
        }
        return true
    }

    /// Whether somebody who sees what this one writes waits for another who writes the same key.
    private func comesTooEarly(_ node: Int32) -> Bool {
        for write in table.writes(Int(node)) where !table.keys[Int(write.key)].isList {
            if openWriters[Int(write.key)] == 1 { continue }
            for reader in readers[table.versions.number(write.key, write.version)]
            where waits(reader, forWriterOf: write.key, otherThan: node) {
                return true
            }
        }
        return false
    }

    private func waits(_ reader: Int32, forWriterOf key: Int32, otherThan node: Int32) -> Bool {
        var queue = [reader]
        var known: Set<Int32> = [reader, node]
        var head = 0
        while head < queue.count, head < Self.maximumLookedThrough {
            let at = Int(queue[head])
            head += 1
            for place in backward.starts[at]..<backward.starts[at + 1] {
                let from = backward.origins[Int(place)]
                guard waitsFor[Int(from)] >= 0, known.insert(from).inserted else { continue }
                if from < table.count,
                    table.writes(Int(from)).contains(where: { $0.key == key })
                {
                    return true
                }
                queue.append(from)
            }
        }
        return false
    }

    private mutating func perform(_ transaction: Int) {
        for read in table.reads(transaction) where !table.keys[Int(read.key)].isList {
            unseen[table.versions.number(read.key, read.version)] -= 1
        }
        for write in table.writes(transaction) where !table.keys[Int(write.key)].isList {
            current[Int(write.key)] = write.version
            openWriters[Int(write.key)] -= 1
        }
    }
}
