import Glibc

/// `lost-field-increment`: HINCRBY reads a field under the lock, releases it, adds, and writes the field under the lock.
///
/// Modelled on HGET, add and HSET in the client, for which HINCRBY was made. Other fields are safe. A client sees two HINCRBY
/// of one field answer with the same number.
struct LostFieldIncrement: Defect {
    let name = "lost-field-increment"
    let summary = "HINCRBY releases the lock between reading the field and writing it"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.loosen("HINCRBY") { words, table in
            guard let amount = Command.integer(words[3]) else { return .notAnInteger }
            var sum: Reply = .null
            let seen = Command.look(words[1], table) { hash in
                var copy = hash
                sum = Command.add(amount, to: words[2], of: &copy)
                return .bulkOrNull(copy[words[2]])
            }
            guard case .integer = sum, case .bulk(let text) = seen else { return sum == .null ? seen : sum }
            sched_yield()
            return Command.change(words[1], table) { hash in
                hash[words[2]] = text
                return sum
            }
        }
        return true
    }
}
