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
