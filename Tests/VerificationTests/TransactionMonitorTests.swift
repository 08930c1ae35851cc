import Testing
import Verification

/// Goal: what transactions can do wrong is found and named however many there are, and nothing else is. Method: the
/// anomalies of the literature in a few events; random histories of a correct store with twenty clients, as they are and
/// with one read changed. (Small random ones are compared with the definition in `MonitorComparisonTests`.)
@Suite("Transactions by cycles")
struct TransactionMonitorTests {
    @Test(
        "anomalies by their names",
        arguments: [
            (
                "intermediate read", "0:txn [[:w 1 1] [:w 1 2]]; 1:txn [[:r 1 nil]]; 0!; 1![[:r 1 1]]",
                "intermediate-read"
            ),
            (
                "intermediate append", "0:txn [[:append 1 1] [:append 1 2]]; 1:txn [[:r 1 nil]]; 0!; 1![[:r 1 [1]]]",
                "intermediate-read"
            ),
            ("phantom", "1:txn [[:r 1 nil]]; 1![[:r 1 9]]", "phantom-read"),
            ("own write", "0:txn [[:w 1 1] [:r 1 nil]]; 0![[:w 1 1] [:r 1 nil]]", "broken-transaction"),
            (
                "two reads of one", "0:txn [[:w 1 1]]; 1:txn [[:r 1 nil] [:r 1 nil]]; 0!; 1![[:r 1 nil] [:r 1 1]]",
                "broken-transaction"
            ),
            (
                "contrary lists",
                "0:txn [[:append 1 1]]; 1:txn [[:append 1 2]]; 2:txn [[:r 1 nil]]; 3:txn [[:r 1 nil]]; 0!; 1!; "
                    + "2![[:r 1 [1 2]]]; 3![[:r 1 [2]]]", "contrary-reads"
            ),
            ("shown twice", "0:txn [[:append 1 1]]; 0!; 1:txn [[:r 1 nil]]; 1![[:r 1 [1 1]]]", "shown-twice"),
            (
                "torn append",
                "0:txn [[:append 1 1] [:append 1 2]]; 1:txn [[:append 1 3]]; 2:txn [[:r 1 nil]]; 0!; 1!; "
                    + "2![[:r 1 [1 3 2]]]", "broken-append"
            ),
            (
                "circular information flow",
                "0:txn [[:w 1 1] [:r 2 nil]]; 1:txn [[:w 2 1] [:r 1 nil]]; 0![[:w 1 1] [:r 2 1]]; 1![[:w 2 1] [:r 1 1]]",
                "dependency-cycle"
            ),
            (
                "read skew",
                "0:txn [[:r 1 nil] [:r 2 nil]]; 1:txn [[:w 1 1] [:w 2 1]]; 1!; 0![[:r 1 nil] [:r 2 1]]",
                "dependency-cycle"
            ),
            (
                "write skew",
                "0:txn [[:r 1 nil] [:w 2 1]]; 1:txn [[:r 2 nil] [:w 1 1]]; 0![[:r 1 nil] [:w 2 1]]; "
                    + "1![[:r 2 nil] [:w 1 1]]", "dependency-cycle"
            ),
            (
                "lost update",
                "0:txn [[:r 1 nil] [:w 1 1]]; 1:txn [[:r 1 nil] [:w 1 2]]; 0![[:r 1 nil] [:w 1 1]]; "
                    + "1![[:r 1 nil] [:w 1 2]]", "dependency-cycle"
            ),
            (
                "lost append",
                "0:txn [[:r 1 nil] [:append 1 1]]; 1:txn [[:r 1 nil] [:append 1 2]]; 0![[:r 1 []] [:append 1 1]]; "
                    + "1![[:r 1 []] [:append 1 2]]", "dependency-cycle"
            ),
            (
                "stale read", "0:txn [[:w 1 1]]; 0!; 0:txn [[:w 1 2]]; 0!; 1:txn [[:r 1 nil]]; 1![[:r 1 1]]",
                "dependency-cycle"
            ),
            ("stale list", "0:txn [[:append 1 1]]; 0!; 1:txn [[:r 1 nil]]; 1![[:r 1 []]]", "dependency-cycle"),
        ])
    func anomalies(name: String, events: String, kind: String) throws {
        let result = Checker().check(try HistoryKindTests.history(events), model: .txn)
        #expect(result.verdict == .violated && result.method == "monitor", "\(name): \(result)")
        #expect(result.violations.first?.kind.rawValue == kind, "\(name): \(result.violations)")
    }

    @Test("the value of a refused transaction")
    func aborted() {
        var history = History()
        func steps(_ word: String, _ value: Int) -> Int {
            let step = [history.values.code(.keyword(ExactText(word))), 1, value]
            let list = history.values.code(.list(step))
            return history.values.code(.list([list]))
        }
        history.append(.transaction, client: 0, argument: steps("w", 7), invoked: 0, completed: 1, status: .fail)
        let read = steps("r", 7)
        history.append(.transaction, client: 1, argument: read, result: read, invoked: 2, completed: 3)
        #expect(Checker().check(history, model: .txn).violations.first?.kind == .abortedRead)
    }

    @Test(
        "what may be is held: overlapping ones, crashed ones, one's own appends",
        arguments: [
            "0:txn [[:w 1 1] [:w 2 1]]; 1:txn [[:r 1 nil] [:r 2 nil]]; 1![[:r 1 1] [:r 2 1]]; 0!",
            "0:txn [[:w 1 1]]; 0?; 1:txn [[:r 1 nil]]; 1![[:r 1 nil]]; 1:txn [[:r 1 nil]]; 1![[:r 1 1]]",
            "0:txn [[:append 1 1]]; 0?; 1:txn [[:append 1 2] [:r 1 nil]]; 1![[:append 1 2] [:r 1 [2]]]; "
                + "1:txn [[:r 1 nil]]; 1![[:r 1 [2 1]]]",
            "0:txn [[:r 1 nil] [:append 1 1] [:append 1 2] [:r 1 nil]]; 0![[:r 1 nil] [:append 1 1] [:append 1 2] [:r 1 [1 2]]]",
            "0:txn [[:w 1 1]]; 1:txn [[:w 1 2]]; 2:txn [[:r 1 nil]]; 0!; 1!; 2![[:r 1 1]]; 2:txn [[:r 1 nil]]; 2![[:r 1 1]]",
            "0:txn []; 0!; 1:txn [[:r 1 nil]]; 1!",
        ])
    func harmless(events: String) throws {
        let result = Checker().check(try HistoryKindTests.history(events), model: .txn)
        #expect(result.verdict == .held && result.method == "monitor", "\(events): \(result)")
    }

    @Test("many transactions are decided, of lists without a search", arguments: [(true, 20), (false, 4)])
    func many(isAppend: Bool, clients: Int) {
        for seed in 1...3 {
            var store = TransactionStore(seed: UInt64(seed), isAppend: isAppend, clients: clients, transactions: 1500)
            let held = Checker().check(store.history, model: .txn)
            #expect(held.verdict == .held && (held.method == "monitor" || !isAppend), "\(held)")
            store.spoil()
            let violated = Checker().check(store.history, model: .txn)
            #expect(violated.verdict == .violated && (violated.method == "monitor" || !isAppend), "\(violated)")
        }
    }
}

/// A correct store with transactions of its clients, each carried out at an instant of its interval.
struct TransactionStore {
    private(set) var history = History()
    private var seed: Seed
    private let isAppend: Bool
    private var registers: [Int: Int] = [:]
    private var lists: [Int: [Int]] = [:]
    private var lastValue = 0

    private typealias Step = (isRead: Bool, key: Int, value: Int)

    init(seed: UInt64, isAppend: Bool, clients: Int, transactions: Int) {
        self.seed = Seed(seed)
        self.isAppend = isAppend
        var open: [(steps: [Step], invoked: Int64, result: Int?)?] = Array(repeating: nil, count: clients)
        var time: Int64 = 0
        while history.count < transactions {
            time += 1
            let client = self.seed.below(clients)
            guard let current = open[client] else {
                open[client] = (draw(generation: history.count / 300), time, nil)
                continue
            }
            guard let result = current.result else {
                open[client]!.result = code(perform(current.steps))
                continue
            }
            // One in fifty is never answered.
            let isCrashed = self.seed.oneIn(50)
            history.append(
                .transaction, client: isCrashed ? clients + history.count : client, argument: code(current.steps),
                result: isCrashed ? History.null : result, invoked: current.invoked,
                completed: isCrashed ? History.never : time, status: isCrashed ? .info : .ok)
            open[client] = nil
        }
        // What was under way at the end is not answered any more, whether it happened or not.
        for case let current? in open {
            history.append(
                .transaction, client: clients + history.count, argument: code(current.steps), invoked: current.invoked,
                status: .info)
        }
    }

    private mutating func draw(generation: Int) -> [Step] {
        (0...seed.below(4)).map { _ in
            let isRead = seed.oneIn(2)
            lastValue += isRead ? 0 : 1
            return (isRead, 10 * generation + seed.below(8), isRead ? History.null : lastValue)
        }
    }

    private mutating func perform(_ steps: [Step]) -> [Step] {
        steps.map { step in
            var step = step
            if !step.isRead, isAppend { lists[step.key, default: []].append(step.value) }
            if !step.isRead, !isAppend { registers[step.key] = step.value }
            if step.isRead, isAppend { step.value = history.values.code(.list(lists[step.key] ?? [])) }
            if step.isRead, !isAppend { step.value = registers[step.key] ?? History.null }
            return step
        }
    }

    private mutating func code(_ steps: [Step]) -> Int {
        let words = ["r", isAppend ? "append" : "w"].map { history.values.code(.keyword(ExactText($0))) }
        let parts = steps.map { step in history.values.code(.list([words[step.isRead ? 0 : 1], step.key, step.value])) }
        return history.values.code(.list(parts))
    }

    /// A read of the second half shows what was there before anything.
    mutating func spoil() {
        for row in history.count / 2..<history.count where history.statuses[row] == .ok {
            var steps = history.elements(of: history.results[row])!
            let place = steps.firstIndex { step in
                let parts = history.elements(of: step)!
                guard parts[2] != History.null, history.words(parts[0]) == ":r" else { return false }
                let others = steps.filter { history.elements(of: $0)![1] == parts[1] }
                // The key was written long before, so that it cannot be nothing.
                return others.count == 1 && (0..<row).contains { wrote(parts[1], $0, before: row) }
            }
            guard let place else { continue }
            var parts = history.elements(of: steps[place])!
            parts[2] = History.null
            steps[place] = history.values.code(.list(parts))
            history.results[row] = history.values.code(.list(steps))
            return
        }
    }

    private func wrote(_ key: Int, _ row: Int, before reader: Int) -> Bool {
        guard history.statuses[row] == .ok, history.completed[row] < history.invoked[reader] else { return false }
        return history.elements(of: history.results[row])!.contains { step in
            let parts = history.elements(of: step)!
            return parts[1] == key && history.words(parts[0]) != ":r"
        }
    }
}
