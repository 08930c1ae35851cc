/// Lists: elements are pushed and popped at both ends, and a list without elements does not exist.
///
/// Source: <https://redis.io/docs/latest/develop/data-types/lists/>.
extension KeyModel {
    mutating func applyToList(_ operation: KeyOperation) -> Bool {
        let key = Int(operation.key)
        // What is refused because the key is no list does nothing, and is never answered.
        let isUnknown = cells[key] == Cell.unknown || cells[key] == Cell.unknownPresent
        guard isUnknown || cells[key] == Cell.absent || cells[key] == Cell.list else {
            carried = Cell.absent
            return !operation.isAnswered
        }
        switch operation.kind {
        case .pushLeft, .pushRight: return push(operation, key, isUnknown)
        case .popLeft, .popRight: return isUnknown ? popUnknown(operation, key) : pop(operation, key)
        case .size: return isUnknown ? bindExistence(key, operation.result != 0) : size(key) == operation.result
        default: return isUnknown ? bindElements(operation, key) : has(parts.range(of: operation), key)
        }
    }

    private func size(_ key: Int) -> Int { cells[key] == Cell.list ? lists[key]?.count ?? 0 : 0 }

    private func has(_ range: KeyParts.ElementRange, _ key: Int) -> Bool {
        cells[key] == Cell.list ? lists[key]?.has(range) ?? false : range.cells.isEmpty
    }

    private mutating func push(_ operation: KeyOperation, _ key: Int, _ isUnknown: Bool) -> Bool {
        let element = operation.argument == Cell.unknown ? carried : operation.argument
        // Nothing was taken, so nothing is moved.
        guard element != Cell.absent else { return true }
        let isLeft = operation.kind == .pushLeft
        // The first of a list shows that there was none.
        let wasAbsent = !isUnknown || (cells[key] == Cell.unknown && operation.isAnswered && operation.result == 1)
        guard wasAbsent, element != Cell.unknown else {
            set(key, Cell.unknownPresent)
            return true
        }
        guard !operation.isAnswered || isUnknown || size(key) + 1 == operation.result else { return false }
        set(key, Cell.list)
        push(key, element, left: isLeft)
        return true
    }

    private mutating func pop(_ operation: KeyOperation, _ key: Int) -> Bool {
        let count = size(key)
        let isLeft = operation.kind == .popLeft
        guard count > 0, let element = lists[key]?[isLeft ? 0 : count - 1] else {
            carried = Cell.absent
            return !operation.isAnswered || operation.result == Cell.absent
        }
        guard !operation.isAnswered || element == operation.result else { return false }
        carried = pop(key, left: isLeft)
        if count == 1 { set(key, Cell.absent) }
        return true
    }

    /// Of a list of which nothing is known anything may be taken, and the last element too.
    private mutating func popUnknown(_ operation: KeyOperation, _ key: Int) -> Bool {
        carried = operation.isAnswered ? operation.result : Cell.unknown
        if operation.isAnswered, operation.result == Cell.absent { return bindExistence(key, false) }
        set(key, Cell.unknown)
        return true
    }

    private mutating func bindElements(_ operation: KeyOperation, _ key: Int) -> Bool {
        let range = parts.range(of: operation)
        guard range.start == 0, range.stop == -1 else {
            return range.cells.isEmpty || bindExistence(key, true)
        }
        guard !range.cells.isEmpty else { return bindExistence(key, false) }
        set(key, Cell.list)
        for cell in range.cells { push(key, cell, left: false) }
        return true
    }
}
