/// A log of values by offset from 0.
package struct LogSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []

    /// Creates the specification.
    public init() {}

    /// The log after `operation`; an append that is answered nothing was only acknowledged.
    ///
    /// - Complexity: O(length).
    public func apply(_ operation: HistoryOperation, to state: [Int]) -> [Int]? {
        switch operation.function {
        case .append:
            let isFree = !operation.isAnswered || operation.result == History.null
            return isFree || operation.result == state.count ? state + [operation.argument] : nil
        case .read:
            guard operation.isAnswered else { return state }
            let value = state.indices.contains(operation.argument) ? state[operation.argument] : History.null
            return operation.result == value ? state : nil
        default: return nil
        }
    }

    /// Reads.
    public func isReader(_ operation: HistoryOperation) -> Bool { operation.function == .read }

    /// Values that nothing shows are one like another.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.withArgument(in: seen)
    }
}
