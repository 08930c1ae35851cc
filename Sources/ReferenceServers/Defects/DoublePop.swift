import Glibc

/// `double-pop`: LPOP and RPOP look at an end of the list under the lock, release it, and remove what is at that end then.
///
/// Modelled on C++'s `stack.top()` followed by `stack.pop()`, which two threads use on one stack that locks each call. Two
/// clients get the same element, and the next one gets nobody.
struct DoublePop: Defect {
    let name = "double-pop"
    let summary = "LPOP and RPOP release the lock between looking at the element and removing it"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        for (name, end) in [("LPOP", ListEnd.left), ("RPOP", .right)] {
            assembly.loosen(name) { correct in
                { words, table in
                    // Several at once are taken by the correct way.
                    guard words.count == 2 else { return correct.run(words, table) }
                    guard case .list(let list)? = table.read(words[1]) else { return correct.run(words, table) }
                    sched_yield()
                    let removed = Command.take(words[1], at: end, table)
                    guard case .bulk = removed else { return removed }
                    return .bulk(end == .left ? list[0] : list[list.count - 1])
                }
            }
        }
        return true
    }
}
