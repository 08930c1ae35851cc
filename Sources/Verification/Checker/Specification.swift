/// One operation as a specification sees it.
public struct HistoryOperation: Sendable {
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
}

/// A specification as the search explores it: states get small numbers.
struct SpecificationModel<Spec: Specification>: SearchModel {
    private let spec: Spec
    private let operations: [HistoryOperation]
    private let readers: [Bool]
    private var states: [Spec.State]
    private var numbers: [Spec.State: Int32]
    private var path: [Int32] = [0]
    private(set) var exhausted: String?

    /// So many different states are kept at most.
    static var maximumStates: Int { 4 << 20 }

    init(_ spec: Spec, _ operations: [HistoryOperation]) {
        self.spec = spec
        self.operations = operations
        readers = operations.map { $0.isAnswered && spec.isReader($0) }
        states = [spec.initial]
        numbers = [spec.initial: 0]
    }

    var mark: Int { path.count }
    var fingerprint: UInt64 { UInt64(truncatingIfNeeded: path[path.count - 1]) }

    func isReader(_ operation: Int) -> Bool { readers[operation] }

    mutating func rollback(to mark: Int) { path.removeLast(path.count - mark) }

    mutating func apply(_ operation: Int) -> Bool {
        let current = path[path.count - 1]
        guard let next = spec.apply(operations[operation], to: states[Int(current)]) else { return false }
        if let known = numbers[next] {
            path.append(known)
            return true
        }
        guard states.count < Self.maximumStates else {
            exhausted = "there are more than \(Self.maximumStates) states"
            return false
        }
        let number = Int32(truncatingIfNeeded: states.count)
        states.append(next)
        numbers[next] = number
        path.append(number)
        return true
    }
}
