/// A line of values that are put in behind, and taken out at one end: a first-in first-out queue, or a last-in first-out stack.
package struct EndsSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []
    private let put: History.Function
    private let take: History.Function
    private let takesLast: Bool
    /// Whether nothing is a value too, so that an empty answer may be one of it.
    private let holdsNothing: Bool

    /// A first-in first-out queue.
    package static func queue(holdsNothing: Bool = false) -> EndsSpecification {
        EndsSpecification(put: .enqueue, take: .dequeue, takesLast: false, holdsNothing: holdsNothing)
    }

    /// A last-in first-out stack.
    package static func stack(holdsNothing: Bool = false) -> EndsSpecification {
        EndsSpecification(put: .push, take: .pop, takesLast: true, holdsNothing: holdsNothing)
    }

    private init(put: History.Function, take: History.Function, takesLast: Bool, holdsNothing: Bool) {
        (self.put, self.take) = (put, take)
        (self.takesLast, self.holdsNothing) = (takesLast, holdsNothing)
    }

    /// The line after `operation`.
    ///
    /// - Complexity: O(length).
    public func apply(_ operation: HistoryOperation, to state: [Int]) -> [Int]? {
        let next = takesLast ? state.last : state.first
        switch operation.function {
        case put: return state + [operation.argument]
        case take:
            guard operation.isAnswered else { return rest(of: state) }
            guard let next else { return operation.result == History.null ? state : nil }
            return operation.result == next ? rest(of: state) : nil
        case .peek: return !operation.isAnswered || operation.result == next ?? History.null ? state : nil
        default: return nil
        }
    }

    private func rest(of state: [Int]) -> [Int] { Array(takesLast ? state.dropLast() : state.dropFirst()) }

    /// Looks at the next one, and empty answers.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .peek
            || operation.function == take && operation.result == History.null && !holdsNothing
    }

    /// A value that nobody got need not have been there.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.function == put && seen[operation.argument] == nil ? nil : operation.anonymous()
    }

    /// As many equal values as answers show.
    public func mostNeeded(_ operation: HistoryOperation, seen: [Int: Int]) -> Int {
        operation.function == put ? seen[operation.argument] ?? 0 : .max
    }
}
