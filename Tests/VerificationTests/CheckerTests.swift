import Testing
import Verification

/// Goal: the checker hands over what monitors do not know, keeps to its budget, and explains what it found. Method:
/// small histories written by hand, and hostile ones with thousands of clients, ties and unanswered operations.
@Suite("Checker")
struct CheckerTests {
    private func register(_ rows: [(History.Function, Int, Int64, Int64)]) -> History {
        var history = History()
        for (client, row) in rows.enumerated() {
            let isRead = row.0 == .read
            history.append(
                row.0, client: client, argument: isRead ? History.null : row.1, result: isRead ? row.1 : History.null,
                invoked: row.2, completed: row.3)
        }
        return history
    }

    @Test("values written twice, and deletes, are searched") func search() {
        let legal = register([
            (.write, 1, 0, 1), (.write, 1, 2, 3), (.delete, 0, 4, 5), (.read, History.null, 6, 7), (.write, 1, 6, 8),
            (.read, 1, 9, 9),
        ])
        let result = Checker().check(legal, model: .register)
        #expect(result.verdict == .held)
        #expect(result.method.contains("search of 1 keys"))
        let illegal = register([(.write, 1, 0, 1), (.write, 1, 2, 3), (.delete, 0, 4, 5), (.read, 1, 6, 7)])
        let bad = Checker().check(illegal, model: .register)
        #expect(bad.verdict == .violated)
        #expect(bad.violations.first?.firstInexplicable?.row == 3)
    }

    @Test("what the search found is shrunk to the values that matter") func shrinking() throws {
        var rows: [(History.Function, Int, Int64, Int64)] = []
        for round in 0..<30 {
            let start = Int64(round * 10)
            rows.append((.write, 100 + round, start, start + 3))
            rows.append((.read, 100 + round, start + 4, start + 6))
        }
        rows += [(.write, 1, 400, 410), (.write, 1, 405, 411), (.write, 2, 420, 430), (.read, 1, 440, 450)]
        let violation = try #require(Checker().check(register(rows), model: .register).violations.first)
        #expect(violation.kind == .unexplained && violation.firstInexplicable?.row == 63)
        #expect(violation.shrunk == [60, 61, 62, 63])
        #expect(violation.operations == [63, 60, 61, 62])
    }

    @Test("a stale read has a sentence, a margin, and a clock that may excuse it") func explanation() throws {
        let history = register([(.write, 1, 0, 10), (.write, 2, 20, 30), (.read, 1, 70, 80), (.read, 2, 40, 50)])
        let violation = try #require(Checker().check(history, model: .register).violations.first)
        #expect(violation.kind == .staleRead)
        #expect(violation.margin == .nanoseconds(30))
        #expect(
            violation.summary
                == "read → 1 (op 2) began after write 2 (op 1) was over, "
                + "and read → 2 (op 3) after write 1 (op 0) was over: the value is stale."
        )
        #expect(violation.firstInexplicable?.row == 2 && violation.firstInexplicable?.time == 80)
        let vague = Checker(clockUncertainty: .nanoseconds(20)).check(history, model: .register)
        #expect(vague.verdict == .inconclusive && vague.violations.isEmpty)
        #expect(vague.inconclusive.first?.contains("margin 30 ns") == true)
        let cut = history.cut(at: 79)
        #expect(Checker().check(cut, model: .register).verdict == .held)
    }

    @Test("a client that does not read its own write") func session() {
        var history = register([(.write, 1, 0, 10), (.write, 2, 20, 30), (.read, 1, 40, 50)])
        history.clients = [0, 1, 1]
        #expect(
            Checker().check(history, model: .register).violations.first?.brokenSession?.contains("own write") == true)
    }

    @Test("keys of other models are objects of their own") func keys() {
        var history = History()
        for key in 0..<3 {
            history.append(.increment, client: 0, key: key, result: 1, invoked: Int64(key), completed: Int64(key) + 1)
        }
        #expect(Checker().check(history, model: .counter).verdict == .held)
        history.append(.increment, client: 1, key: 2, result: 1, invoked: 10, completed: 11)
        #expect(Checker().check(history, model: .counter).violations.first?.kind == .lostUpdate)
    }

    @Test("a budget that runs out is said, not guessed") func budget() {
        var history = History()
        for client in 0..<24 {
            history.append(.write, client: client, argument: client % 3, invoked: 0, completed: 1000)
        }
        history.append(.read, client: 99, result: 0, invoked: 2000, completed: 2001)
        history.append(.read, client: 99, result: 1, invoked: 2002, completed: 2003)
        history.append(.delete, client: 98, invoked: 0, completed: 1000)
        let result = Checker(budget: SearchBudget(nodes: 100)).check(history, model: .register)
        #expect(result.verdict == .inconclusive)
        #expect(result.inconclusive.first?.contains("100 configurations") == true)
    }

    @Test("thousands of open operations spend the budget, not the machine") func manyOpen() {
        var history = History()
        for client in 0..<3000 {
            history.append(.write, client: client, argument: client % 7, invoked: Int64(client), status: .info)
        }
        for value in 0..<40 {
            history.append(
                .read, client: 3001, result: value % 7, invoked: 6000 + Int64(value) * 10,
                completed: 6005 + Int64(value) * 10)
        }
        let result = Checker(budget: SearchBudget(nodes: 3000, bytes: 1 << 20)).check(history, model: .register)
        let isSaid = result.verdict == .inconclusive && result.inconclusive.first?.contains("budget") == true
        #expect(result.verdict == .held || isSaid, "\(result)")
    }

    @Test("a specification of one's own") func ownSpecification() {
        struct Maximum: Specification {
            var initial = 0
            func apply(_ operation: HistoryOperation, to state: Int) -> Int? {
                if operation.function == .write { return max(state, operation.argument) }
                return !operation.isAnswered || operation.result == state ? state : nil
            }
            func isReader(_ operation: HistoryOperation) -> Bool { operation.function == .read }
        }
        #expect(
            Checker().check(
                register([(.write, 5, 0, 1), (.write, 3, 2, 3), (.read, 5, 4, 5)]), specification: Maximum()
            ).verdict == .held)
        #expect(
            Checker().check(
                register([(.write, 5, 0, 1), (.write, 3, 2, 3), (.read, 3, 4, 5)]), specification: Maximum()
            ).verdict == .violated)
    }

    @Test("nothing answered is nothing tested") func nothing() {
        var history = History()
        history.append(.write, client: 0, argument: 1, invoked: 0, status: .info)
        #expect(Checker().check(history, model: .register).verdict == .nothingTested)
        #expect(Checker().check(History(), model: .queue).verdict == .nothingTested)
    }

    @Test("hostile histories get an answer or a reason", arguments: CheckModel.allCases)
    func hostile(model: CheckModel) {
        var seed = Seed(11)
        let functions: [History.Function] = [
            .read, .write, .compareAndSet, .increment, .add, .remove, .contains, .enqueue, .dequeue, .acquire, .release,
            .append, .delete,
        ]
        let extremes = [Int.max, Int.min + 1, 0, 1, -1, History.firstName, History.null]
        for shape in 0..<6 {
            var history = History()
            for client in 0..<10_000 {
                let start: Int64 = shape == 0 ? 5 : shape == 1 ? Int64(client) : Int64(seed.below(100))
                history.append(
                    shape == 5 ? functions[seed.below(functions.count)] : natural(model, &seed), client: client,
                    key: shape == 4 ? seed.below(50) : 0, argument: shape == 3 ? extremes[seed.below(7)] : client,
                    expected: model == .cas ? seed.below(20) : nil,
                    result: shape == 3 ? extremes[seed.below(7)] : seed.below(30),
                    invoked: start, completed: start + (shape == 1 ? 0 : Int64(seed.below(50))),
                    status: shape == 2 ? .info : .ok)
            }
            let result = Checker(budget: SearchBudget(nodes: 200, bytes: 64 << 20)).check(history, model: model)
            #expect(result.verdict != .inconclusive || !result.inconclusive.isEmpty)
        }
    }

    private func natural(_ model: CheckModel, _ seed: inout Seed) -> History.Function {
        let all: [History.Function]
        switch model {
        case .register, .kv: all = [.read, .write]
        case .cas: all = [.read, .write, .compareAndSet]
        case .counter, .blindCounter: all = [.read, .increment]
        case .set: all = [.add, .remove, .contains]
        case .queue: all = [.enqueue, .dequeue]
        case .stack: all = [.push, .pop, .peek]
        case .bag: all = [.enqueue, .dequeue, .drain]
        case .mutex, .semaphore: all = [.acquire, .release]
        case .text: all = [.read, .write, .append]
        case .bank: all = [.read, .transfer]
        case .txn: all = [.transaction, .read, .write]
        case .log: all = [.append, .read]
        }
        return all[seed.below(all.count)]
    }
}
