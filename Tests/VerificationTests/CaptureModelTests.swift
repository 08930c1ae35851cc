import Testing
import Verification
import Protocols

/// Goal: a model judges what was captured as it judges a file, and accuses nobody of what was there before. Method: captures
/// of a simulated server that begin with anything, correct and with writes lost; a table of states on hand-made captures.
@Suite("Models on captures")
struct CaptureModelTests {
    @Test("a correct server is never blamed, whatever was there before; lost writes are told")
    func simulated() {
        var (held, violated) = (0, 0)
        for round in 0..<200 {
            var server = SimulatedServer(seed: UInt64(9_000 + round))
            let counts = round % 2 == 0
            (server.onlyCounter, server.onlyRegister) = (counts, !counts)
            server.losesOneIn = round < 100 ? 0 : 8
            server.store["k"] = ["0", "17", "-3", "1000000"][round / 2 % 4]
            server.run(clients: 4, requests: 60)
            let model: CheckModel = counts ? .counter : .register
            let found = Judge(oracles: []).judge(server.tape.evidence, model: model, Checker())
            if round < 100 {
                #expect(found.judgement.verdict != .violated, "round \(round): \(found.judgement)")
                if found.judgement.verdict == .held { held += 1 }
            } else if found.judgement.verdict == .violated {
                violated += 1
            }
        }
        #expect(held > 60 && violated > 40, "\(held) held, \(violated) violated")
    }

    @Test("a capture that begins in the middle judges as the whole, or not at all") func laterHalf() {
        for round in 0..<60 {
            let tape = Tape()
            let c = tape.connect(3)
            var seed = Seed(UInt64(round))
            var count = seed.below(50)
            for _ in 0..<20 {
                let client = c[seed.below(3)]
                let adds = seed.oneIn(2)
                if adds { count += 1 }
                tape.exchange(client, adds ? "INCR n" : "GET n", adds ? ":\(count)\r\n" : bulk(count))
            }
            let found = Judge(oracles: []).judge(tape.evidence, model: CheckModel.counter, Checker())
            #expect(found.judgement.verdict == .held, "\(found.judgement)")
            tape.exchange(c[0], "GET n", bulk(count - 1))
            let wrong = Judge(oracles: []).judge(tape.evidence, model: CheckModel.counter, Checker())
            #expect(wrong.judgement.verdict == .violated)
            #expect(wrong.judgement.violations.first?.packets.contains(tape.number) ?? false)
        }
    }

    private func bulk(_ number: Int) -> String { "$\(String(number).utf8.count)\r\n\(number)\r\n" }

    @Test("a set that may have held anything is not judged, one that began empty is") func unknownSet() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "SISMEMBER s a", ":1\r\n")
        let model = Renamed(model: .set, functions: ["sismember": .contains, "sadd": .add])
        let judge = Judge(oracles: [])
        #expect(judge.judge(tape.evidence, model: model, Checker()).judgement.verdict == .inconclusive)
        #expect(judge.judge(tape.evidence, model: model, Checker(), initial: "nil").judgement.verdict == .violated)
    }

    /// A built-in model whose operations have the protocol's names.
    private struct Renamed: CaptureModel {
        var model: CheckModel
        var functions: [String: History.Function]

        var naming: CapturedHistory.Naming { .functions(functions) }
        func check(_ history: History, _ checker: Checker) -> CheckResult { checker.check(history, model: model) }
        func checkFromAnything(_ history: History, _ checker: Checker) -> CheckResult {
            model.checkFromAnything(history, checker)
        }
    }

    /// A turnstile: COIN opens it, PUSH passes and locks it, or is refused.
    private struct Turnstile: CaptureModel {
        var naming: CapturedHistory.Naming { .names(["coin", "push"]) }

        func check(_ history: History, _ checker: Checker) -> CheckResult { check(history, checker, from: 0) }

        func checkFromAnything(_ history: History, _ checker: Checker) -> CheckResult {
            CheckResult.fromAnything([0, 1].lazy.map { check(history, checker, from: $0) })!
        }

        private func check(_ history: History, _ checker: Checker, from state: Int) -> CheckResult {
            let code = { (text: String) in history.values.known(.text(ExactText(text))) ?? -1 }
            let table = TableSpecification(
                initial: state,
                transitions: [
                    .init(function: code("coin"), from: nil, to: 1, answer: code("ok")),
                    .init(function: code("push"), from: 1, to: 0, answer: code("passed")),
                    .init(function: code("push"), from: 0, to: nil, answer: code("locked")),
                ])
            return checker.check(history, specification: table)
        }
    }

    @Test("a table of states: each gate by itself, in whatever state it was found") func table() {
        let tape = Tape()
        let c = tape.connect(2)
        // Gate a was open before.
        tape.exchange(c[0], "PUSH a", "+passed\r\n")
        tape.exchange(c[1], "push b", "+locked\r\n")
        tape.exchange(c[1], "COIN b", "+ok\r\n")
        tape.send(c[0], "PUSH b")
        tape.send(c[1], "PUSH b")
        tape.reply(c[1], "+passed\r\n")
        tape.reply(c[0], "+locked\r\n")
        let judge = Judge(oracles: [])
        let held = judge.judge(tape.evidence, model: Turnstile(), Checker())
        #expect(held.judgement.verdict == .held, "\(held.judgement)")
        #expect(held.judgement.exercised.overlaps == 1)
        tape.exchange(c[0], "PUSH a", "+passed\r\n")
        let found = judge.judge(tape.evidence, model: Turnstile(), Checker())
        #expect(found.judgement.verdict == .violated)
        #expect(found.judgement.violations.first?.packets.contains(tape.number) ?? false)
        let begun = judge.judge(tape.evidence, model: Turnstile(), Checker(), initial: "nil")
        #expect(begun.judgement.verdict == .violated, "a began locked")
    }

    @Test("a path may be what is done: POST /coin") func paths() {
        let tape = Tape("http")
        let c = tape.connect(1)
        let post = { (path: String) in
            tape.send(c[0], raw: Array("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".utf8))
        }
        let answer = { (text: String) in
            tape.reply(c[0], "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
        }
        post("/coin")
        answer("ok")
        post("/push")
        answer("passed")
        struct Paths: CaptureModel {
            var naming: CapturedHistory.Naming { .names(["POST /coin", "post /push"]) }
            func check(_ history: History, _ checker: Checker) -> CheckResult {
                let code = { (text: String) in history.values.known(.text(ExactText(text))) ?? -1 }
                let table = TableSpecification(
                    initial: 0,
                    transitions: [
                        .init(function: code("POST /coin"), from: 0, to: 1, answer: code("ok")),
                        .init(function: code("post /push"), from: 1, to: 0, answer: code("passed")),
                    ])
                return checker.check(history, specification: table)
            }
            func checkFromAnything(_ history: History, _ checker: Checker) -> CheckResult { check(history, checker) }
        }
        let judge = Judge(oracles: [])
        #expect(judge.judge(tape.evidence, model: Paths(), Checker()).judgement.verdict == .held)
        post("/push")
        answer("passed")
        #expect(judge.judge(tape.evidence, model: Paths(), Checker()).judgement.verdict == .violated)
    }

    @Test("what the model does not know, and errors, accuse nobody") func foreign() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "SPIN a", "+whee\r\n")
        tape.exchange(c[0], "PUSH a", "-ERR out of order\r\n")
        let found = Judge(oracles: []).judge(tape.evidence, model: Turnstile(), Checker())
        #expect(found.judgement.verdict == .inconclusive, "\(found.judgement)")
        #expect(found.judgement.inconclusive.contains { $0.contains("SPIN") })
    }

    @Test("where some bytes are no request, nobody knows what they did: nobody is accused") func unreadable() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET k a", "+OK\r\n")
        tape.exchange(c[0], "SET k b", "+OK\r\n")
        tape.exchange(c[0], "GET k", "$1\r\na\r\n")
        let judge = Judge(oracles: [])
        #expect(judge.judge(tape.evidence, model: CheckModel.register, Checker()).judgement.verdict == .violated)
        tape.send(c[1], raw: Array("*x\r\n".utf8))
        let doubted = judge.judge(tape.evidence, model: CheckModel.register, Checker()).judgement
        #expect(doubted.verdict == .inconclusive, "\(doubted)")
    }

    @Test("what names no object is an object of its own, and told once") func keyless() {
        let tape = Tape()
        let c = tape.connect(1)
        for gate in ["", " a", " b"] {
            tape.exchange(c[0], "COIN\(gate)", "+ok\r\n")
            tape.exchange(c[0], "PUSH\(gate)", "+passed\r\n")
        }
        let judge = Judge(oracles: [])
        #expect(judge.judge(tape.evidence, model: Turnstile(), Checker()).judgement.verdict == .held)
        tape.exchange(c[0], "PUSH", "+passed\r\n")
        let found = judge.judge(tape.evidence, model: Turnstile(), Checker()).judgement
        #expect(found.violations.count == 1, "\(found)")
        tape.exchange(c[0], "SPIN", "+whee\r\n")
        tape.exchange(c[0], "PUSH a", "+passed\r\n")
        let spun = judge.judge(tape.evidence, model: Turnstile(), Checker()).judgement
        #expect(spun.violations.count == 1, "who knows what SPIN did to a: \(spun)")
    }

    @Test("operations on several keys are seen key by key") func severalKeys() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "MSET k a m b", "+OK\r\n")
        tape.exchange(c[1], "MGET k m", "*2\r\n$1\r\na\r\n$1\r\nb\r\n")
        tape.exchange(c[0], "DEL k m", ":2\r\n")
        tape.exchange(c[1], "MGET k m", "*2\r\n$-1\r\n$-1\r\n")
        let judge = Judge(oracles: [])
        #expect(judge.judge(tape.evidence, model: CheckModel.kv, Checker()).judgement.verdict == .held)
        tape.exchange(c[1], "MGET m k", "*2\r\n$1\r\nb\r\n$-1\r\n")
        let found = judge.judge(tape.evidence, model: CheckModel.kv, Checker()).judgement
        #expect(found.verdict == .violated, "\(found)")
    }
}
