import Glibc

/// `torn-fields`: HSET of several fields sets one after the other, and releases the lock in between.
///
/// Modelled on objects that are updated by a setter for each attribute, each of which locks: who reads in between sees the
/// new street in the old town. A client sees one field of an HSET and not the other.
struct TornFields: Defect {
    let name = "torn-fields"
    let summary = "HSET of several fields releases the lock after each"
    let oracle = "linearizability"
    let grade = Grade.hard
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        for name in ["HSET", "HMSET"] {
            assembly.loosen(name) { correct in
                { words, table in
                    guard words.count > 4, words.count % 2 == 0 else { return correct.run(words, table) }
                    var fresh: Int64 = 0
                    for place in stride(from: 2, to: words.count, by: 2) {
                        if place > 2 { sched_yield() }
                        let reply = correct.run([words[0], words[1], words[place], words[place + 1]], table)
                        switch reply {
                        case .integer(let count): fresh += count
                        case .simple: break
                        default: return reply
                        }
                    }
                    return name == "HSET" ? .integer(fresh) : .ok
                }
            }
        }
        return true
    }
}
