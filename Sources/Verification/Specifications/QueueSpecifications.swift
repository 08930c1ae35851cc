/// A first-in first-out queue.
package struct QueueSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []
    /// Whether nothing is a value too, so that an empty answer may be one of it.
    public var holdsNothing: Bool

    /// Creates the specification.
    public init(holdsNothing: Bool = false) {
        self.holdsNothing = holdsNothing
    }

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

    /// Looks at the first, and empty answers.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .peek
            || operation.function == .dequeue && operation.result == History.null && !holdsNothing
    }

    /// A value that nobody got need not have been there.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.function == .enqueue && seen[operation.argument] == nil ? nil : operation.anonymous()
    }

    /// As many equal values as answers show.
    public func mostNeeded(_ operation: HistoryOperation, seen: [Int: Int]) -> Int {
        operation.function == .enqueue ? seen[operation.argument] ?? 0 : .max
    }
}

/// A last-in first-out stack.
package struct StackSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []
    /// Whether nothing is a value too, so that an empty answer may be one of it.
    public var holdsNothing: Bool

    /// Creates the specification.
    public init(holdsNothing: Bool = false) {
        self.holdsNothing = holdsNothing
    }

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

    /// Looks at the top, and empty answers.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .peek
            || operation.function == .pop && operation.result == History.null && !holdsNothing
    }

    /// A value that nobody got need not have been there.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.function == .push && seen[operation.argument] == nil ? nil : operation.anonymous()
    }

    /// As many equal values as answers show.
    public func mostNeeded(_ operation: HistoryOperation, seen: [Int: Int]) -> Int {
        operation.function == .push ? seen[operation.argument] ?? 0 : .max
    }
}
