import Wire

/// `lost-digit`: a counter is incremented in place under the lock, unless it gains a digit.
///
/// Modelled on memcached's `incr`: while the number keeps its length it was changed in place; when it grew, a longer item
/// was made and put in its place after the lock was released, and increments in between were lost. Hardest grade: only the
/// steps from 9 to 10, 99 to 100 and so on can show it.
struct LostDigit: Defect {
    let name = "lost-digit"
    let summary = "a counter that gains a digit is replaced after the lock is released"
    let oracle = "linearizability"
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.update])
        guard let table = assembly.table else { return false }
        assembly.table = InPlaceTable(base: table)
        return true
    }
}

/// Changes a string in place when its length stays, else puts the new one there later. Other values change in one step.
private struct InPlaceTable: Table {
    let base: any Table

    func read(_ key: [UInt8]) -> Value? { base.read(key) }
    func write(_ key: [UInt8], _ value: Value?) -> RESPValue? { base.write(key, value) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> RESPValue) -> RESPValue {
        var replacement: Value?
        let reply = base.modify(key) { value in
            guard case .string(let old)? = value else { return change(&value) }
            var new = value
            let reply = change(&new)
            if case .string(let bytes)? = new, bytes.count > old.count { replacement = new } else { value = new }
            return reply
        }
        guard let replacement else { return reply }
        return base.write(key, replacement) ?? reply
    }
}
