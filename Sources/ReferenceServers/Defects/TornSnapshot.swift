import Glibc

/// `torn-snapshot`: HGETALL and HMGET read field by field, and release the lock in between.
///
/// Modelled on iterators that are only weakly consistent (Java's `ConcurrentHashMap`), used where a snapshot was promised.
/// A client sees fields together that were never there together.
struct TornSnapshot: Defect {
    let name = "torn-snapshot"
    let summary = "HGETALL and HMGET release the lock after each field"
    let oracle = "linearizability"
    let grade = Grade.hard
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.loosen("HGETALL") { words, table in
            var fields: [[UInt8]] = []
            let names = Command.look(words[1], table) { hash in
                fields = hash.fields
                return .ok
            }
            guard names == .ok else { return names }
            let values = fields.map { Self.value(of: $0, words[1], table) }
            return .array(
                zip(fields, values).flatMap { field, value -> [Reply] in
                    guard case .bulk = value else { return [] }
                    return [.bulk(field), value]
                })
        }
        assembly.loosen("HMGET") { words, table in
            let values = words.dropFirst(2).map { Self.value(of: $0, words[1], table) }
            return values.contains(.wrongType) ? .wrongType : .array(values)
        }
        return true
    }

    private static func value(of field: [UInt8], _ key: [UInt8], _ table: any Table) -> Reply {
        sched_yield()
        return Command.look(key, table) { .bulkOrNull($0[field]) }
    }
}
