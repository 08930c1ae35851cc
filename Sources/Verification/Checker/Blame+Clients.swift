extension Blame {
    /// More clients than this are not looked at one by one.
    private static let maximumClients = 1024

    /// Of a history: nil for models whose parts cannot be judged alone, and where nothing follows from their being in order.
    ///
    /// - Complexity: O(operations).
    static func ofClients(_ history: History, _ model: CheckModel) -> Blame? {
        guard model == .register || model == .kv || model == .queue else { return nil }
        var rows: [Int32: [Int]] = [:]
        for (row, client) in history.clients.enumerated() { rows[client, default: []].append(row) }
        guard rows.count > 1, rows.count <= maximumClients else { return nil }
        // What others wrote is not in the part, so reads of it must not count as phantoms: only own values are judged.
        let parts = rows.keys.sorted().map { (client: $0, rows: ownValues(history, rows[$0]!, model)) }
        for part in parts {
            if case .violated = model.monitor(history.selecting(part.rows), cut: .max) {
                return .alone(history.words(client: part.client))
            }
        }
        let canTell = tells(parts, atMost: maximumClients) { part in
            part.rows.contains { !isWrite(history.functions[$0]) }
        }
        return canTell ? .each("client") : nil
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
