import Testing
import Verification

/// Goal: histories that no kind generator makes get an answer, or none with its reason, in bounded time and memory.
/// Method: ten thousand clients at once, intervals without length, equal times, nothing answered, values that repeat.
@Suite("Hostile histories")
struct HostileHistoryTests {
    static let clients = 10_000

    /// One mutating operation of each model, the `index`-th.
    static func append(_ index: Int, of model: CheckModel, to history: inout History, _ times: (Int64, Int64)?) {
        let function: History.Function
        var argument = index
        var result = History.null
        switch model {
        case .register, .kv: function = .write
        case .cas: (function, result) = (.compareAndSet, 1)
        case .counter: (function, argument, result) = (.increment, History.null, index + 1)
        case .blindCounter: (function, argument) = (.increment, History.null)
        case .set: (function, result) = (.add, 1)
        case .queue, .bag: function = .enqueue
        case .semaphore: (function, argument) = (.acquire, History.null)
        case .text: function = .append
        // An empty transaction, and one that moves nothing.
        case .txn: (function, argument) = (.transaction, history.values.code(.list([])))
        case .bank:
            let names = ["from", "to", "amount"].map { history.values.code(.keyword(ExactText($0))) }
            (function, argument) = (.transfer, history.values.code(.map(names.flatMap { [$0, 0] })))
        case .stack: function = .push
        case .mutex: (function, argument) = (.acquire, History.null)
        case .log: (function, result) = (.append, index)
        }
        history.append(
            function, client: index % clients, argument: argument,
            expected: model == .cas ? index == 0 ? History.null : index - 1 : nil,
            result: times == nil ? History.null : result, invoked: times?.0 ?? Int64(index),
            completed: times?.1 ?? History.never, status: times == nil ? .info : .ok)
    }

    /// Models whose search may give up on so many.
    static func isSearched(_ model: CheckModel) -> Bool { [.stack, .semaphore, .text, .bank, .txn].contains(model) }

    static func history(_ model: CheckModel, _ count: Int, _ times: (Int) -> (Int64, Int64)?) -> History {
        var history = History()
        for index in 0..<count { append(index, of: model, to: &history, times(index)) }
        return history
    }

    @Test("one after the other without length", arguments: CheckModel.allCases)
    func zeroLength(model: CheckModel) {
        let history = Self.history(model, 3 * Self.clients) { (Int64($0), Int64($0)) }
        let expected: Verdict = model == .mutex || model == .semaphore ? .violated : .held
        // A stack's states grow with it: that search may give up.
        let result = Checker(budget: SearchBudget(nodes: 100_000, bytes: 64 << 20)).check(history, model: model)
        #expect(result.verdict == expected || (Self.isSearched(model) && result.verdict == .inconclusive))
    }

    @Test("all at the same time", arguments: CheckModel.allCases)
    func equalTimes(model: CheckModel) {
        let history = Self.history(model, Self.clients) { _ in (5, 5) }
        let expected: Verdict = model == .mutex || model == .semaphore ? .violated : .held
        let result = Checker(budget: SearchBudget(nodes: 20_000, bytes: 64 << 20)).check(history, model: model)
        #expect(result.verdict == expected || (Self.isSearched(model) && result.verdict == .inconclusive))
        #expect(result.exercised.overlaps > 0)
    }

    @Test("nothing answered is nothing tested", arguments: CheckModel.allCases)
    func unanswered(model: CheckModel) {
        let result = Checker().check(Self.history(model, Self.clients) { _ in nil }, model: model)
        #expect(result.verdict == .nothingTested)
    }

    @Test("values that repeat, all open at once", arguments: [CheckModel.register, .queue, .set, .stack, .cas])
    func repeated(model: CheckModel) {
        var history = History()
        for index in 0..<Self.clients {
            let (write, read): (History.Function, History.Function) =
                switch model {
                case .queue: (.enqueue, .dequeue)
                case .stack: (.push, .pop)
                case .set: (.add, .contains)
                case .cas: (.compareAndSet, .read)
                default: (.write, .read)
                }
            let isWrite = index.isMultiple(of: 2)
            history.append(
                isWrite ? write : read, client: index,
                argument: isWrite || model == .set ? index % 3 : History.null,
                expected: model == .cas ? (index + 1) % 3 : nil,
                result: isWrite ? model == .cas || model == .set ? 1 : History.null : model == .set ? 1 : index % 3,
                invoked: Int64(index), completed: Int64(index + 3 * Self.clients))
        }
        let budget = SearchBudget(nodes: 20_000, bytes: 64 << 20)
        let result = Checker(budget: budget).check(history, model: model)
        #expect(result.verdict != .inconclusive || result.inconclusive.allSatisfy { $0.contains("budget") })
    }

    @Test("long values are told apart, and cost little")
    func longValues() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let lines = [
            #"{"f":"write","v":"\#(long)a","t0":1,"t1":2}"#, #"{"f":"read","r":"\#(long)a","t0":3,"t1":4}"#,
            #"{"f":"write","v":"\#(long)b","t0":5,"t1":6}"#, #"{"f":"read","r":"\#(long)a","t0":7,"t1":8}"#,
        ]
        let history = try HistoryFile.read(bytes: Array(lines.joined(separator: "\n").utf8))
        #expect(history.values.count == 2)
        for index in 0..<2 {
            guard case .text(let text) = history.values[History.firstName + index] else { throw CancellationError() }
            #expect(text.string.utf8.count < 300 && text.string.contains("1048577 bytes"))
        }
        let result = Checker().check(history, model: .register)
        #expect(result.violations.first?.kind == .staleRead)
        let again = try HistoryFile.read(bytes: HistoryFile.linhist(history))
        #expect(again.arguments == history.arguments && again.results == history.results)
    }
}
