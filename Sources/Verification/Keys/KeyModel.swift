/// The keys of a server, with what each holds now: Redis's strings.
struct KeyModel: SearchModel {
    /// What each does, and its answer where that is known.
    var operations: [KeyOperation]
    let parts: [KeyPart]
    /// One key's cell is the whole state and its own fingerprint.
    var hasOneKey = true
    private(set) var cells: [Int]
    private(set) var values: ByteInterner
    private(set) var fingerprint: UInt64 = 0
    private(set) var exhausted: String?
    private var undo: [(key: Int, cell: Int)] = []

    /// Appending builds strings in memory up to this many.
    static let maximumStrings = 1 << 20

    init(operations: [KeyOperation], parts: [KeyPart], keyCount: Int, values: ByteInterner, startsAbsent: Bool) {
        self.operations = operations
        self.parts = parts
        self.values = values
        cells = Array(repeating: startsAbsent ? Cell.absent : Cell.unknown, count: keyCount)
    }

    /// Begins work on the component of `key`.
    mutating func focus(on key: Int, isAlone: Bool) {
        hasOneKey = isAlone
        fingerprint = isAlone ? UInt64(bitPattern: Int64(cells[key])) : 0
    }

    /// Takes the keys of these operations for ones that do not exist yet.
    mutating func clear(_ members: [Int32], _ parts: [KeyPart]) {
        for member in members {
            let operation = operations[Int(member)]
            set(Int(operation.key), Cell.absent)
            for part in range(operation) { set(Int(parts[part].key), Cell.absent) }
        }
    }

    var mark: Int { undo.count }

    mutating func rollback(to mark: Int) {
        while undo.count > mark {
            let last = undo.removeLast()
            replace(last.key, last.cell)
        }
    }

    func isReader(_ operation: Int) -> Bool { operations[operation].isReader }
    func lane(_ operation: Int) -> Int { Int(operations[operation].lane) }
    func holdsLane(_ operation: Int) -> Bool { operations[operation].isAnswered }

    private mutating func set(_ key: Int, _ cell: Int) {
        guard cells[key] != cell else { return }
        undo.append((key, cells[key]))
        replace(key, cell)
    }

    private mutating func replace(_ key: Int, _ cell: Int) {
        if hasOneKey {
            fingerprint = UInt64(bitPattern: Int64(cell))
        } else {
            fingerprint ^= Self.mix(key, cells[key]) ^ Self.mix(key, cell)
        }
        cells[key] = cell
    }

    private static func mix(_ key: Int, _ cell: Int) -> UInt64 {
        let product =
            (UInt64(truncatingIfNeeded: cell) ^ (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) ^ 0xA076_1D64_78BD_642F)
            .multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        let folded = (product.high ^ product.low).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return folded.high ^ folded.low
    }

    mutating func apply(_ index: Int) -> Bool {
        let operation = operations[index]
        let key = Int(operation.key)
        let cell = cells[key]
        switch operation.kind {
        case .read: return bind(key, operation.result)
        case .write: set(key, operation.argument)
        case .swap, .take, .compareAndSwap:
            guard !operation.isAnswered || Self.mayBe(cell, operation.result) else { return false }
            set(key, operation.kind == .take ? Cell.absent : operation.argument)
        case .writeIfAbsent: return writeIfAbsent(operation, cell)
        case .add, .addRefused: return add(operation, cell)
        case .append, .length: return lengthen(operation, cell)
        case .replace, .extend, .extendFront, .decrease: return changePresent(operation, cell)
        case .delete:
            guard !operation.isAnswered || Self.mayExist(cell, operation.result != 0) else { return false }
            set(key, Cell.absent)
        case .exists: return bindExistence(key, operation.result != 0)
        case .writeMany:
            for part in range(operation) { set(Int(parts[part].key), parts[part].cell) }
        case .readMany:
            let start = mark
            for part in range(operation) where !bind(Int(parts[part].key), parts[part].cell) {
                rollback(to: start)
                return false
            }
        case .deleteMany, .existsMany: return count(operation)
        }
        return true
    }

    private func range(_ operation: KeyOperation) -> Range<Int> {
        Int(operation.firstPart)..<Int(operation.firstPart + operation.partCount)
    }

    private static func mayBe(_ cell: Int, _ result: Int) -> Bool {
        cell == result || cell == Cell.unknown || (cell == Cell.unknownPresent && result != Cell.absent)
    }

    private static func mayExist(_ cell: Int, _ exists: Bool) -> Bool {
        cell == Cell.unknown || (cell != Cell.absent) == exists
    }

    /// Takes `result` as what the key holds; an unknown initial value thereby becomes known.
    private mutating func bind(_ key: Int, _ result: Int) -> Bool {
        guard Self.mayBe(cells[key], result) else { return false }
        set(key, result)
        return true
    }

    private mutating func bindExistence(_ key: Int, _ exists: Bool) -> Bool {
        guard Self.mayExist(cells[key], exists) else { return false }
        if cells[key] == Cell.unknown { set(key, exists ? Cell.unknownPresent : Cell.absent) }
        return true
    }

    private mutating func writeIfAbsent(_ operation: KeyOperation, _ cell: Int) -> Bool {
        let key = Int(operation.key)
        guard operation.isAnswered else {
            if cell == Cell.absent { set(key, operation.argument) }
            if cell == Cell.unknown { set(key, Cell.unknownPresent) }
            return true
        }
        guard operation.result != 0 else { return bindExistence(key, true) }
        guard Self.mayExist(cell, false) else { return false }
        set(key, operation.argument)
        return true
    }

    private mutating func add(_ operation: KeyOperation, _ cell: Int) -> Bool {
        let isRefused = operation.kind == .addRefused
        let key = Int(operation.key)
        if cell == Cell.unknown || cell == Cell.unknownPresent {
            // What refuses to count is there.
            set(key, !isRefused && operation.isAnswered ? operation.result : Cell.unknownPresent)
            return true
        }
        guard cell == Cell.absent || Cell.isInteger(cell) else { return isRefused || !operation.isAnswered }
        let (sum, over) = (cell == Cell.absent ? 0 : cell).addingReportingOverflow(operation.argument)
        guard !over, let next = Cell.integer(sum) else { return isRefused || !operation.isAnswered }
        guard !isRefused, !operation.isAnswered || next == operation.result else { return false }
        set(key, next)
        return true
    }

    /// What happens only to what is there.
    private mutating func changePresent(_ operation: KeyOperation, _ cell: Int) -> Bool {
        let key = Int(operation.key)
        guard cell != Cell.absent else { return !operation.isAnswered }
        // Without an answer nobody knows whether something was there.
        if cell == Cell.unknown, !operation.isAnswered { return true }
        switch operation.kind {
        case .decrease:
            guard cell != Cell.unknown, cell != Cell.unknownPresent else {
                set(key, operation.isAnswered ? operation.result : Cell.unknownPresent)
                return true
            }
            guard Cell.isInteger(cell), cell >= 0 else { return !operation.isAnswered }
            let next = cell > operation.argument ? cell - operation.argument : 0
            guard !operation.isAnswered || next == operation.result else { return false }
            set(key, next)
        case .extend, .extendFront:
            guard cell != Cell.unknown, cell != Cell.unknownPresent else {
                set(key, Cell.unknownPresent)
                return true
            }
            let (old, new) = (text(cell), text(operation.argument))
            return hold(operation.kind == .extend ? old + new : new + old, key)
        default: set(key, operation.argument)
        }
        return true
    }

    /// Sets a text that was made in the search.
    private mutating func hold(_ bytes: [UInt8], _ key: Int) -> Bool {
        if values.count >= Self.maximumStrings || values.byteCount > 256 << 20 {
            exhausted = "appending would build more than \(Self.maximumStrings) strings or 256 MiB"
            return false
        }
        set(key, Cell.value(bytes, 0..<bytes.count, &values))
        return true
    }

    /// APPEND and STRLEN.
    private mutating func lengthen(_ operation: KeyOperation, _ cell: Int) -> Bool {
        let key = Int(operation.key)
        let isAppend = operation.kind == .append
        if cell == Cell.unknown || cell == Cell.unknownPresent {
            if isAppend { set(key, Cell.unknownPresent) }
            return true
        }
        guard isAppend else { return length(cell) == operation.result }
        let bytes = text(cell) + text(operation.argument)
        guard !operation.isAnswered || bytes.count == operation.result else { return false }
        return hold(bytes, key)
    }

    private func length(_ cell: Int) -> Int {
        Cell.textID(cell).map { values.bytes($0).count } ?? text(cell).count
    }

    private func text(_ cell: Int) -> [UInt8] {
        if cell == Cell.absent { return [] }
        if let id = Cell.textID(cell) { return Array(values.bytes(id)) }
        return Array(String(cell).utf8)
    }

    /// DEL and EXISTS of several keys: the number of those that exist.
    private mutating func count(_ operation: KeyOperation) -> Bool {
        let start = mark
        var certain = 0
        var possible = 0
        for part in range(operation) {
            let key = Int(parts[part].key)
            if cells[key] == Cell.unknown { possible += 1 } else if cells[key] != Cell.absent { certain += 1 }
            if operation.kind == .deleteMany { set(key, Cell.absent) }
        }
        if operation.isAnswered, !(certain...certain + possible).contains(operation.result) {
            rollback(to: start)
            return false
        }
        return true
    }
}
