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
                for part in keys.parts[parts] {
                    guard let own = operation.onOne(part) else { continue }
                    add(own, keys, codes, reading)
                }
                continue
            }
            add(operation, keys, codes, reading)
        }
    }

    private mutating func add(_ operation: KeyOperation, _ keys: KeyHistory, _ codes: [Int], _ reading: Reading) {
        let key = operation.key
        guard keys.exclusion[Int(key)] == nil else { return }
        var effect = Effect(operation)
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

extension KeyOperation {
    /// What an operation on several keys does to one of them, which happens at some instant of its interval; nil where it
    /// tells nothing of one alone.
    fileprivate func onOne(_ part: KeyPart) -> KeyOperation? {
        var own = self
        (own.key, own.partCount) = (part.key, 0)
        switch kind {
        case .writeMany: (own.kind, own.argument) = (.write, part.cell)
        case .readMany: (own.kind, own.result) = (.read, part.cell)
        case .deleteMany: (own.kind, own.argument) = (.write, Cell.absent)
        default: return nil
        }
        return own
    }
}
