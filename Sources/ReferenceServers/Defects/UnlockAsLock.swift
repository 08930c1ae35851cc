/// `unlock-as-lock`: the function that should lock the keys of a command unlocks them.
///
/// Modelled on `pthread_mutex_unlock` typed for `pthread_mutex_lock`, which returns an error that nobody looks at. No command
/// is atomic: increments are lost, and MGET sees half of an MSET. The table's own steps stay locked.
struct UnlockAsLock: Defect {
    let name = "unlock-as-lock"
    let summary = "no command holds its keys, for the call that should lock them unlocks"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard(Set(Purpose.allCases))
        guard let table = assembly.table else { return false }
        assembly.table = SplitTable(base: table)
        return true
    }
}
