/// `check-then-act`: SETNX, GETSET and DEL look under the lock, release it, and act on what they saw under the lock.
///
/// Modelled on lock services built from "if the key does not exist, set it", and on `access(2)` before `open(2)`. A client
/// sees two SETNX of one key both succeed.
struct CheckThenAct: Defect {
    let name = "check-then-act"
    let summary = "SETNX, GETSET and DEL release the lock between looking and acting"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.condition])
        guard let table = assembly.table else { return false }
        assembly.table = SplitTable(base: table)
        return true
    }
}
