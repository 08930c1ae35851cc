import CLinux
import Glibc

/// `torn-write`: SET and MSET write a string in two halves and release the lock in between.
///
/// Modelled on structures that are copied in place while others read them: time stamps of two words, `utmp` records, memory
/// that a seqlock should guard. A client reads a value that nobody wrote, half new and half old.
struct TornWrite: Defect {
    let name = "torn-write"
    let summary = "SET writes a string in two halves and releases the lock in between"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.write])
        guard let table = assembly.table else { return false }
        assembly.table = TearingTable(base: table)
        return true
    }
}

/// Writes the first half of a string over the old one, then the whole.
private struct TearingTable: Table {
    let base: any Table

    func read(_ key: [UInt8]) -> Value? { base.read(key) }
    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply { base.modify(key, change) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }

    func write(_ key: [UInt8], _ value: Value?) -> Reply? {
        if case .string(let new)? = value, new.count > 1, case .string(let old)? = base.read(key) {
            let half = new.count / 2
            if let error = base.write(key, .string(Array(new.prefix(half) + old.dropFirst(half)))) { return error }
            sched_yield()
        }
        return base.write(key, value)
    }
}
