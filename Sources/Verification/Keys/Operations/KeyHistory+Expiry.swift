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

    private func takesEndAway(_ operation: KeyOperation, _ key: Int32) -> Bool {
        guard !isPart(key) else { return false }
        switch operation.kind {
        case .write, .swap, .take, .delete, .writeMany, .deleteMany: return true
        default: return false
        }
    }
}
