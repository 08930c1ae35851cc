/// Permits that anyone may give back; with one permit, a lock without an owner.
package struct SemaphoreSpecification: Specification {
    /// How many permits are free at first, which is all there are.
    public var initial: Int

    /// Creates the specification.
    public init(permits: Int = 1) {
        initial = permits
    }

    /// The free permits after `operation`; an argument is how many, 1 if there is none.
    public func apply(_ operation: HistoryOperation, to state: Int) -> Int? {
        let count = operation.argument == History.null ? 1 : operation.argument
        guard count >= 0, count <= initial else { return nil }
        switch operation.function {
        case .acquire: return state >= count ? state - count : nil
        case .release: return state + count <= initial ? state + count : nil
        default: return nil
        }
    }

    /// Nothing only looks.
    public func isReader(_ operation: HistoryOperation) -> Bool { false }

    /// Whose operation it is does not matter.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.anonymous()
    }
}
