/// How much a history exercised.
enum HistoryOverlaps {
    /// Counts operations, answers, clients, and pairs of operations of different clients that were open at once on one
    /// key.
    ///
    /// - Complexity: O(operations), for a client that has one operation open at a time.
    static func exercised(_ history: History) -> Exercised {
        var exercised = Exercised()
        exercised.operations = history.count
        exercised.connections = different(history.clients)
        for status in history.statuses where status != .info { exercised.answered += 1 }
        let starts = TimeSort.order(history.invoked)
        let ends = TimeSort.order(history.completed)
        var keyIndex = ValueIndex([history.keys], hasKeys: false, expected: 64)
        var open: [Int] = []
        var ended = 0
        for row in starts.map(Int.init) {
            while ended < ends.count, history.completed[Int(ends[ended])] < history.invoked[row] {
                open[keyIndex.id(0, history.keys[Int(ends[ended])])] -= 1
                ended += 1
            }
            let key = keyIndex.id(0, history.keys[row])
            if key == open.count { open.append(0) }
            exercised.overlaps += open[key]
            open[key] += 1
        }
        return exercised
    }

    /// How many different clients there are, most of which have small numbers.
    private static func different(_ clients: [Int32]) -> Int {
        var seen = [Bool](repeating: false, count: 1024)
        var others: Set<Int32> = []
        for client in clients {
            if client >= 0, client < seen.count { seen[Int(client)] = true } else { others.insert(client) }
        }
        return seen.count { $0 } + others.count
    }
}
