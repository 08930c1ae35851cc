import Glibc

/// `narrow-window`: like `lost-update`, but what was read is compared before it is overwritten, except on the last try.
///
/// Modelled on loops around compare-and-swap that give up after some rounds and store what they have: correct at a glance,
/// and in every test. Hardest grade: twice in a row another change must come in between, and then one within the few
/// instructions for which the lock is free. A client sees two INCR answer with the same number.
struct NarrowWindow: Defect {
    let name = "narrow-window"
    let summary = "INCR, APPEND and pushes store without a comparison after two that failed"
    let oracle = "linearizability"
    let grade = Grade.hard
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.update])
        guard let table = assembly.table, let versions = VersionedTable(table) else { return false }
        assembly.table = BoundedTriesTable(base: versions)
        return true
    }
}

/// Optimistic updates that trust to luck in the end.
private struct BoundedTriesTable: Table {
    let base: VersionedTable
    private static let comparedTries = 2

    func read(_ key: [UInt8]) -> Value? { base.read(key) }
    func write(_ key: [UInt8], _ value: Value?) -> Reply? { base.write(key, value) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        for _ in 0..<Self.comparedTries {
            let seen = base.look(at: key, change)
            if let reply = base.replace(key, seen) { return reply }
            sched_yield()
        }
        let seen = base.look(at: key, change)
        return base.write(key, seen.value) ?? seen.reply
    }
}
