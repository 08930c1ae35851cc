/// What an operation certainly did to one of its keys, given its answer.
struct KeyAccess {
    var key: Int32
    /// The cell that it found there.
    var read: Int?
    /// The cell that it left there, if it happened.
    var write: Int?
    /// What it left there cannot be told.
    var isOpaque = false

    /// What `operation` did to each of its keys, each key once. Keys of which nothing is certain are left out, but for
    /// those it may have changed.
    ///
    /// - Parameter zero: what an INCR found that answered its own step: nothing, or a zero; nil where that is not known.
    static func all(of operation: KeyOperation, _ parts: KeyParts, zero: Int?) -> [KeyAccess] {
        guard operation.partCount > 0 else {
            return one(of: operation, zero).map { [$0] } ?? []
        }
        guard operation.kind != .atomic else { return composed(operation, parts, zero) }
        var accesses: [KeyAccess] = []
        var places: [Int32: Int] = [:]
        for part in parts.of(operation) {
            let place = places[part.key]
            if place == nil { places[part.key] = accesses.count }
            switch operation.kind {
            case .writeMany, .putMany:
                // The last one counts.
                if let place {
                    accesses[place].write = part.cell
                } else {
                    accesses.append(KeyAccess(key: part.key, write: part.cell))
                }
            case .readMany:
                if place == nil { accesses.append(KeyAccess(key: part.key, read: part.cell)) }
            default:
                if place == nil { accesses.append(KeyAccess(key: part.key)) }
            }
        }
        guard operation.kind == .deleteMany || operation.kind == .existsMany else { return accesses }
        let foundNothing = operation.isAnswered && operation.result == 0
        for index in accesses.indices {
            if foundNothing { accesses[index].read = Cell.absent }
            if operation.kind == .deleteMany { accesses[index].write = Cell.absent }
        }
        return foundNothing || operation.kind == .deleteMany ? accesses : []
    }

    /// What several steps, one after the other, found first and left last.
    private static func composed(_ operation: KeyOperation, _ parts: KeyParts, _ zero: Int?) -> [KeyAccess] {
        var accesses: [KeyAccess] = []
        var places: [Int32: Int] = [:]
        for part in parts.of(operation) {
            guard let step = one(of: parts.step(part, of: operation), zero) else { continue }
            guard let place = places[step.key] else {
                places[step.key] = accesses.count
                accesses.append(step)
                continue
            }
            let before = accesses[place]
            // What a step finds that an earlier one left tells nothing of what was there.
            if before.write == nil, !before.isOpaque, before.read == nil { accesses[place].read = step.read }
            if let write = step.write { accesses[place].write = write }
            accesses[place].isOpaque = before.isOpaque || step.isOpaque
        }
        return accesses
    }

    private static func one(of operation: KeyOperation, _ zero: Int?) -> KeyAccess? {
        let key = operation.key
        let result = operation.isAnswered ? operation.result : nil
        switch operation.kind {
        case .read: return KeyAccess(key: key, read: result)
        case .write, .replace: return KeyAccess(key: key, write: operation.argument)
        case .put: return KeyAccess(key: key, read: result == 1 ? Cell.absent : nil, write: operation.argument)
        case .swap, .compareAndSwap: return KeyAccess(key: key, read: result, write: operation.argument)
        case .take: return KeyAccess(key: key, read: result, write: Cell.absent)
        case .delete: return KeyAccess(key: key, read: result == 0 ? Cell.absent : nil, write: Cell.absent)
        case .exists: return result == 0 ? KeyAccess(key: key, read: Cell.absent) : nil
        case .writeIfAbsent:
            guard result != 0 else { return nil }
            return KeyAccess(key: key, read: result == nil ? nil : Cell.absent, write: operation.argument)
        case .add:
            guard let result else { return KeyAccess(key: key, isOpaque: true) }
            let (found, over) = result.subtractingReportingOverflow(operation.argument)
            return KeyAccess(key: key, read: over ? nil : found == 0 ? zero : found, write: result)
        case .decrease:
            guard let result else { return KeyAccess(key: key, isOpaque: true) }
            let (found, over) = result.addingReportingOverflow(operation.argument)
            // Whatever was less became nothing.
            return KeyAccess(key: key, read: over || result == 0 ? nil : found, write: result)
        case .append, .extend, .extendFront, .pushLeft, .pushRight: return KeyAccess(key: key, isOpaque: true)
        case .popLeft, .popRight:
            guard result == Cell.absent else { return KeyAccess(key: key, isOpaque: true) }
            return KeyAccess(key: key, read: Cell.absent)
        case .size: return result == 0 ? KeyAccess(key: key, read: Cell.absent) : nil
        case .addRefused, .length, .elements, .writeMany, .readMany, .deleteMany, .existsMany, .putMany, .atomic,
            .whole:
            return nil
        }
    }
}
