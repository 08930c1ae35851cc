/// The keys of a server, with what each holds now: strings, numbers, lists.
struct KeyModel: SearchModel {
    /// What each does, and its answer where that is known.
    var operations: [KeyOperation]
    let parts: KeyParts
    /// One key's cell is the whole state and its own fingerprint.
    var hasOneKey = true
    private(set) var cells: [Int]
    private(set) var values: ByteInterner
    private(set) var fingerprint: UInt64 = 0
    private(set) var exhausted: String?
    /// What the keys hold whose cell is `Cell.list`.
    private(set) var lists: [Int: ElementList] = [:]
    /// What the step before took from a list.
    var carried = Cell.absent
    private var undo: [Change] = []

    /// What is taken back when a search goes back.
    private enum Change {
        case replaced(Int, cell: Int)
        case pushed(Int, left: Bool)
        case popped(Int, left: Bool, cell: Int)
    }

    /// Appending builds strings in memory up to this many.
    static let maximumStrings = 1 << 20

    /// - Parameter operations: those that happen; nil: all of the history.
    init(_ history: KeyHistory, operations: [KeyOperation]? = nil, startsAbsent: Bool) {
        self.operations = operations ?? history.operations
        parts = history.parts
        values = history.values
        cells = Array(repeating: startsAbsent ? Cell.absent : Cell.unknown, count: history.keys.count)
    }

    /// Begins work on the component of `key`.
    mutating func focus(on key: Int, isAlone: Bool) {
        hasOneKey = isAlone
        fingerprint = isAlone ? word(key) : 0
    }

    /// Takes the keys of these operations for ones that do not exist yet.
    mutating func clear(_ members: [Int32]) {
        for member in members {
            let operation = operations[Int(member)]
            set(Int(operation.key), Cell.absent)
            for part in parts.of(operation) { set(Int(part.key), Cell.absent) }
        }
    }

    var mark: Int { undo.count }

    mutating func rollback(to mark: Int) {
        while undo.count > mark {
            switch undo.removeLast() {
            case .replaced(let key, let cell): replace(key, cell)
            case .pushed(let key, let left): changeList(key) { _ = $0.pop(left: left) }
            case .popped(let key, let left, let cell): changeList(key) { $0.push(cell, left: left) }
            }
        }
    }

    func isReader(_ operation: Int) -> Bool { operations[operation].isReader }
    func lane(_ operation: Int) -> Int { Int(operations[operation].lane) }
    func holdsLane(_ operation: Int) -> Bool { operations[operation].isAnswered }

    mutating func set(_ key: Int, _ cell: Int) {
        guard cells[key] != cell else { return }
        if cells[key] == Cell.list { while lists[key]?.isEmpty == false { _ = pop(key, left: false) } }
        undo.append(.replaced(key, cell: cells[key]))
        replace(key, cell)
    }

    private mutating func replace(_ key: Int, _ cell: Int) {
        let old = word(key)
        cells[key] = cell
        changeFingerprint(key, old)
    }

    mutating func push(_ key: Int, _ cell: Int, left: Bool) {
        undo.append(.pushed(key, left: left))
        changeList(key) { $0.push(cell, left: left) }
    }

    /// Takes an element of a list that has some.
    mutating func pop(_ key: Int, left: Bool) -> Int {
        var cell = 0
        changeList(key) { cell = $0.pop(left: left) }
        undo.append(.popped(key, left: left, cell: cell))
        return cell
    }

    private mutating func changeList(_ key: Int, _ change: (inout ElementList) -> Void) {
        let old = word(key)
        change(&lists[key, default: ElementList()])
        changeFingerprint(key, old)
    }

    /// What a key holds, in a word.
    private func word(_ key: Int) -> UInt64 {
        if cells[key] == Cell.list, let list = lists[key] { return list.fingerprint }
        return UInt64(bitPattern: Int64(cells[key]))
    }

    private mutating func changeFingerprint(_ key: Int, _ old: UInt64) {
        if hasOneKey {
            fingerprint = word(key)
        } else {
            fingerprint ^= Self.mix(key, old) ^ Self.mix(key, word(key))
        }
    }

    private static func mix(_ key: Int, _ word: UInt64) -> UInt64 {
        let product =
            (word ^ (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) ^ 0xA076_1D64_78BD_642F)
            .multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        let folded = (product.high ^ product.low).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return folded.high ^ folded.low
    }

    mutating func apply(_ index: Int) -> Bool { apply(operations[index]) }

    private mutating func apply(_ operation: KeyOperation) -> Bool {
        let key = Int(operation.key)
        let cell = cells[key]
        switch operation.kind {
        case .read: return bind(key, operation.result)
        case .write: set(key, operation.argument)
        case .swap, .take, .compareAndSwap:
            guard !operation.isAnswered || Self.mayBe(cell, operation.result) else { return false }
            set(key, operation.kind == .take ? Cell.absent : operation.argument)
        case .writeIfAbsent: return writeIfAbsent(operation, cell)
        case .put:
            guard !operation.isAnswered || Self.mayExist(cell, operation.result == 0) else { return false }
            set(key, operation.argument)
        case .add, .addRefused: return add(operation, cell)
        case .append, .length: return lengthen(operation, cell)
        case .replace, .extend, .extendFront, .decrease: return changePresent(operation, cell)
        case .delete:
            guard !operation.isAnswered || Self.mayExist(cell, operation.result != 0) else { return false }
            set(key, Cell.absent)
        case .exists: return bindExistence(key, operation.result != 0)
        case .pushLeft, .pushRight, .popLeft, .popRight, .size, .elements: return applyToList(operation)
        case .writeMany: for part in parts.of(operation) { set(Int(part.key), part.cell) }
        case .readMany: return all(of: operation) { model, part in model.bind(Int(part.key), part.cell) }
        case .deleteMany, .existsMany, .putMany: return count(operation)
        case .atomic:
            carried = Cell.absent
            return all(of: operation) { model, part in
                let step = model.parts.step(part, of: operation)
                return (!step.isAnswered && step.isIdleUnanswered) || model.apply(step)
            }
        case .whole: preconditionFailure("operations on whole objects are told apart before they are searched")
        }
        return true
    }

    /// Does something for each part; if it fails for one, nothing is done.
    private mutating func all(of operation: KeyOperation, _ body: (inout KeyModel, KeyPart) -> Bool) -> Bool {
        let start = mark
        for part in parts.of(operation) where !body(&self, part) {
            rollback(to: start)
            return false
        }
        return true
    }

    static func mayBe(_ cell: Int, _ result: Int) -> Bool {
        cell == result || cell == Cell.unknown || (cell == Cell.unknownPresent && result != Cell.absent)
    }

    private static func mayExist(_ cell: Int, _ exists: Bool) -> Bool {
        cell == Cell.unknown || (cell != Cell.absent) == exists
    }

    /// Takes `result` as what the key holds; an unknown initial value thereby becomes known.
    mutating func bind(_ key: Int, _ result: Int) -> Bool {
        guard Self.mayBe(cells[key], result) else { return false }
        set(key, result)
        return true
    }

    mutating func bindExistence(_ key: Int, _ exists: Bool) -> Bool {
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
        guard cell != Cell.list else { return !operation.isAnswered }
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

    /// DEL and EXISTS of several keys: the number of those that exist. Of `putMany` that of those that did not.
    private mutating func count(_ operation: KeyOperation) -> Bool {
        let start = mark
        let counted = operation.kind == .putMany
        var certain = 0
        var possible = 0
        for part in parts.of(operation) {
            let key = Int(part.key)
            if cells[key] == Cell.unknown {
                possible += 1
            } else if (cells[key] == Cell.absent) == counted {
                certain += 1
            }
            if operation.kind == .deleteMany { set(key, Cell.absent) }
            if counted { set(key, part.cell) }
        }
        if operation.isAnswered, !(certain...certain + possible).contains(operation.result) {
            rollback(to: start)
            return false
        }
        return true
    }
}
