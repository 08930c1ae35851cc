/// Which transaction must come before which.
///
/// Of a list that was read, the order of its versions is known. Of a register it is not, but who overwrote what he had
/// read came right behind it, and what was begun after a version was answered came behind that version.
struct TransactionPrecedence {
    private let table: TransactionTable
    private let readers: Grouped<Reader>
    private let writers: Grouped<Int32>

    private typealias Reader = (transaction: Int32, version: Int32)

    /// Of so many transactions that could each be named, more are left out: an edge too few accuses nobody.
    private static let maximumNamed = 64

    init(_ table: TransactionTable) {
        self.table = table
        readers = Grouped(table.keys.count, filler: (0, 0) as Reader) { note in
            for transaction in 0..<table.count {
                let number = Int32(truncatingIfNeeded: transaction)
                for read in table.reads(transaction) { note(Int(read.key), (number, read.version)) }
            }
        }
        writers = Grouped(table.keys.count, filler: Int32(0)) { note in
            for transaction in 0..<table.count {
                for write in table.writes(transaction) { note(Int(write.key), Int32(truncatingIfNeeded: transaction)) }
            }
        }
    }

    /// All that is known.
    ///
    /// - Complexity: O(n log n), n the steps.
    func graph() -> PrecedenceGraph { PrecedenceGraph(transactions: table.count, name) }

    /// Names all edges.
    func name(_ graph: inout PrecedenceGraph) {
        for key in table.keys.indices {
            if table.keys[key].isList {
                addList(Int32(key), readers[key], writers[key], &graph)
            } else {
                addRegister(Int32(key), readers[key], writers[key], &graph)
                addOverwritten(Int32(key), readers[key], writers[key], &graph)
            }
        }
        addTime(&graph)
    }

    // MARK: Lists

    private func addList(
        _ key: Int32, _ readers: ArraySlice<Reader>, _ writers: ArraySlice<Int32>, _ graph: inout PrecedenceGraph
    ) {
        let appended = table.appended(Int(key))
        var (before, after): ([Int32: Int32], [Int32: Int32]) = ([:], [:])
        var length = Int32(0)
        for entry in appended {
            if let previous = before[length] { graph.add(previous, entry.transaction, .follows, key: key) }
            after[length] = entry.transaction
            before[entry.length] = entry.transaction
            length = entry.length
        }
        let shown = Set(appended.map(\.transaction))
        let unshown = writers.filter { !shown.contains($0) }
        let end = graph.node()
        for writer in unshown { graph.add(end, writer, .follows, key: key) }
        if let last = appended.last { graph.add(last.transaction, end, .follows, key: key) }
        let unshownSet = Set(unshown)
        for (reader, version) in readers {
            if let writer = before[version] { graph.add(writer, reader, .seen, key: key) }
            if let writer = after[version] {
                graph.add(reader, writer, .unseen, key: key)
            } else if unshownSet.contains(reader) {
                // It appended itself, which nobody saw: the others, one by one, came behind it.
                for writer in unshown.prefix(Self.maximumNamed) { graph.add(reader, writer, .unseen, key: key) }
            } else {
                graph.add(reader, end, .unseen, key: key)
            }
        }
    }

    // MARK: Registers

    private func addRegister(
        _ key: Int32, _ readers: ArraySlice<Reader>, _ writers: ArraySlice<Int32>, _ graph: inout PrecedenceGraph
    ) {
        let isWriter = Set(writers)
        var overwriters: [Int32: [Int32]] = [:]
        for (reader, version) in readers where isWriter.contains(reader) {
            overwriters[version, default: []].append(reader)
        }
        // Node i comes before the writers from the i-th on.
        let sorted = writers.sorted { table.invoked(Int($0)) < table.invoked(Int($1)) }
        var place: [Int32: Int] = [:]
        let suffixes = sorted.indices.map { _ in graph.node() }
        for (index, writer) in sorted.enumerated() {
            place[writer] = index
            graph.add(suffixes[index], writer, .unseen, key: key)
            if index > 0 { graph.add(suffixes[index - 1], suffixes[index], .unseen, key: key) }
        }
        for (reader, version) in readers {
            let author = table.versions.writer(key, version)
            if author >= 0 { graph.add(author, reader, .seen, key: key) }
            for overwriter in (overwriters[version] ?? []).prefix(Self.maximumNamed) {
                graph.add(reader, overwriter, .unseen, key: key)
            }
            let time = author < 0 ? Int64.min : table.completed(Int(author))
            var start = author < 0 ? 0 : firstInvoked(after: time, sorted)
            if let own = place[reader], own >= start {
                for index in start..<min(own, start + Self.maximumNamed) {
                    graph.add(reader, sorted[index], .unseen, key: key, isTimed: author >= 0)
                }
                start = own + 1
            }
            if start < suffixes.count {
                graph.add(reader, suffixes[start], .unseen, key: key, isTimed: author >= 0)
            }
        }
    }

    /// What was over before somebody read a version came before it: behind it, it would have been read.
    private func addOverwritten(
        _ key: Int32, _ readers: ArraySlice<Reader>, _ writers: ArraySlice<Int32>, _ graph: inout PrecedenceGraph
    ) {
        var latest: [Int32: Int64] = [:]
        for (reader, version) in readers where table.versions.writer(key, version) >= 0 {
            latest[version] = max(latest[version] ?? .min, table.invoked(Int(reader)))
        }
        // Node i comes behind the writers up to the i-th.
        let sorted = writers.sorted { table.completed(Int($0)) < table.completed(Int($1)) }
        let prefixes = sorted.map { _ in graph.node() }
        var place: [Int32: Int] = [:]
        for (index, writer) in sorted.enumerated() {
            place[writer] = index
            graph.add(writer, prefixes[index], .follows, key: key, isTimed: true)
            if index > 0 { graph.add(prefixes[index - 1], prefixes[index], .follows, key: key, isTimed: true) }
        }
        for (version, time) in latest.sorted(by: { $0.key < $1.key }) {
            let author = table.versions.writer(key, version)
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if table.completed(Int(sorted[middle])) < time { low = middle + 1 } else { high = middle }
            }
            if let own = place[author], own < low {
                for index in max(own + 1, low - Self.maximumNamed)..<max(own + 1, low) {
                    graph.add(sorted[index], author, .follows, key: key, isTimed: true)
                }
                low = own
            }
            if low > 0 { graph.add(prefixes[low - 1], author, .follows, key: key, isTimed: true) }
        }
    }

    private func firstInvoked(after time: Int64, _ sorted: [Int32]) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if table.invoked(Int(sorted[middle])) <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Time

    /// A chain of instants, one for each answer: what was answered comes before it, what began later behind it.
    private func addTime(_ graph: inout PrecedenceGraph) {
        let starts = TimeSort.order((0..<table.count).map(table.invoked))
        let completed = (0..<table.count).map(table.completed)
        let answered = completed.indices.filter { completed[$0] != History.never }
        let ends = TimeSort.order(completed, answered.map { Int32(truncatingIfNeeded: $0) })
        var (instant, ended): (Int32?, Int) = (nil, 0)
        for start in starts {
            while ended < ends.count, completed[Int(ends[ended])] < table.invoked(Int(start)) {
                let next = graph.node()
                if let instant { graph.add(instant, next, .time, isTimed: true) }
                graph.add(ends[ended], next, .time, isTimed: true)
                (instant, ended) = (next, ended + 1)
            }
            if let instant { graph.add(instant, start, .time, isTimed: true) }
        }
    }
}
