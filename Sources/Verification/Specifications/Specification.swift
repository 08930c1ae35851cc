/// One operation as a specification sees it.
public struct HistoryOperation: Hashable, Sendable {
    /// What it does.
    public var function: History.Function
    /// Its client.
    public var client: Int32
    /// Its key.
    public var key: Int
    /// What it wrote, added…; `History.null` where there is nothing.
    public var argument: Int
    /// What a compare-and-set expected.
    public var expected: Int
    /// What it was answered; `History.null` for nothing, 0 and 1 for false and true.
    public var result: Int
    /// Whether it was answered; if not, any result goes.
    public var isAnswered: Bool

    init(_ history: History, _ row: Int, cut: Int64 = .max) {
        function = history.functions[row]
        client = history.clients[row]
        key = history.keys[row]
        argument = history.arguments[row]
        expected = history.expectations.isEmpty ? History.null : history.expectations[row]
        isAnswered = history.answers(row, cut)
        result = isAnswered ? history.results[row] : History.null
    }
}

/// A sequential object as a pure value: what the search checks histories against, built in or a user's own.
public protocol Specification: Sendable {
    /// All that the object remembers.
    associatedtype State: Hashable & Sendable
    /// The state before the first operation.
    var initial: State { get }
    /// The state after `operation` if `state` allows its recorded result; nil if not.
    func apply(_ operation: HistoryOperation, to state: State) -> State?
    /// Whether the operation, with its recorded result, never changes the state. False is always safe, and slower.
    func isReader(_ operation: HistoryOperation) -> Bool
    /// An unanswered operation as it is looked for, given how often answers or expectations show a value; nil if it need
    /// not be considered. Those that come to the same are interchangeable.
    func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation?
    /// Whether the specification says what this operation does; if not, what came after it is not judged.
    func knows(_ operation: HistoryOperation) -> Bool
    /// Of how many interchangeable unanswered operations, those invoked first, it is enough to think.
    func mostNeeded(_ operation: HistoryOperation, seen: [Int: Int]) -> Int
}

extension Specification {
    /// The operation itself.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? { operation }
    /// All operations.
    public func knows(_ operation: HistoryOperation) -> Bool { true }
    /// All of them.
    public func mostNeeded(_ operation: HistoryOperation, seen: [Int: Int]) -> Int { .max }
}

extension HistoryOperation {
    /// Stands for any value that nothing shows: they are all alike.
    static let unseen = Int.min + 1

    /// The operation of whatever client.
    func anonymous() -> HistoryOperation {
        var copy = self
        copy.client = 0
        return copy
    }

    /// The operation of whatever client, its argument `unseen` where nothing shows it.
    func withArgument(in seen: [Int: Int]) -> HistoryOperation {
        var copy = anonymous()
        if seen[argument] == nil { copy.argument = Self.unseen }
        return copy
    }
}
