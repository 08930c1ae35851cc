/// A counter, whose increment may return the new value.
package struct CounterSpecification: Specification {
    /// The count before the first increment.
    public var initial: Int
    /// Whether what increments are answered says nothing of the count.
    public var isBlind: Bool

    /// Creates the specification of a counter that stands at `initial`.
    public init(initial: Int = 0, isBlind: Bool = false) {
        self.initial = initial
        self.isBlind = isBlind
    }

    /// The counter after `operation`; an argument is what to add, 1 if there is none.
    public func apply(_ operation: HistoryOperation, to state: Int) -> Int? {
        switch operation.function {
        case .read: return !operation.isAnswered || operation.result == state ? state : nil
        case .increment:
            let amount = operation.argument == History.null ? 1 : operation.argument
            let (next, isBeyond) = state.addingReportingOverflow(amount)
            guard !isBeyond else { return nil }
            let isFree = isBlind || !operation.isAnswered || operation.result == History.null
            return isFree || operation.result == next ? next : nil
        default: return nil
        }
    }

    /// Reads, and increments by nothing.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .read || operation.argument == 0
    }

    /// Whoever increments, only by how much counts.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        var copy = operation.anonymous()
        if copy.argument == History.null { copy.argument = 1 }
        return copy
    }
}
