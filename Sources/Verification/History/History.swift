/// Operations of concurrent clients on one object, or on several of one kind: one column a field, one row an operation.
///
/// Rows may stand in any order. Operation a precedes b if `a.completed < b.invoked`; equal times are concurrent.
public struct History: Sendable {
    /// What is checked, as in a file's header: `register`, `kv`, `counter`…
    public var model = ""
    /// Each operation's number in its file.
    public var ids: [Int] = []
    /// What each did.
    public var functions: [Function] = []
    /// Whether each was answered.
    public var statuses: [Status] = []
    /// The client, or connection, of each.
    public var clients: [Int32] = []
    /// The key of each; 0 where there are no keys.
    public var keys: [Int] = []
    /// What each wrote, added, enqueued…; `null` where there is nothing.
    public var arguments: [Int] = []
    /// What each compare-and-set expected; the name of an `other`. Empty where there is none in the history.
    public var expectations: [Int] = []
    /// What each was answered. For a function that `returnsValue` a value, where `null` is nil; for any other 0 or 1 for
    /// false or true, and `null` where it was acknowledged without saying which.
    public var results: [Int] = []
    /// When each was invoked, in nanoseconds.
    public var invoked: [Int64] = []
    /// When each was answered, in nanoseconds; `never` where it was not.
    public var completed: [Int64] = []
    /// What a register or counter held before; nil for what is usual: nothing, or 0.
    public var initial: Int?
    /// What the codes from `firstName` on stand for, in `keys`, `arguments`, `expectations` and `results`; a smaller
    /// code is the whole number that it is.
    public var values = HistoryValues()
    /// Whether times are times; if not, they are no more than the order of a journal's lines, and no margin or duration
    /// means anything.
    public var hasClock = true
    /// What clients are called that have a name in place of a small number.
    public var clientNames: [Int32: String] = [:]
    /// What an operation's number counts: operations, or the packets of a capture.
    public var numberWord = "op"
    /// Why the history may not be the whole story, one sentence each: what is violated is violated, but nothing more is
    /// certain.
    public var doubts: [String] = []
    /// What a file's header claims: `ok`, `illegal`, or empty.
    public var expectation = ""
    /// What a file's header says was planted.
    public var plant = ""

    /// No value.
    public static let null = Int.min
    /// The time of an answer that did not come.
    public static let never = Int64.max
    /// From here on, codes stand for what is in `values`.
    public static let firstName = 1 << 60

    /// Creates an empty history.
    public init() {}

    /// How many operations.
    public var count: Int { functions.count }

    /// What an operation does. The raw value is its code in memory only.
    public enum Function: UInt8, Sendable {
        case read, write, compareAndSet, increment, add, remove, contains, enqueue, dequeue, acquire, release, append
        case delete, push, pop, peek
        /// Dequeues until nothing is left; answered the list of it.
        case drain
        /// Money from one account to another.
        case transfer
        /// Reads, writes and appends of several keys at once.
        case transaction
        /// An operation that no built-in model knows: its name, a text, has its code in `expectations`.
        case other

        /// Whether its answer is a value, where true and false are values too; that of any other is yes, no, or no
        /// more than an acknowledgement.
        public var returnsValue: Bool {
            switch self {
            case .read, .increment, .dequeue, .append, .pop, .peek, .drain, .transaction, .other: true
            default: false
            }
        }
    }

    /// Whether an operation was answered, and had an effect.
    public enum Status: UInt8, Sendable {
        /// Answered.
        case ok
        /// Answered, and certainly without effect.
        case fail
        /// Not answered: it may have taken effect, at any time after its invocation, or not.
        case info
    }

    /// Appends an operation.
    public mutating func append(
        _ function: Function, client: Int, key: Int = 0, argument: Int = History.null, expected: Int? = nil,
        result: Int = History.null, invoked: Int64, completed: Int64 = History.never, status: Status = .ok,
        id: Int? = nil
    ) {
        if let expected {
            while expectations.count < count { expectations.append(Self.null) }
            expectations.append(expected)
        } else if !expectations.isEmpty {
            expectations.append(Self.null)
        }
        ids.append(id ?? functions.count)
        functions.append(function)
        statuses.append(status)
        clients.append(Int32(truncatingIfNeeded: client))
        keys.append(key)
        arguments.append(argument)
        results.append(result)
        self.invoked.append(invoked)
        self.completed.append(status == .info ? Self.never : max(invoked, completed))
    }

    /// Prepares for `capacity` operations.
    mutating func reserve(_ capacity: Int) {
        ids.reserveCapacity(capacity)
        functions.reserveCapacity(capacity)
        statuses.reserveCapacity(capacity)
        clients.reserveCapacity(capacity)
        keys.reserveCapacity(capacity)
        arguments.reserveCapacity(capacity)
        results.reserveCapacity(capacity)
        invoked.reserveCapacity(capacity)
        completed.reserveCapacity(capacity)
    }

    /// The rows of `self` in this order, as a history of their own.
    ///
    /// - Complexity: O(rows).
    public func selecting(_ rows: some Sequence<Int>) -> History {
        var part = History()
        part.model = model
        part.initial = initial
        part.values = values
        part.hasClock = hasClock
        part.clientNames = clientNames
        part.numberWord = numberWord
        for row in rows {
            part.append(
                functions[row], client: Int(clients[row]), key: keys[row], argument: arguments[row],
                expected: expectations.isEmpty ? nil : expectations[row], result: results[row], invoked: invoked[row],
                completed: completed[row], status: statuses[row], id: ids[row])
        }
        return part
    }

    /// The history as it stood at `time`: later invocations left out, later answers not yet there.
    ///
    /// - Complexity: O(operations).
    public func cut(at time: Int64) -> History {
        var part = selecting((0..<count).filter { invoked[$0] <= time })
        for row in 0..<part.count where part.completed[row] > time && part.statuses[row] != .info {
            part.statuses[row] = .info
            part.completed[row] = Self.never
            part.results[row] = Self.null
        }
        return part
    }
}
