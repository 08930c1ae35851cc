/// Whether one element is in a set.
public struct SetElementSpecification: Specification {
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
