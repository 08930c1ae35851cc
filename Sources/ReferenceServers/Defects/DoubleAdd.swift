import Glibc

/// `double-add`: SADD looks under the lock which members are new, releases it, and adds them under the lock.
///
/// Modelled on "seen already?" sets before which work is shared out, as of crawlers and of deduplicating queues: `if x not in
/// seen: seen.add(x)`. Two clients are both told that they added a member.
struct DoubleAdd: Defect {
    let name = "double-add"
    let summary = "SADD releases the lock between looking whether a member is new and adding it"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.loosen("SADD") { correct in
            { words, table in
                let fresh = Command.lookAtSet(words[1], table) { members in
                    .integer(Int64(Set(words.dropFirst(2)).subtracting(members).count))
                }
                sched_yield()
                let added = correct.run(words, table)
                guard case .integer = added else { return added }
                return fresh
            }
        }
        return true
    }
}
