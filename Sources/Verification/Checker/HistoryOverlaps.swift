/// How much a history exercised.
enum HistoryOverlaps {
    /// Counts operations, answers, clients, and pairs of operations of different clients that were open at once on one
    /// key.
    ///
    /// - Complexity: O(operations).
    static func exercised(_ history: History) -> Exercised {
        var exercised = Exercised()
        exercised.operations = history.count
        for status in history.statuses where status != .info { exercised.answered += 1 }
        let (clients, count) = numbered(history.clients)
        exercised.connections = count
        var overlaps = OverlapCount(clients: count)
        for turns in turns(history, clients) { overlaps.add(turns) }
        exercised.overlaps = overlaps.pairs
        return exercised
    }

    /// Who begins and ends what, key by key: then a number for each client is enough to know its own operations.
    private static func turns(_ history: History, _ clients: [Int32]) -> [ArraySlice<OverlapCount.Turn>] {
        var index = ValueIndex([history.keys], hasKeys: false, expected: 64)
        var keys: [Int32] = []
        keys.reserveCapacity(history.count)
        var starts = [0]
        for row in 0..<history.count {
            let key = index.id(0, history.keys[row])
            while starts.count <= key + 1 { starts.append(0) }
            starts[key + 1] += history.statuses[row] == .info ? 1 : 2
            keys.append(Int32(key))
        }
        for key in 1..<starts.count { starts[key] += starts[key - 1] }
        var next = starts
        var turns = Array(
            repeating: OverlapCount.Turn(client: 0, opens: false), count: starts[starts.count - 1])
        func put(_ row: Int, opens: Bool) {
            let key = Int(keys[row])
            turns[next[key]] = OverlapCount.Turn(client: clients[row], opens: opens)
            next[key] += 1
        }
        let ends = TimeSort.order(history.completed).lazy.map(Int.init).filter { history.statuses[$0] != .info }
        var ended = ends.makeIterator()
        var end = ended.next()
        for row in TimeSort.order(history.invoked).map(Int.init) {
            while let over = end, history.completed[over] < history.invoked[row] {
                put(over, opens: false)
                end = ended.next()
            }
            put(row, opens: true)
        }
        while let over = end {
            put(over, opens: false)
            end = ended.next()
        }
        return (0..<starts.count - 1).map { turns[starts[$0]..<starts[$0 + 1]] }
    }

    /// The clients by numbers from 0 on, and how many there are.
    private static func numbered(_ clients: [Int32]) -> (numbers: [Int32], count: Int) {
        var small = [Int32](repeating: -1, count: 1024)
        var others: [Int32: Int32] = [:]
        var count: Int32 = 0
        let numbers = clients.map { client -> Int32 in
            let isSmall = client >= 0 && client < small.count
            if let known = isSmall ? small[Int(client)] : others[client], known >= 0 { return known }
            if isSmall { small[Int(client)] = count } else { others[client] = count }
            count += 1
            return count - 1
        }
        return (numbers, Int(count))
    }
}
