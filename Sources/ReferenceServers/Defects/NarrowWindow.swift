import Wire

/// `narrow-window`: like `lost-update`, but the lock is free for a few instructions only.
///
/// Modelled on counters kept with an atomic load and an atomic store, `x.store(x.load() + 1)`: correct at a glance, and a
/// plain hammer hardly ever hits the gap. Hardest grade. A client sees two INCR answer with the same number.
struct NarrowWindow: Defect {
    let name = "narrow-window"
    let summary = "INCR, APPEND and pushes release the lock for a few instructions between reading and writing"
    let oracle = "linearizability"
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.update])
        guard let table = assembly.table else { return false }
        assembly.table = NarrowTable(base: table)
        return true
    }
}

/// `SplitTable`, with the computing done while the lock is still held.
private struct NarrowTable: Table {
    let base: any Table

    func read(_ key: [UInt8]) -> Value? { base.read(key) }
    func write(_ key: [UInt8], _ value: Value?) -> RESPValue? { base.write(key, value) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> RESPValue) -> RESPValue {
        var new: Value?
        let reply = base.modify(key) { value in
            new = value
            return change(&new)
        }
        return base.write(key, new) ?? reply
    }
}
