extension KeyHistory {
    /// What an operation does to each of its keys, one step after the other; what only their number tells is lost.
    func onEachKey(_ operation: KeyOperation) -> [KeyOperation] {
        guard operation.partCount > 0 else { return [operation] }
        var taken = Cell.unknown
        return parts.of(operation).compactMap { part in
            guard operation.kind != .atomic else {
                var step = parts.step(part, of: operation)
                if step.kind == .popLeft || step.kind == .popRight {
                    taken = step.isAnswered ? step.result : Cell.unknown
                }
                if step.argument == Cell.unknown { step.argument = taken }
                return step
            }
            var own = operation
            (own.key, own.firstPart, own.partCount) = (part.key, 0, 0)
            switch operation.kind {
            case .writeMany, .putMany: (own.kind, own.argument) = (.write, part.cell)
            case .readMany: (own.kind, own.result) = (.read, part.cell)
            case .deleteMany: (own.kind, own.argument) = (.write, Cell.absent)
            default: return nil
            }
            return own
        }
    }
}
