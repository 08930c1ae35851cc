import Glibc

/// `torn-move`: LMOVE and RPOPLPUSH take an element from one list, release the lock, and put it into the other.
///
/// Modelled on job queues built from a pop and a push, for which RPOPLPUSH was made: who looks in between finds the job
/// nowhere. A client sees both lists without the element.
struct TornMove: Defect {
    let name = "torn-move"
    let summary = "LMOVE releases the lock between taking an element from one list and putting it into the other"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.loosen("LMOVE") { words, table in
            guard let from = Command.end(words[3]), let to = Command.end(words[4]) else { return .syntaxError }
            return Command.move(words[1], from, words[2], to, table) { sched_yield() }
        }
        assembly.loosen("RPOPLPUSH") { words, table in
            Command.move(words[1], .right, words[2], .left, table) { sched_yield() }
        }
        return true
    }
}
