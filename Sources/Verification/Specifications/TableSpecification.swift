/// A sequential object with a handful of named states, as a table of transitions: what users describe in a file.
package struct TableSpecification: Specification {
    /// What one operation may do.
    public struct Transition: Sendable {
        /// The operation's name, by its number in the history.
        public var function: Int
        /// The state it starts in; nil for any.
        public var from: Int?
        /// The state it ends in; nil for the one it starts in.
        public var to: Int?
        /// What the operation must be given; nil for anything.
        public var argument: Int?
        /// What it must be answered; nil for anything.
        public var answer: Int?

        /// Creates a transition.
        public init(function: Int, from: Int?, to: Int?, argument: Int? = nil, answer: Int? = nil) {
            self.function = function
            self.from = from
            self.to = to
            self.argument = argument
            self.answer = answer
        }

        func matches(_ operation: HistoryOperation) -> Bool {
            operation.function == .other && operation.expected == function
                && (argument == nil || argument == operation.argument)
                && (answer == nil || !operation.isAnswered || answer == operation.result)
        }

        var changes: Bool { to != nil && to != from }
    }

    /// The first state.
    public var initial: Int
    private let transitions: [Transition]

    /// Creates the specification; of several transitions that fit, the first counts.
    public init(initial: Int, transitions: [Transition]) {
        self.initial = initial
        self.transitions = transitions
    }

    /// The state after `operation`.
    ///
    /// - Complexity: O(transitions).
    public func apply(_ operation: HistoryOperation, to state: Int) -> Int? {
        for transition in transitions where (transition.from ?? state) == state && transition.matches(operation) {
            return transition.to ?? state
        }
        return nil
    }

    /// Operations that the table names.
    public func knows(_ operation: HistoryOperation) -> Bool {
        operation.function == .other && transitions.contains { $0.function == operation.expected }
    }

    /// Whether the table has this as an answer to an operation of this name.
    public func answers(_ function: Int, with answer: Int) -> Bool {
        transitions.contains { $0.function == function && $0.answer == answer }
    }

    /// What matches only transitions that change nothing.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        !transitions.contains { $0.matches(operation) && $0.changes }
    }
}
