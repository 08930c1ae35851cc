/// `lost-update`: INCR, APPEND, LPUSH and their like read under the lock, release it, compute, and write under the lock.
///
/// Modelled on memcached's `incr` before 1.4.5 (a worker copied the item's value, and another's change in between was
/// overwritten), and on every `balance = read(); write(balance + x)`. A client sees two INCR of one counter answer with the
/// same number, or an element that was pushed vanish.
struct LostUpdate: Defect {
    let name = "lost-update"
    let summary = "INCR, APPEND and pushes release the lock between reading and writing"
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let table = assembly.table, let isolation = assembly.isolation else { return false }
        assembly.table = SplitTable(base: table)
        assembly.isolation = UnguardedIsolation(base: isolation, purposes: [.update])
        return true
    }
}
