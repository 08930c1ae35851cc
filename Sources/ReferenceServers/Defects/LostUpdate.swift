/// `lost-update`: INCR, APPEND, LPUSH and their like read under the lock, release it, compute, and write under the lock.
///
/// Modelled on memcached's `incr` before 1.4.5 (a worker copied the item's value, and another's change in between was
/// overwritten), and on every `balance = read(); write(balance + x)`. A client sees two INCR of one counter answer with the
/// same number, or an element that was pushed vanish.
struct LostUpdate: Defect {
    let name = "lost-update"
    let summary = "INCR, APPEND and pushes release the lock between reading and writing"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.update])
        guard let table = assembly.table else { return false }
        assembly.table = SplitTable(base: table)
        return true
    }
}
