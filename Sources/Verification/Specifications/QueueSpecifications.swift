/// A first-in first-out queue.
public struct QueueSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []

    /// Creates the specification.
    public init() {}

    /// The queue after `operation`.
    ///
    /// - Complexity: O(length).
    public func apply(_ operation: HistoryOperation, to state: [Int]) -> [Int]? {
        switch operation.function {
        case .enqueue: return state + [operation.argument]
        case .dequeue:
            guard operation.isAnswered else { return Array(state.dropFirst()) }
            guard let first = state.first else { return operation.result == History.null ? state : nil }
            return operation.result == first ? Array(state.dropFirst()) : nil
        case .peek: return !operation.isAnswered || operation.result == state.first ?? History.null ? state : nil
        default: return nil
        }
    }

    /// Looks at the first, and empty answers, which may also be of a value that is nothing.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .peek || operation.function == .dequeue && operation.result == History.null
    }

    /// A value that nobody got need not have been there.
    public func unanswered(_ operation: HistoryOperation, seen: Set<Int>) -> HistoryOperation? {
        operation.function == .enqueue && !seen.contains(operation.argument) ? nil : operation.anonymous()
    }
}

/// A last-in first-out stack.
public struct StackSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []

    /// Creates the specification.
    public init() {}

    /// The stack after `operation`.
    ///
    /// - Complexity: O(height).
    public func apply(_ operation: HistoryOperation, to state: [Int]) -> [Int]? {
        switch operation.function {
        case .push: return state + [operation.argument]
        case .pop:
            guard operation.isAnswered else { return Array(state.dropLast()) }
            guard let last = state.last else { return operation.result == History.null ? state : nil }
            return operation.result == last ? Array(state.dropLast()) : nil
        case .peek: return !operation.isAnswered || operation.result == state.last ?? History.null ? state : nil
        default: return nil
        }
    }

    /// Looks at the top, and empty answers, which may also be of a value that is nothing.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .peek || operation.function == .pop && operation.result == History.null
    }

    /// A value that nobody got need not have been there.
    public func unanswered(_ operation: HistoryOperation, seen: Set<Int>) -> HistoryOperation? {
        operation.function == .push && !seen.contains(operation.argument) ? nil : operation.anonymous()
    }
}
