/// Keys that somebody may have given an end before the evidence begins.
extension KeyHistory {
    /// Those keys of a component that were not written anew, which takes their end away, before anything else was done to
    /// them.
    func keysThatMayExpire(_ events: [SearchEvent]) -> [Int32] {
        var cleared: [Int32: Int64] = [:]
        var used: [Int32: Int64] = [:]
        for event in events where !event.isResponse {
            let operation = operations[Int(event.operation)]
            for key in parts.keys(of: operation) {
                if operation.isAnswered, takesEndAway(operation, key) {
                    cleared[key] = min(cleared[key] ?? .max, operation.completed)
                } else {
                    used[key] = min(used[key] ?? .max, operation.invoked)
                }
            }
        }
        return used.keys.filter { cleared[$0].map { [first = used[$0]!] in $0 >= first } ?? true }.sorted()
    }

    /// All keys of a component, each as often as it may be forgotten.
    func forgettable(_ events: [SearchEvent]) -> [Int32] {
        let keys = Set(events.flatMap { parts.keys(of: operations[Int($0.operation)]) }).sorted()
        return keys.flatMap { Array(repeating: $0, count: Self.mostForgotten) }
    }

    /// So often in one execution.
    private static let mostForgotten = 3

    private func takesEndAway(_ operation: KeyOperation, _ key: Int32) -> Bool {
        guard !isPart(key) else { return false }
        switch operation.kind {
        case .write, .swap, .take, .delete, .writeMany, .deleteMany: return true
        default: return false
        }
    }
}
