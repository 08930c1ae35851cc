import Glibc

/// `split-transaction`: EXEC executes what was queued one by one, and holds no keys.
///
/// Modelled on proxies and pipelines that pass for transactions: what one client sent together stays in order, and others get
/// in between. A client sees a part of what an EXEC did.
struct SplitTransaction: Defect {
    let name = "split-transaction"
    let summary = "EXEC holds no keys, so others come in between its commands"
    let oracle = "linearizability"
    let grade = Grade.hard
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections ?? choice.needsConnections }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.transaction])
        guard let table = assembly.table else { return false }
        assembly.table = GivingTable(base: table)
        return true
    }
}

/// Lets others run before each step, as a proxy does that waits for each reply. Harmless where an `Isolation` holds its lock.
private struct GivingTable: Table {
    let base: any Table

    func read(_ key: [UInt8]) -> Value? {
        sched_yield()
        return base.read(key)
    }

    func write(_ key: [UInt8], _ value: Value?) -> Reply? {
        sched_yield()
        return base.write(key, value)
    }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        sched_yield()
        return base.modify(key, change)
    }

    func removeAll() { base.removeAll() }
    var count: Int { base.count }
}
