/// Whether one element is in a set.
package struct SetElementSpecification: Specification {
    /// It is not.
    public var initial = false

    /// Creates the specification.
    public init() {}

    /// Whether the element is in the set after `operation`; an answer that only acknowledges tells nothing.
    public func apply(_ operation: HistoryOperation, to state: Bool) -> Bool? {
        let isTrue = operation.result != 0
        let isFree = !operation.isAnswered || operation.result == History.null
        switch operation.function {
        case .add: return isFree || isTrue != state ? true : nil
        case .remove: return isFree || isTrue == state ? false : nil
        case .contains: return isFree || isTrue == state ? state : nil
        default: return nil
        }
    }

    /// What answered false, and `contains`.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .contains || operation.result == 0
    }

    /// Whose operation it is does not matter.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.anonymous()
    }
}

/// A set of which the whole is read at once.
package struct SetSpecification: Specification {
    /// Empty.
    public var initial: Set<Int> = []
    private let values: HistoryValues

    /// Creates the specification; `values` tells what stands in the lists that reads are answered.
    public init(values: HistoryValues) {
        self.values = values
    }

    /// The set after `operation`; an answer that only acknowledges tells nothing.
    ///
    /// - Complexity: O(elements).
    public func apply(_ operation: HistoryOperation, to state: Set<Int>) -> Set<Int>? {
        let isTold = operation.isAnswered && operation.result != History.null
        let isInside = state.contains(operation.argument)
        switch operation.function {
        case .add: return !isTold || (operation.result != 0) != isInside ? state.union([operation.argument]) : nil
        case .remove:
            return !isTold || (operation.result != 0) == isInside ? state.subtracting([operation.argument]) : nil
        case .contains: return !isTold || (operation.result != 0) == isInside ? state : nil
        case .read:
            return !operation.isAnswered || values.elements(of: operation.result).map(Set.init) ?? [] == state
                ? state : nil
        default: return nil
        }
    }

    /// What looks, and what answered false.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .read || operation.function == .contains || operation.result == 0
    }

    /// Whose operation it is does not matter.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.anonymous()
    }
}
