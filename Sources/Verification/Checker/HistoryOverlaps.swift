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
        let clients = ClientPlaces(history.clients)
        exercised.connections = clients.count
        var overlaps = OverlapCount(clients: clients.count)
        KeyTurns(history, clients.numbers).forEachKey { overlaps.add($0) }
        exercised.overlaps = overlaps.pairs
        return exercised
    }

    /// Who begins and ends what, key by key: then a number for each client is enough to know its own operations.
    private struct KeyTurns {
        private var turns: [OverlapCount.Turn]
        /// Where the turns on each key begin, and where the next one goes.
        private var starts = [0]
        private var next: [Int]
        private var keys: [Int32] = []
        private let clients: [Int32]

        init(_ history: History, _ clients: [Int32]) {
            self.clients = clients
            var index = ValueIndex([history.keys], hasKeys: false, expected: 64)
            keys.reserveCapacity(history.count)
            for row in 0..<history.count {
                let key = index.id(0, history.keys[row])
                while starts.count <= key + 1 { starts.append(0) }
                starts[key + 1] += history.statuses[row] == .info ? 1 : 2
                keys.append(Int32(truncatingIfNeeded: key))
            }
            for key in 1..<starts.count { starts[key] += starts[key - 1] }
            next = starts
            turns = Array(repeating: OverlapCount.Turn(client: 0, opens: false), count: starts[starts.count - 1])
            let ends = TimeSort.order(history.completed)
            var ended = 0
            for row in TimeSort.order(history.invoked) {
                let time = history.invoked[Int(row)]
                while ended < ends.count, history.completed[Int(ends[ended])] < time {
                    put(ends[ended], opens: false)
                    ended += 1
                }
                put(row, opens: true)
            }
            while ended < ends.count, history.completed[Int(ends[ended])] != History.never {
                put(ends[ended], opens: false)
                ended += 1
            }
        }

        private mutating func put(_ row: Int32, opens: Bool) {
            let key = Int(keys[Int(row)])
            turns[next[key]] = OverlapCount.Turn(client: clients[Int(row)], opens: opens)
            next[key] += 1
        }

        func forEachKey(_ body: (ArraySlice<OverlapCount.Turn>) -> Void) {
            for key in 0..<starts.count - 1 { body(turns[starts[key]..<next[key]]) }
        }
    }

    /// Clients by numbers from 0 on.
    private struct ClientPlaces {
        private(set) var numbers: [Int32] = []
        private(set) var count = 0

        init(_ clients: [Int32]) {
            // Most have small numbers.
            var small = [Int32](repeating: -1, count: 1024)
            var others: [Int32: Int32] = [:]
            numbers.reserveCapacity(clients.count)
            for client in clients {
                let isSmall = client >= 0 && client < small.count
                var number = isSmall ? small[Int(client)] : others[client] ?? -1
                if number < 0 {
                    number = Int32(truncatingIfNeeded: count)
                    count += 1
                    if isSmall { small[Int(client)] = number } else { others[client] = number }
                }
                numbers.append(number)
            }
        }
    }
}
