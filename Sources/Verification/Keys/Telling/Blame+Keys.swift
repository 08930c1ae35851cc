extension Blame {
    /// So many connections or processes are looked at one by one.
    private static let maximumGroups = 64

    /// Of a component of keys: nil where the evidence does not tell.
    ///
    /// - Parameter decide: Decides whether an order explains some of `events`.
    /// - Complexity: a search of each group's operations.
    static func ofKeys(
        _ events: [SearchEvent], _ history: KeyHistory, _ reading: Reading, decide: ([SearchEvent]) -> SearchOutcome
    ) -> Blame? {
        let conversations = reading.evidence.conversations
        let conversation = { (event: SearchEvent) in
            Int(reading.calls[Int(history.operations[Int(event.operation)].call)].conversation)
        }
        if events.allSatisfy({ conversations[conversation($0)].serverProcess != nil }) {
            let processes = Dictionary(grouping: events) { conversations[conversation($0)].serverProcess! }
            if isEachAlone(processes, history, decide) { return .processes(processes.count) }
        }
        let connections = Dictionary(grouping: events) { conversation($0) }
        return isEachAlone(connections, history, decide) ? .each("connection") : nil
    }

    private static func isEachAlone(
        _ groups: [Int: [SearchEvent]], _ history: KeyHistory, _ decide: ([SearchEvent]) -> SearchOutcome
    ) -> Bool {
        let canTell = tells(groups.values, atMost: maximumGroups) { events in
            let operations = events.filter(\.isResponse).map { history.operations[Int($0.operation)] }
            guard let first = operations.firstIndex(where: { !$0.isReader }) else { return false }
            return operations[(first + 1)...].contains { isInformative($0) }
        }
        return canTell && groups.values.allSatisfy { decide($0) == .linearizable }
    }

    /// Its answer tells what the key held.
    private static func isInformative(_ operation: KeyOperation) -> Bool {
        switch operation.kind {
        case .write, .writeMany, .addRefused: return false
        default: return true
        }
    }
}
