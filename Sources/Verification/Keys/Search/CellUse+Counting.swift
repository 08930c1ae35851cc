/// What counting alone shows, however many clients there are and however their operations overlap.
extension CellUse {
    /// Whether more operations found something than can have been there.
    ///
    /// Each operation that replaces a value needs that value to be written before, once for itself; so a number that two
    /// increments went on from must have been reached twice. Each deletion of something needs something to be created.
    ///
    /// - Complexity: O(values + accesses).
    func exceedsCounts(startsAbsent: Bool) -> Bool {
        // Of an unknown first value one operation may have gone on.
        var firsts = Array(repeating: startsAbsent ? 0 : 1, count: keys.count)
        for value in values where !isOpaque[Int(value.key)] {
            let key = Int(value.key)
            var there = value.writers.count
            if Cell.isInteger(value.cell) { there += wildMembers[key].count }
            if startsAbsent, value.isAbsent { there += 1 }
            guard value.takers > there else { continue }
            firsts[key] -= value.takers - there
            if firsts[key] < 0 { return true }
        }
        return deletesTooMuch(startsAbsent)
    }

    private func deletesTooMuch(_ startsAbsent: Bool) -> Bool {
        var deleted = Array(repeating: 0, count: keys.count)
        var created = Array(repeating: startsAbsent ? 0 : 1, count: keys.count)
        for access in accesses {
            let key = Int(access.key)
            let operation = operations[Int(access.operation)]
            let leavesNothing = access.write >= 0 && values[Int(access.write)].isAbsent
            let foundSomething = access.read >= 0 && operation.isAnswered && !values[Int(access.read)].isAbsent
            if leavesNothing {
                let isOneDelete = operation.kind == .delete && operation.isAnswered && operation.result != 0
                if isOneDelete || (operation.kind == .take && foundSomething) { deleted[key] += 1 }
            } else if (access.write >= 0 || access.isWild) && !foundSomething {
                created[key] += 1
            }
        }
        return keys.indices.contains { deleted[$0] > created[$0] && !isOpaque[$0] }
    }
}
