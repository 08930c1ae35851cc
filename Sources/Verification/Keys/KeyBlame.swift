/// Whose fault: where what each connection, or each process of the server, saw of some keys is in order by itself, as if
/// there were no other, but all of it together is not, they do not share their state.
enum KeyBlame {
    /// So many connections or processes are looked at one by one.
    private static let maximumGroups = 64

    /// In words; nil where state is shared, or one cannot tell.
    ///
    /// - Parameter decide: Decides whether an order explains some of `events`.
    /// - Complexity: a search of each group's operations.
    static func text(
        _ events: [SearchEvent], _ history: KeyHistory, _ reading: Reading, decide: ([SearchEvent]) -> SearchOutcome
    ) -> String? {
        let conversations = reading.evidence.conversations
        let conversation = { (event: SearchEvent) in
            Int(reading.calls[Int(history.operations[Int(event.operation)].call)].conversation)
        }
        if events.allSatisfy({ conversations[conversation($0)].serverProcess != nil }) {
            let processes = Dictionary(grouping: events) { conversations[conversation($0)].serverProcess! }
            if isEachAlone(processes, history, decide) {
                return "what each of the server's \(processes.count) processes did is in order by itself: they do not "
                    + "share this state"
            }
        }
        let connections = Dictionary(grouping: events) { conversation($0) }
        guard isEachAlone(connections, history, decide) else { return nil }
        return "what each connection saw is in order by itself: they do not share this state"
    }

    /// At least two groups tell something: they have an answer that depends on what they did before.
    private static func isEachAlone(
        _ groups: [Int: [SearchEvent]], _ history: KeyHistory, _ decide: ([SearchEvent]) -> SearchOutcome
    ) -> Bool {
        guard (2...maximumGroups).contains(groups.count) else { return false }
        let telling = groups.values.filter { events in
            let operations = events.filter(\.isResponse).map { history.operations[Int($0.operation)] }
            guard let first = operations.firstIndex(where: { !$0.isReader }) else { return false }
            return operations[(first + 1)...].contains { isInformative($0) }
        }
        return telling.count >= 2 && groups.values.allSatisfy { decide($0) == .linearizable }
    }

    /// Its answer tells what the key held.
    private static func isInformative(_ operation: KeyOperation) -> Bool {
        switch operation.kind {
        case .write, .writeMany, .addRefused: return false
        default: return true
        }
    }
}
