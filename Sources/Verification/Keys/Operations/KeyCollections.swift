/// Objects whose parts are read and written one by one, as fields of hashes and members of sets: each part is a key of
/// its own, and what is done to a whole object is done to all its parts that the evidence names.
struct KeyCollections {
    /// The parts of each object, in order of appearance.
    fileprivate(set) var parts: [Int32: [Int32]] = [:]
    fileprivate var kinds: [Int32: Set<CollectionKind>] = [:]
    /// Objects that are gone at some time from this one on. Nanoseconds.
    fileprivate var expiries: [(object: Int32, from: Int64)] = []

    var isEmpty: Bool { parts.isEmpty && expiries.isEmpty }

    /// So many parts of operations on whole objects are told apart.
    static let maximumParts = 4 << 20
}

/// What an object with parts is.
package enum CollectionKind: UInt8, Sendable {
    case hash = 0x48
    case set = 0x53
    case sortedSet = 0x5A
}

/// What an operation on a whole object was answered.
package struct WholeRead: Sendable {
    package enum Answer: Sendable {
        /// All parts that there are, and what they hold.
        case parts([KeyPart])
        /// How many parts there are.
        case count
    }
    var answer: Answer
}

extension KeyHistory {
    /// The key of a part of an object.
    package mutating func part(
        _ kind: CollectionKind, of object: Int32, _ bytes: [UInt8], _ range: Range<Int>
    ) -> Int32 {
        let name = Self.partName(kind, Array(keys.bytes(Int(object))), bytes[range])
        let known = keys.count
        let key = internedKey(name, name.indices)
        guard keys.count > known else { return key }
        note(kind, object)
        collections.parts[object]?.append(key)
        return key
    }

    /// Notes that an object is a collection, though no part of it is named.
    package mutating func note(_ kind: CollectionKind, _ object: Int32) {
        collections.kinds[object, default: []].insert(kind)
        if collections.parts[object] == nil { collections.parts[object] = [] }
    }

    /// Notes that an object may be gone from some time on. Nanoseconds.
    package mutating func expires(_ object: Int32, from: Int64) { collections.expiries.append((object, from)) }

    /// Makes `operation` one on all parts of its key.
    package mutating func makeWhole(_ operation: inout KeyOperation, _ answer: WholeRead.Answer) {
        operation.kind = .whole
        operation.argument = parts.wholes.count
        parts.wholes.append(WholeRead(answer: answer))
    }

    // MARK: Names

    /// What no name of a key begins with, so that parts are not taken for keys.
    private static let partMark: [UInt8] = [0xFF, 0x00]

    static func isLikePart(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        range.count >= 2 && bytes[range.lowerBound] == 0xFF && bytes[range.lowerBound + 1] == 0x00
    }

    /// Whether a key is a part of an object.
    func isPart(_ key: Int32) -> Bool {
        let bytes = Array(keys.bytes(Int(key)))
        return Self.isLikePart(bytes, bytes.indices)
    }

    private static func partName(
        _ kind: CollectionKind, _ object: [UInt8], _ member: ArraySlice<UInt8>
    ) -> [UInt8] {
        let length = (0..<4).map { UInt8(truncatingIfNeeded: object.count >> (8 * $0)) }
        return partMark + [kind.rawValue] + length + object + member
    }

    /// A key as it is told: `h[f]` for a part of an object.
    func name(_ key: Int) -> [UInt8] {
        let bytes = Array(keys.bytes(key))
        guard Self.isLikePart(bytes, bytes.indices), bytes.count >= 7 else { return bytes }
        let length = (0..<4).reduce(0) { $0 | Int(bytes[3 + $1]) << (8 * $1) }
        guard 7 + length <= bytes.count else { return bytes }
        return bytes[7..<7 + length] + [UInt8(ascii: "[")] + bytes[(7 + length)...] + [UInt8(ascii: "]")]
    }

    // MARK: All is read

    /// Tells operations on whole objects apart, and leaves out what was used in two ways, or has expired.
    ///
    /// - Complexity: O(operations + parts of those on whole objects).
    mutating func settleCollections(startsAbsent: Bool) {
        guard !collections.isEmpty else { return }
        excludeMixed()
        excludeExpired()
        var kept: [KeyOperation] = []
        kept.reserveCapacity(operations.count)
        for operation in operations {
            guard concernsCollection(operation) else {
                kept.append(operation)
                continue
            }
            if let told = told(operation, startsAbsent) { kept.append(told) }
        }
        operations = kept
        for (object, own) in collections.parts {
            guard let why = exclusion[Int(object)] else { continue }
            for part in own { exclusion[Int(part)] = exclusion[Int(part)] ?? why }
        }
    }

    /// The steps of an operation; itself where it has none.
    private func steps(_ operation: KeyOperation) -> [KeyOperation] {
        guard operation.kind == .atomic else { return [operation] }
        return parts.of(operation).map { parts.step($0, of: operation) }
    }

    private func isCollection(_ key: Int32) -> Bool { collections.parts[key] != nil }

    private static func isOfAnyKind(_ kind: KeyOperation.Kind) -> Bool {
        switch kind {
        case .delete, .exists, .deleteMany, .existsMany, .whole: true
        default: false
        }
    }

    private func concernsCollection(_ operation: KeyOperation) -> Bool {
        steps(operation).contains { step in
            Self.isOfAnyKind(step.kind)
                && (isCollection(step.key) || parts.of(step).contains { isCollection($0.key) })
        }
    }

    private mutating func excludeMixed() {
        for (object, kinds) in collections.kinds where kinds.count > 1 { exclusion[Int(object)] = .severalKinds }
        for operation in operations {
            for step in steps(operation) where !Self.isOfAnyKind(step.kind) {
                for key in [step.key] + parts.of(step).map(\.key) where isCollection(key) {
                    exclusion[Int(key)] = .severalKinds
                }
            }
        }
    }

    /// An operation by the parts of the objects that it concerns; nil if it tells nothing.
    private mutating func told(_ operation: KeyOperation, _ startsAbsent: Bool) -> KeyOperation? {
        var copy = operation
        if operation.kind == .whole, case .count = parts.wholes[operation.argument].answer {
            // Of parts that nobody named there may be any number.
            guard startsAbsent, operation.isAnswered else { return nil }
            let own = collections.parts[operation.key] ?? []
            guard hasRoom(own.count, operation) else { return nil }
            guard !own.isEmpty else {
                copy.kind = .exists
                return copy
            }
            copy.kind = .existsMany
            copy.firstPart = Int32(parts.count)
            for part in own { parts.append(KeyPart(key: part, cell: 0)) }
            copy.partCount = Int32(own.count)
            copy.key = own[0]
        } else {
            let told = steps(operation).flatMap { toldStep($0) }
            guard !told.isEmpty, hasRoom(told.count, operation) else { return nil }
            parts.makeAtomic(&copy, of: told)
        }
        joinParts(of: copy)
        return copy.isAnswered || !copy.isIdleUnanswered ? copy : nil
    }

    private mutating func hasRoom(_ count: Int, _ operation: KeyOperation) -> Bool {
        guard parts.count + count > KeyCollections.maximumParts else { return true }
        // What is left out may have changed each of its keys.
        for step in steps(operation) {
            for key in parts.keys(of: step) { exclusion[Int(key)] = exclusion[Int(key)] ?? .tooManyParts }
        }
        return false
    }

    private func toldStep(_ step: KeyOperation) -> [KeyOperation] {
        guard Self.isOfAnyKind(step.kind) else { return [step] }
        let foundNothing = step.isAnswered && step.result == 0
        let named = step.partCount > 0 ? parts.of(step).map(\.key) : [step.key]
        switch step.kind {
        case .whole:
            guard case .parts(let cells) = parts.wholes[step.argument].answer, step.isAnswered else { return [] }
            let held = Dictionary(cells.map { ($0.key, $0.cell) }) { first, _ in first }
            return (collections.parts[step.key] ?? []).map {
                on($0, step, .read, result: held[$0] ?? Cell.absent)
            }
        case .delete where !isCollection(step.key): return [step]
        case .delete, .deleteMany:
            return named.flatMap { key -> [KeyOperation] in
                let parts = collections.parts[key] ?? [key]
                return parts.map {
                    foundNothing
                        ? on($0, step, .read, result: Cell.absent) : on($0, step, .write, argument: Cell.absent)
                }
            }
        default:
            guard foundNothing else { return isCollection(step.key) || step.partCount > 0 ? [] : [step] }
            return named.flatMap { collections.parts[$0] ?? [$0] }.map { on($0, step, .read, result: Cell.absent) }
        }
    }

    /// What an operation does to one part.
    private func on(
        _ key: Int32, _ operation: KeyOperation, _ kind: KeyOperation.Kind, argument: Int = 0, result: Int = 0
    ) -> KeyOperation {
        var own = operation
        (own.kind, own.key, own.argument, own.result) = (kind, key, argument, result)
        (own.firstPart, own.partCount) = (0, 0)
        return own
    }

    // MARK: Time

    /// Who uses an object when it may be gone is not judged.
    private mutating func excludeExpired() {
        guard !collections.expiries.isEmpty else { return }
        var last: [Int32: Int64] = [:]
        for expiry in collections.expiries { last[expiry.object] = .min }
        var objectOf: [Int32: Int32] = [:]
        for (object, own) in collections.parts { for part in own { objectOf[part] = object } }
        for operation in operations {
            let time = operation.isAnswered ? operation.completed : operation.invoked
            for key in [operation.key] + parts.of(operation).map(\.key) {
                let object = objectOf[key] ?? key
                if let known = last[object] { last[object] = max(known, time) }
            }
        }
        for expiry in collections.expiries where last[expiry.object]! >= expiry.from {
            exclusion[Int(expiry.object)] = .expires
        }
    }
}
