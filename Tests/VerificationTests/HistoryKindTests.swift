import Testing
import Verification

/// Goal: what real histories showed is judged rightly, by kind: values twice, increments by any number, sets read as a
/// whole, functions that a model does not know, acknowledgements, crashed operations by the dozen. Method: journals as
/// Jepsen writes them, an event a word: `0:enqueue 1` is invoked, `0!` answered as it was asked, `0!5` answered 5.
@Suite("Histories by kind")
struct HistoryKindTests {
    /// A journal: `P:F VALUE` invokes, `P!VALUE` answers (`P!` what was asked for), `P?` crashes.
    static func history(_ events: String) throws -> History {
        var open: [Substring: (function: Substring, value: Substring)] = [:]
        var lines: [String] = []
        for event in events.split(separator: ";").map({ $0.drop { $0 == " " } }) {
            let mark = event.firstIndex { ":!?".contains($0) }!
            let process = event[..<mark]
            let rest = event[event.index(after: mark)...]
            func add(_ type: String, _ function: Substring, _ value: Substring) {
                lines.append("{:process \(process), :type :\(type), :f :\(function), :value \(value)}")
            }
            if event[mark] == ":" {
                let words = rest.split(separator: " ", maxSplits: 1)
                open[process] = (words[0], words.count > 1 ? words[1] : "nil")
                add("invoke", words[0], open[process]!.value)
            } else {
                let asked = open[process]!
                add(event[mark] == "!" ? "ok" : "info", asked.function, rest.isEmpty ? asked.value : rest)
            }
        }
        return try HistoryFile.read(bytes: Array(lines.joined(separator: "\n").utf8))
    }

    @Test(
        "the verdict",
        arguments: [
            ("queue", "0:enqueue 1; 0!; 1:dequeue; 2:dequeue; 3:enqueue 1; 3!; 1!1; 2!1", Verdict.held),
            ("queue", "0:enqueue 1; 0!; 1:dequeue; 1!1; 2:dequeue; 2!1", .violated),
            ("stack", "0:push 1; 0!; 0:push 1; 0!; 1:pop; 1!1; 1:pop; 1!1; 1:pop; 1!nil", .held),
            ("blind-counter", "0:incr 2; 0!; 0:read; 0!2", .held),
            ("blind-counter", "0:incr 2; 0!; 0:read; 0!1", .violated),
            ("counter", "0:incr 2; 0!2; 0:read; 0!2", .held),
            ("counter", "0:incr 2; 0!1", .violated),
            ("counter", "0:incr -3; 0!-3; 0:read; 0!-3", .held),
            ("blind-counter", "0:incr 1; 0!; 0:incr 1; 0!; 0:read; 0!2", .held),
            ("set", "0:add 1; 0!; 0:add 2; 0!; 1:read; 1![1]", .violated),
            ("set", "0:add 1; 0!; 0:add 2; 0!; 1:read; 1!#{2 1}", .held),
            ("set", "0:add 1; 0!; 1:read; 1![1 2]", .violated),
            ("set", "0:add 1; 1:add 2; 2:read; 3:read; 2![1]; 3![2]; 0!; 1!", .violated),
            ("set", "0:add 1; 0!; 1:remove 1; 1!true; 2:read; 2![]", .held),
            ("set", "0:add 1; 0!; 0:add 1; 0!", .held),
            ("set", "0:add 1; 0!true; 0:add 1; 0!true", .violated),
            ("set", "0:add 1; 0!true; 0:add 1; 0!false", .held),
            ("register", "0:write 1; 0!; 0:write nil; 0!; 0:read; 0!nil", .held),
            ("register", "0:write [1 2 3]; 0!; 0:read; 0![1 2 3]; 0:read; 0![7 8 9]", .violated),
            ("bag", "0:enqueue 1; 0!; 0:enqueue 2; 0!; 1:drain; 1![2 1]", .held),
            ("total-queue", "0:enqueue 1; 0!; 0:enqueue 2; 0!; 1:drain; 1![2]", .violated),
            ("queue", "0:enqueue 1; 0!; 0:enqueue 2; 0!; 1:dequeue; 1!2", .violated),
            ("bag", "0:enqueue 1; 0!; 0:enqueue 2; 0!; 1:dequeue; 1!2", .held),
            ("mutex", "0:acquire; 0!; 1:release; 1!", .violated),
            ("semaphore", "0:acquire; 0!; 1:release; 1!", .held),
            ("semaphore", "0:acquire; 0!; 1:acquire; 1!", .violated),
            ("text", "0:get; 0!\"\"; 0:put \"a\"; 0!; 1:append \"b\"; 1!; 0:get; 0!\"ab\"", .held),
            ("text", "0:append \"a\"; 0!; 1:append \"b\"; 1!; 0:get; 0!\"ba\"", .violated),
            ("bank", "0:read; 0!{0 5, 1 5}; 0:transfer {:from 0, :to 1, :amount 2}; 0!; 1:read; 1!{0 3, 1 7}", .held),
            (
                "bank", "0:read; 0!{0 5, 1 5}; 0:transfer {:from 0, :to 1, :amount 2}; 1:read; 1!{0 3, 1 5}; 0!",
                .violated
            ),
            (
                "txn",
                "0:txn [[:append 1 5] [:r 1 nil]]; 0![[:append 1 5] [:r 1 [5]]]; 1:txn [[:r 1 nil]]; 1![[:r 1 [5]]]",
                .held
            ),
            ("txn", "0:txn [[:w 1 5] [:w 2 6]]; 0!; 1:txn [[:r 1 nil] [:r 2 nil]]; 1![[:r 1 5] [:r 2 nil]]", .violated),
            ("multi-register", "0:write {1 5, 2 6}; 0!; 1:read; 1!{1 5, 2 6}", .held),
        ])
    func verdict(name: String, events: String, expected: Verdict) throws {
        let result = Checker().check(try Self.history(events), model: try #require(CheckModel(name: name)))
        #expect(result.verdict == expected, "\(result)")
        // A journal without times has no margins.
        #expect(result.violations.allSatisfy { ($0.margin ?? .zero) < .microseconds(1) })
    }

    @Test("functions and values that a model does not know are named, never judged")
    func foreign() throws {
        let mixed = try Self.history("0:write 1; 0!; 0:enqueue 1; 0!; 0:read; 0!7")
        for model in CheckModel.allCases {
            let result = Checker().check(mixed, model: model)
            #expect(result.verdict == .inconclusive || result.verdict == .nothingTested, "\(model) \(result)")
            #expect(!result.foreignFunctions.isEmpty)
        }
        let unreadable = try Self.history("0:incr 1; 0!1; 0:incr \"x\"; 0!2")
        #expect(Checker().check(unreadable, model: .counter).inconclusive.first?.contains("increment x") == true)
    }

    @Test("a set is told in any order, and with an element twice")
    func toldInAnyOrder() throws {
        let adds = "0:add 1; 0!; 0:add 2; 0!; "
        let reads = ["[1 2]", "[2 1]", "#{2 1}", "[1 2 2]", "[2 1 2 1]", "[1 2]"].map { "0:read; 0!\($0)" }
        #expect(Checker().check(try Self.history(adds + reads.joined(separator: "; ")), model: .set).verdict == .held)
        let lost = adds + "0:read; 0![2 1]; 0:read; 0![2 2]; 0:read; 0![1 2]"
        #expect(Checker().check(try Self.history(lost), model: .set).verdict == .violated)
    }

    @Test("what else may be meant is told beside the violation")
    func hints() throws {
        let echoed = Checker().check(
            try Self.history("0:incr 1; 0!; 0:incr 1; 0!; 0:read; 0!2"), model: .counter)
        #expect(echoed.verdict == .violated && echoed.hints.contains { $0.contains("blind-counter") })
        var used = try Self.history("0:read; 0!5; 0:write 1; 0!; 0:read; 0!1")
        let result = Checker().check(used, model: .register)
        #expect(result.verdict == .violated && result.hints.contains { $0.contains("--initial 5") })
        used.initial = 5
        #expect(Checker().check(used, model: .register).verdict == .held)
        var keys = try Self.history(
            "0:txn [[:r 1 nil][:r 2 nil]]; 0![[:r 1 0][:r 2 0]]; 0:txn [[:w 1 3][:r 2 nil]]; 0![[:w 1 3][:r 2 0]]; "
                + "0:txn [[:w 1 nil][:w 2 0]]; 0![[:w 1 nil][:w 2 0]]; 0:txn [[:r 1 nil][:r 2 nil]]; 0![[:r 1 nil][:r 2 0]]"
        )
        let transactions = Checker().check(keys, model: .txn)
        #expect(transactions.verdict == .violated && transactions.hints.contains { $0.contains("--initial 0") })
        keys.initial = 0
        #expect(Checker().check(keys, model: .txn).verdict == .held)
        keys.initial = 1
        #expect(Checker().check(keys, model: .txn).verdict == .violated)
    }

    @Test("forty crashed operations do not stop an answer that needs none of them", arguments: CheckModel.allCases)
    func crashed(model: CheckModel) throws {
        let (kinds, legal, illegal): ([String], String, String)
        switch model {
        case .register, .kv, .cas:
            kinds = ["cas [%d 9]", "write %d", "cas [1 %d]", "cas [2 1]"]
            (legal, illegal) = (
                "0:write 1; 0!; 0:write 1; 0!; 0:read; 0!1", "0:write 1; 0!; 0:write 1; 0!; 0:read; 0!77"
            )
        case .counter, .blindCounter:
            kinds = ["incr 2", "incr 4", "incr 6"]
            (legal, illegal) = ("0:incr 2; 0!nil; 0:read; 0!2", "0:incr 2; 0!nil; 0:read; 0!3")
        case .set:
            kinds = ["add %d", "add 500", "remove %d"]
            (legal, illegal) = ("0:add 1; 0!; 0:contains 1; 0!true", "0:contains 7777; 0!true")
        case .queue, .bag:
            kinds = ["enqueue %d", "enqueue 3", "dequeue"]
            (legal, illegal) = (
                "0:enqueue 1; 0!; 0:enqueue 1; 0!; 0:dequeue; 0!1", "0:enqueue 1; 0!; 0:dequeue; 0!7777"
            )
        case .stack:
            kinds = ["push %d", "push 3", "pop"]
            (legal, illegal) = ("0:push 1; 0!; 0:push 1; 0!; 0:pop; 0!1", "0:push 1; 0!; 0:pop; 0!7777")
        case .mutex, .semaphore:
            kinds = ["acquire"]
            (legal, illegal) = ("0:acquire; 0!; 0:release; 0!", "0:acquire; 0!; 1:acquire; 1!; 0:release; 0!")
        case .log:
            kinds = ["append %d", "append 3"]
            (legal, illegal) = ("0:append 1; 0!0; 0:read 0; 0!1", "0:append 1; 0!0; 0:read 0; 0!7777")
        case .text:
            kinds = ["append \"%d\"", "put \"x\""]
            (legal, illegal) = ("0:append \"a\"; 0!; 0:get; 0!\"a\"", "0:get; 0!\"zzz\"")
        case .bank:
            kinds = ["transfer {:from 0, :to 1, :amount 1}"]
            (legal, illegal) = (
                "0:read; 0!{0 5, 1 5}; 0:read; 0!{0 5, 1 5}", "0:read; 0!{0 5, 1 5}; 0:read; 0!{0 5, 1 6}"
            )
        case .txn:
            kinds = ["txn [[:w 1 7]]", "txn [[:w 2 8]]"]
            (legal, illegal) = ("0:write {1 5}; 0!; 0:read; 0!{1 5}", "0:write {1 5}; 0!; 0:read; 0!{1 6}")
        }
        let crashed = (0..<40).map { index in
            let kind = kinds[index % kinds.count]
            let parts = kind.split(separator: "%d", omittingEmptySubsequences: false)
            return "\(100 + index):\(parts.joined(separator: String(1000 + index))); \(100 + index)?"
        }.joined(separator: "; ")
        let checker = Checker(budget: SearchBudget(nodes: 20_000, bytes: 64 << 20))
        let held = checker.check(try Self.history(crashed + "; " + legal), model: model)
        #expect(held.verdict == .held, "\(held)")
        let violated = checker.check(try Self.history(crashed + "; " + illegal), model: model)
        #expect(violated.verdict == .violated, "\(violated)")
    }
}
