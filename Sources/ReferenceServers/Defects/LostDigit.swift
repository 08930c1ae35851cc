import Glibc

/// `lost-digit`: a counter is incremented in place under the lock, unless it gains a digit.
///
/// Modelled on memcached's `incr`: while the number keeps its length it was changed in place; when it grew, a longer item
/// was made and put in its place, and increments in between were lost. Hardest grade: only the steps from 9 to 10, 99 to 100
/// and so on can show it, and only one that was overtaken while the longer item was made: it is made again, and no second
/// look is taken before it is put in place.
struct LostDigit: Defect {
    let name = "lost-digit"
    let summary = "a counter that gains a digit is replaced without another look when it was overtaken"
    let oracle = "linearizability"
    let grade = Grade.hard
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.update])
        guard let table = assembly.table, let versions = VersionedTable(table) else { return false }
        assembly.table = InPlaceTable(base: versions, headerBytes: assembly.choice.service.itemHeaderBytes)
        return true
    }
}

/// Changes a number in place when its length stays, else puts a new one there. Other values change in one step.
private struct InPlaceTable: Table {
    let base: VersionedTable
    /// Where a number begins.
    let headerBytes: Int

    func read(_ key: [UInt8]) -> Value? { base.read(key) }
    func write(_ key: [UInt8], _ value: Value?) -> Reply? { base.write(key, value) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        var longer = false
        let reply = base.modify(key) { value in
            guard case .string(let old)? = value else { return change(&value) }
            var new = value
            let reply = change(&new)
            if case .string(let bytes)? = new, bytes.count > old.count, isNumber(old) {
                longer = true
            } else {
                value = new
            }
            return reply
        }
        return longer ? replace(key, change) : reply
    }

    private func isNumber(_ text: [UInt8]) -> Bool {
        text.dropFirst(headerBytes).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private func replace(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        let seen = base.look(at: key, change)
        if let reply = base.replace(key, seen) { return reply }
        sched_yield()
        let again = base.look(at: key, change)
        return base.write(key, again.value) ?? again.reply
    }
}
