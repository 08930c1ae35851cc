import System

/// Makes histories that are linearizable by construction, for benchmarks and tests: clients with one operation open at
/// a time, each taking effect at a random instant between its invocation and its answer.
package struct HistoryGenerator: Sendable {
    /// What is generated: `register`, `kv`, `counter`, `queue` or `set`.
    public var model: CheckModel
    /// How many operations.
    public var operations: Int
    /// How many clients are active at once.
    public var clients: Int
    /// How many keys, for `kv`.
    public var keys: Int
    /// Of a hundred operations, how many get no answer.
    public var unansweredPercent: Int
    /// The same seed gives the same history.
    public var seed: UInt64

    /// Creates a generator.
    public init(
        model: CheckModel, operations: Int, clients: Int, keys: Int = 100, unansweredPercent: Int = 0, seed: UInt64 = 1
    ) {
        self.model = model
        self.operations = operations
        self.clients = max(1, clients)
        self.keys = max(1, keys)
        self.unansweredPercent = unansweredPercent
        self.seed = seed
    }

    /// A history, in order of invocation.
    ///
    /// - Complexity: O(operations × log clients).
    public func generate() -> History {
        var run = GeneratorRun(self)
        return run.execute()
    }
}

/// One run of a generator: events of clients in order of time, kept in a heap.
private struct GeneratorRun {
    let plan: HistoryGenerator
    private var random: SeededGenerator
    private var history = History()
    private var fresh = 0
    private var register: [Int]
    private var count = 0
    private var queue: [Int] = []
    private var queueHead = 0
    private var members: [Int] = []
    private var phase: [Phase] = []
    private var row: [Int] = []
    private var end: [Int64] = []
    private var heap = RowHeap()

    private enum Phase { case idle, open, done }

    init(_ plan: HistoryGenerator) {
        self.plan = plan
        random = SeededGenerator(seed: plan.seed)
        register = Array(repeating: History.null, count: plan.keys)
        phase = Array(repeating: .idle, count: plan.clients)
        row = Array(repeating: -1, count: plan.clients)
        end = Array(repeating: 0, count: plan.clients)
    }

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    mutating func execute() -> History {
        history.model = plan.model.rawValue
        history.expectation = "ok"
        history.reserve(plan.operations)
        for client in 0..<plan.clients { heap.push(Int64(below(500)), Int32(client)) }
        while let (time, client) = heap.pop() { step(Int(client), time) }
        return history
    }

    /// Invoked, then in effect, then answered: one step a time.
    private mutating func step(_ client: Int, _ time: Int64) {
        switch phase[client] {
        case .idle:
            guard history.count < plan.operations else { return }
            row[client] = history.count
            invoke(client, time)
            let length = 1 + below(2000)
            end[client] = time + Int64(length)
            phase[client] = .open
            heap.push(time + Int64(below(length + 1)), Int32(client))
        case .open:
            let isLost = plan.unansweredPercent > 0 && below(100) < plan.unansweredPercent
            if !isLost || below(2) == 0 { takeEffect(row[client]) }
            if isLost {
                history.statuses[row[client]] = .info
                history.completed[row[client]] = History.never
                history.results[row[client]] = History.null
            }
            phase[client] = .done
            heap.push(end[client], Int32(client))
        case .done:
            if history.statuses[row[client]] == .ok { history.completed[row[client]] = time }
            phase[client] = .idle
            heap.push(time + Int64(1 + below(300)), Int32(client))
        }
    }

    private mutating func invoke(_ client: Int, _ time: Int64) {
        var function = History.Function.read
        var argument = History.null
        var key = 0
        let isFirst = below(2) == 0
        switch plan.model {
        case .counter, .blindCounter: function = isFirst ? .increment : .read
        case .queue: function = isFirst ? .enqueue : .dequeue
        case .set:
            let kind = members.isEmpty ? 0 : below(4)
            function = kind == 0 ? .add : kind == 1 ? .remove : .contains
            if kind > 0 { argument = members[max(0, members.count - 1 - below(64))] }
        default:
            function = isFirst ? .write : .read
            if plan.model == .kv { key = below(plan.keys) }
        }
        if function == .write || function == .enqueue || function == .add {
            fresh += 1
            argument = fresh
            if function == .add { members.append(fresh) }
        }
        history.append(function, client: client, key: key, argument: argument, invoked: time, completed: time)
    }

    private var present: Set<Int> = []

    private mutating func takeEffect(_ row: Int) {
        let argument = history.arguments[row]
        switch history.functions[row] {
        case .write: register[history.keys[row]] = argument
        case .read:
            let isCounter = plan.model == .counter || plan.model == .blindCounter
            history.results[row] = isCounter ? count : register[history.keys[row]]
        case .increment:
            count += 1
            if plan.model == .counter { history.results[row] = count }
        case .enqueue: queue.append(argument)
        case .dequeue:
            guard queueHead < queue.count else { return }
            history.results[row] = queue[queueHead]
            queueHead += 1
        case .add: history.results[row] = present.insert(argument).inserted ? 1 : 0
        case .remove: history.results[row] = present.remove(argument) != nil ? 1 : 0
        case .contains: history.results[row] = present.contains(argument) ? 1 : 0
        default: break
        }
    }
}
