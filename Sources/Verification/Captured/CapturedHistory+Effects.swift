/// Operations by what the protocol says that they do.
extension CapturedHistory {
    mutating func addEffects(_ reading: Reading) {
        let keys = KeyHistory(reading)
        if let why = keys.exclusionOfAll {
            notes.append("Nothing is judged by a model: \(why).")
            return
        }
        let codes = (0..<keys.keys.count).map { history.values.code(bytes: keys.keys.bytes($0)) }
        let left = keys.exclusion.count { $0 != nil }
        if left > 0 { notes.append("\(left) keys are not judged: commands without a model touch them.") }
        for operation in keys.operations {
            guard operation.partCount == 0 else {
                let parts = Int(operation.firstPart)..<Int(operation.firstPart + operation.partCount)
                for key in Set(keys.parts[parts].map(\.key)).sorted() {
                    add(operation, "\(operation.kind)", key, keys, codes, reading)
                }
                continue
            }
            add(operation, nil, operation.key, keys, codes, reading)
        }
    }

    /// - Parameter foreign: What it is called if no model of one object knows it.
    private mutating func add(
        _ operation: KeyOperation, _ foreign: String?, _ key: Int32, _ keys: KeyHistory, _ codes: [Int],
        _ reading: Reading
    ) {
        guard keys.exclusion[Int(key)] == nil else { return }
        var effect = foreign.map { Effect(name: $0) } ?? Effect(operation)
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

        init(name: String) { self.name = name }

        init(_ operation: KeyOperation) {
            name = "\(operation.kind)"
            switch operation.kind {
            case .read: (function, answersCell) = (.read, true)
            case .write where operation.argument == Cell.absent: function = .delete
            case .write: (function, takesCell) = (.write, true)
            case .writeIfAbsent:
                (function, takesCell, expected, result) = (.compareAndSet, true, History.null, operation.result)
            case .add, .addRefused:
                (function, argument, result) = (.increment, operation.argument, operation.result)
            case .delete: function = .delete
            default: break
            }
        }
    }
}
