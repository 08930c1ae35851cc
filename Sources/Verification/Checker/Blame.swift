/// Whose fault: where each client's operations alone are linearizable but all together are not, the clients do not see
/// one state.
enum Blame {
    /// More clients than this are not looked at one by one.
    private static let maximumClients = 1024

    /// - Returns: Nil for models whose parts cannot be judged alone.
    /// - Complexity: O(operations).
    static func text(_ history: History, _ model: CheckModel) -> String? {
        guard model == .register || model == .kv || model == .queue else { return nil }
        var rows: [Int32: [Int]] = [:]
        for (row, client) in history.clients.enumerated() { rows[client, default: []].append(row) }
        guard rows.count > 1, rows.count <= maximumClients else { return nil }
        for client in rows.keys.sorted() {
            // What others wrote is not in the part, so reads of it must not count as phantoms: only own values are
            // judged.
            let own = ownValues(history, rows[client]!, model)
            if case .violated = model.monitor(history.selecting(own), cut: .max) {
                return "\(history.words(client: client)) alone sees it: even its own operations contradict each other"
            }
        }
        return "each client alone is consistent; only together they contradict each other, as when state is not shared"
    }

    /// The client's operations on values that it wrote itself.
    private static func ownValues(_ history: History, _ rows: [Int], _ model: CheckModel) -> [Int] {
        var written = Set<Int>()
        for row in rows where isWrite(history.functions[row]) { written.insert(history.arguments[row]) }
        switch model {
        case .register, .kv:
            return rows.filter { isWrite(history.functions[$0]) || written.contains(history.results[$0]) }
        case .queue:
            let dequeued = Set(rows.filter { history.functions[$0] == .dequeue }.map { history.results[$0] })
            return rows.filter {
                isWrite(history.functions[$0])
                    ? dequeued.contains(history.arguments[$0]) : written.contains(history.results[$0])
            }
        default: return []
        }
    }

    private static func isWrite(_ function: History.Function) -> Bool {
        function == .write || function == .enqueue
    }
}
