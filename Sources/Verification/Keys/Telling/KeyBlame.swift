/// Whose fault: where what each process of the server, or each connection, saw of some keys is in order by itself, as if
/// there were no other, but all of it together is not.
struct KeyBlame {
    /// In words, without a full stop.
    let text: String
    /// Processes of the server are told apart, which says more than connections do.
    let isOfProcesses: Bool

    /// So many connections or processes are looked at one by one.
    private static let maximumGroups = 64

    /// Nil where the evidence does not tell.
    ///
    /// - Parameter decide: Decides whether an order explains some of `events`.
    /// - Complexity: a search of each group's operations.
    init?(
        _ events: [SearchEvent], _ history: KeyHistory, _ reading: Reading, decide: ([SearchEvent]) -> SearchOutcome
    ) {
        let conversations = reading.evidence.conversations
        let conversation = { (event: SearchEvent) in
            Int(reading.calls[Int(history.operations[Int(event.operation)].call)].conversation)
        }
        if events.allSatisfy({ conversations[conversation($0)].serverProcess != nil }) {
            let processes = Dictionary(grouping: events) { conversations[conversation($0)].serverProcess! }
            if Self.isEachAlone(processes, history, decide) {
                text =
                    "what each of the server's \(processes.count) processes did is in order by itself: they do not share "
                    + "this state"
                isOfProcesses = true
                return
            }
        }
        let connections = Dictionary(grouping: events) { conversation($0) }
        guard Self.isEachAlone(connections, history, decide) else { return nil }
        // Threads that share it and race look the same from outside as those that have each their own.
        text =
            "what each connection saw is in order by itself, and together it is not: an operation of one fell between the "
            + "steps of another, or they do not share this state"
        isOfProcesses = false
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
