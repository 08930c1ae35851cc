/// An order that explains operations, for people to see: each takes effect within its interval, and every answer is the
/// one that the object gives then.
package enum Witness: Sendable, Equatable {
    /// The operations in that order. Unanswered ones that need not have happened are left out.
    case order([Int])
    /// Why there is none to show.
    case none(String)

    static let noOrder = "no order explains the operations"
}

extension History {
    /// The witness of one register whose written values are unique, from its clusters: in order of the earlier of first
    /// answer and last invocation, each a write with its reads. It is one if the register is linearizable; see
    /// `RegisterMonitor`. A value that nobody wrote counts as the initial one.
    ///
    /// - Returns: Nil where a value is written twice or an operation is neither read nor write.
    /// - Complexity: O(n log n).
    func clusterOrder() -> [Int]? {
        struct Cluster {
            var first = Int64.max
            var last = Int64.min
            var write: Int?
            var reads: [Int] = []
        }
        var clusters: [Cluster] = []
        var index: [Int: Int] = [:]
        for row in 0..<count where statuses[row] != .fail {
            let isWrite = functions[row] == .write
            guard isWrite || functions[row] == .read else { return nil }
            if !isWrite, statuses[row] == .info { continue }
            let value = isWrite ? arguments[row] : results[row]
            let id = index[value] ?? clusters.count
            if id == clusters.count {
                index[value] = id
                clusters.append(Cluster())
            }
            if isWrite {
                guard clusters[id].write == nil, value != initial ?? Self.null else { return nil }
                clusters[id].write = row
            } else {
                clusters[id].reads.append(row)
            }
            clusters[id].first = min(clusters[id].first, completed[row])
            clusters[id].last = max(clusters[id].last, invoked[row])
        }
        // The initial value was there before all time. A write that was neither answered nor read need not have been.
        for id in clusters.indices where clusters[id].write == nil { clusters[id].first = .min }
        let kept = clusters.indices.filter { clusters[$0].first != Self.never || !clusters[$0].reads.isEmpty }
        let order = kept.sorted { left, right in
            let (a, b) = (clusters[left], clusters[right])
            let (times, isBackward) = (
                (min(a.first, a.last), min(b.first, b.last)), (a.first >= a.last, b.first >= b.last)
            )
            if times.0 != times.1 { return times.0 < times.1 }
            return isBackward.0 != isBackward.1 ? isBackward.0 : left < right
        }
        var rows: [Int] = []
        for id in order {
            if let write = clusters[id].write { rows.append(write) }
            rows += clusters[id].reads.sorted { (invoked[$0], $0) < (invoked[$1], $1) }
        }
        return rows
    }
}

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

extension CheckModel {
    /// An order that explains `history`, which is of one object: a key, or an element of a set.
    ///
    /// - Complexity: O(n log n) for registers of unique values; otherwise the search's, and never more than `budget`.
    package func witness(_ history: History, _ budget: SearchBudget = SearchBudget()) -> Witness {
        let rows = Array(0..<history.count)
        switch self {
        case .set where history.functions.contains(.read): return .none("the set is read as a whole")
        case .register, .kv:
            if let order = history.clusterOrder() { return .order(order) }
            return witness(specification(of: history), history, rows, budget)
        case .queue:
            let chains = history.queueChains()
            guard !chains.isEmpty else { return witness(specification(of: history), history, rows, budget) }
            // What is in no chain need not have happened, but for empty answers.
            let chosen = Set(chains.joined())
            let kept = rows.filter {
                chosen.contains($0) || (history.statuses[$0] == .ok && history.functions[$0] != .enqueue)
            }
            let chained = witness(specification(of: history), history, kept, budget, chains)
            guard case .none = chained else { return chained }
            return witness(specification(of: history), history, rows, budget)
        default: return witness(specification(of: history), history, rows, budget)
        }
    }

    private func witness(
        _ specification: some Specification, _ history: History, _ rows: [Int], _ budget: SearchBudget,
        _ chains: [[Int]] = []
    ) -> Witness {
        HistorySearch.witness(specification, history, rows, budget, chains: chains)
    }
}
