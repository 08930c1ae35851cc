/// A register: reads, writes, deletes, and compare-and-set that succeeded (or was refused: result 0).
package struct RegisterSpecification: Specification {
    /// The value before the first write.
    public var initial: Int

    /// Creates the specification of a register that holds `initial`, or nothing.
    public init(initial: Int = History.null) {
        self.initial = initial
    }

    /// The register after `operation`.
    public func apply(_ operation: HistoryOperation, to state: Int) -> Int? {
        switch operation.function {
        case .read: return !operation.isAnswered || operation.result == state ? state : nil
        case .write: return operation.argument
        case .delete:
            // Yes or no: it was there or not.
            guard operation.isAnswered, operation.result != History.null else { return History.null }
            return (operation.result != 0) == (state != History.null) ? History.null : nil
        case .compareAndSet:
            if !operation.isAnswered { return state == operation.expected ? operation.argument : state }
            guard operation.result != 0 else { return state != operation.expected ? state : nil }
            return state == operation.expected ? operation.argument : nil
        default: return nil
        }
    }

    /// Reads and refused swaps.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .read || (operation.function == .compareAndSet && operation.result == 0)
    }

    /// Values that nothing shows are one like another; nothing is shown by each delete that found it.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.function == .delete || operation.argument == History.null
            ? operation.anonymous() : operation.withArgument(in: seen)
    }
}
