extension History {
    /// What must come after what in some order of a queue whose values are unique: enqueues as their values leave and
    /// enter, dequeues likewise. Any order of values that keeps both orders of time will do, but that an empty answer
    /// wants values to be gone before others come: those that may leave early go first.
    ///
    /// - Returns: The rows in two chains, enqueues and dequeues; none where values are not unique.
    /// - Complexity: O(n²).
    func queueChains() -> [[Int]] {
        struct Item {
            var enqueue: Int
            var dequeue: Int?
            var enqueueEnd: Int64
            var dequeueStart = Int64.max
            var dequeueEnd = Int64.max
        }
        var itemOf: [Int: Int] = [:]
        var items: [Item] = []
        for row in 0..<count where functions[row] == .enqueue && statuses[row] != .fail {
            guard arguments[row] != Self.null else { return [] }
            guard itemOf.updateValue(items.count, forKey: arguments[row]) == nil else { return [] }
            items.append(Item(enqueue: row, enqueueEnd: completed[row]))
        }
        for row in 0..<count where functions[row] == .dequeue && statuses[row] == .ok && results[row] != Self.null {
            guard let item = itemOf[results[row]], items[item].dequeue == nil else { return [] }
            items[item].dequeue = row
            items[item].dequeueStart = max(invoked[row], invoked[items[item].enqueue])
            items[item].dequeueEnd = completed[row]
            items[item].enqueueEnd = min(items[item].enqueueEnd, completed[row])
        }
        items.removeAll { $0.dequeue == nil && $0.enqueueEnd == Self.never }
        items.sort { $0.enqueueEnd < $1.enqueueEnd }
        // Dequeues without an answer take the values that nobody got, first come first served.
        var pending = (0..<count).filter { functions[$0] == .dequeue && statuses[$0] == .info }
        pending.sort { invoked[$0] > invoked[$1] }
        for index in items.indices where items[index].dequeue == nil {
            guard let row = pending.popLast() else { break }
            items[index].dequeue = row
            items[index].dequeueStart = max(invoked[row], invoked[items[index].enqueue])
        }
        var order: [Item] = []
        while !items.isEmpty {
            let leaves = items.reduce(Int64.max) { min($0, $1.dequeueEnd) }
            guard
                let next = items.firstIndex(where: {
                    invoked[$0.enqueue] <= items[0].enqueueEnd && ($0.dequeueStart <= leaves || leaves == Self.never)
                })
            else { return [] }
            order.append(items.remove(at: next))
        }
        return [order.map(\.enqueue), order.compactMap(\.dequeue)]
    }
}
