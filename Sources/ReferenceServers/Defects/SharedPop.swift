import Glibc

/// `shared-pop`: SPOP chooses a member under the lock, releases it, and removes the member under the lock.
///
/// Modelled on pools of coupons, ports or addresses from which "any that is free" is chosen and then marked. Two clients get
/// the same member.
struct SharedPop: Defect {
    let name = "shared-pop"
    let summary = "SPOP releases the lock between choosing a member and removing it"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.loosen("SPOP") { correct in
            { words, table in
                // Several at once are taken by the correct way.
                guard words.count == 2 else { return correct.run(words, table) }
                let chosen = Command.lookAtSet(words[1], table) { .bulkOrNull(Command.lowest(of: $0)) }
                guard case .bulk(let member) = chosen else { return chosen }
                sched_yield()
                return Command.changeSet(words[1], table) { members in
                    members.remove(member)
                    return chosen
                }
            }
        }
        return true
    }
}
