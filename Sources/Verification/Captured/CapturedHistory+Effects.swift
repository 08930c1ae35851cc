/// Operations by what the protocol says that they do.
extension CapturedHistory {
    mutating func addEffects(_ reading: Reading) {
        let keys = KeyHistory(reading)
        if let why = keys.exclusionOfAll {
            notes.append("Nothing is judged by a model: \(why).")
            return
        }
        let codes = (0..<keys.keys.count).map { history.values.code(bytes: keys.name($0)) }
        let left = keys.exclusion.compactMap { $0 }
        if !left.isEmpty {
            let reasons = Set(left.map(\.reason)).sorted().joined(separator: ", or ")
            notes.append("\(left.count) keys are not judged: \(reasons).")
        }
        let ends = ListEnds.ofKeys(keys)
        for operation in keys.operations {
            for own in keys.onEachKey(operation) { add(own, keys, codes, ends, reading) }
        }
    }

    private mutating func add(
        _ operation: KeyOperation, _ keys: KeyHistory, _ codes: [Int], _ ends: [Int32: ListEnds],
        _ reading: Reading
    ) {
        let key = operation.key
        guard keys.exclusion[Int(key)] == nil else { return }
        var effect = Effect(operation, ends[key])
        if effect.function == .other {
            effect.expected = history.values.code(.text(ExactText(effect.name)))
        } else if effect.takesCell {
            effect.argument = code(operation.argument, keys)
        }
        if effect.answersCell { effect.result = code(operation.result, keys) }
        append(
            effect.function, reading.calls[Int(operation.call)], reading, key: codes[Int(key)],
            argument: effect.argument, expected: effect.expected,
            result: operation.isAnswered ? effect.result : History.null, invoked: operation.invoked,
            completed: operation.completed,
            status: !operation.isAnswered ? .info : operation.kind == .addRefused ? .fail : .ok)
    }

    private mutating func code(_ cell: Int, _ keys: KeyHistory) -> Int {
        if let text = Cell.textID(cell) { return history.values.code(bytes: keys.values.bytes(text)) }
        return Cell.isInteger(cell) ? history.values.code(number: cell) : History.null
    }

    /// An operation on one key in the words of a history.
    private struct Effect {
        var function = History.Function.other
        var name: String
        var argument = History.null
        var expected: Int?
        var result = History.null
        var takesCell = false
        var answersCell = false

        init(_ operation: KeyOperation, _ ends: ListEnds?) {
            name = "\(operation.kind)"
            switch operation.kind {
            case .read: (function, answersCell) = (.read, true)
            case .write where operation.argument == Cell.absent: function = .delete
            case .write: (function, takesCell) = (.write, true)
            case .writeIfAbsent:
                (function, takesCell, expected, result) = (.compareAndSet, true, History.null, operation.result)
            case .add, .addRefused:
                (function, argument, result) = (.increment, operation.argument, operation.result)
            case .put: (function, takesCell) = (.write, true)
            case .delete: function = .delete
            case .pushLeft, .pushRight:
                guard operation.argument != Cell.unknown, let push = ends?.functions?.push else { break }
                (function, takesCell) = (push, true)
            case .popLeft, .popRight:
                if let pop = ends?.functions?.pop { (function, answersCell) = (pop, true) }
            default: break
            }
        }
    }
}

/// At which ends of a list its elements are put in and taken out.
private struct ListEnds {
    private var pushes: Set<KeyOperation.Kind> = []
    private var pops: Set<KeyOperation.Kind> = []

    static func ofKeys(_ keys: KeyHistory) -> [Int32: ListEnds] {
        var ends: [Int32: ListEnds] = [:]
        for operation in keys.operations {
            for own in keys.onEachKey(operation) {
                switch own.kind {
                case .pushLeft, .pushRight: ends[own.key, default: ListEnds()].pushes.insert(own.kind)
                case .popLeft, .popRight: ends[own.key, default: ListEnds()].pops.insert(own.kind)
                default: break
                }
            }
        }
        return ends
    }

    /// Those of a queue or of a stack; nil where it is neither.
    var functions: (push: History.Function, pop: History.Function)? {
        guard pushes.count <= 1, pops.count <= 1 else { return nil }
        let isStack = (pushes.first == .pushLeft) == (pops.first == .popLeft)
        return isStack && !pushes.isEmpty && !pops.isEmpty ? (.push, .pop) : (.enqueue, .dequeue)
    }
}
