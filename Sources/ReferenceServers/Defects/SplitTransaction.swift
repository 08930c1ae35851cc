/// `split-transaction`: EXEC executes what was queued one by one, and holds no keys.
///
/// Modelled on proxies and pipelines that pass for transactions: what one client sent together stays in order, and others get
/// in between. A client sees a part of what an EXEC did.
struct SplitTransaction: Defect {
    let name = "split-transaction"
    let summary = "EXEC holds no keys, so others come in between its commands"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections ?? choice.needsConnections }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.transaction])
        return true
    }
}
