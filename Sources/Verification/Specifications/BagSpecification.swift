/// An unordered queue: what is dequeued was inside, whichever it is.
///
/// An unanswered dequeue takes no matter what. It is of use only just before an empty answer, so until then it is
/// counted, and the empty answer clears what was taken.
package struct BagSpecification: Specification {
    /// What is inside, ascending, and how many of it unanswered dequeues have just taken.
    public struct State: Hashable, Sendable {
        var inside: [Int] = []
        var taken = 0
    }

    /// Empty.
    public var initial = State()
    /// Whether nothing is a value too, so that an empty answer may be one of it.
    public var holdsNothing: Bool

    /// Creates the specification.
    public init(holdsNothing: Bool = false) {
        self.holdsNothing = holdsNothing
    }

    /// The bag after `operation`.
    ///
    /// - Complexity: O(size).
    public func apply(_ operation: HistoryOperation, to state: State) -> State? {
        var next = state
        if operation.function == .dequeue, !operation.isAnswered {
            next.taken += 1
            return next.taken <= state.inside.count ? next : nil
        }
        guard state.taken == 0 else {
            let isEmpty = operation.function == .dequeue && operation.result == History.null
            return isEmpty && state.taken == state.inside.count ? State() : nil
        }
        switch operation.function {
        case .enqueue:
            next.inside.insert(
                operation.argument, at: state.inside.firstIndex { $0 > operation.argument } ?? state.inside.count)
        case .dequeue:
            if let place = state.inside.firstIndex(of: operation.result) {
                next.inside.remove(at: place)
            } else if operation.result != History.null || !state.inside.isEmpty {
                return nil
            }
        default: return nil
        }
        return next
    }

    /// Empty answers.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .dequeue && operation.result == History.null && !holdsNothing
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
