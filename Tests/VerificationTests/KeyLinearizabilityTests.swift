import Capture
import Testing
import Verification

/// Goal: RESP operations on shared keys are judged against Redis's sequential behaviour, and nothing that an unknown
/// first value or an unmodelled command explains is a violation. Method: hand-made captures with chosen overlaps.
@Suite("Linearizability of keys from the wire")
struct KeyLinearizabilityTests {
    @Test("concurrent increments, reads and sets in a legal order") func legal() {
        let tape = Tape()
        let c = tape.connect(3)
        tape.exchange(c[0], "SET k 9", "+OK\r\n")
        tape.send(c[0], "INCR k")
        tape.send(c[1], "INCR k")
        tape.send(c[2], "GET k")
        tape.reply(c[1], ":10\r\n")
        tape.reply(c[2], "$2\r\n11\r\n")
        tape.reply(c[0], ":11\r\n")
        tape.exchange(c[2], "DEL k", ":1\r\n")
        tape.exchange(c[1], "GET k", "$-1\r\n")
        tape.exchange(c[0], "MSET k a m b", "+OK\r\n")
        tape.exchange(c[0], "MGET k m x", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$-1\r\n")
        tape.exchange(c[0], "APPEND k bc", ":3\r\n")
        tape.exchange(c[1], "GETSET k z", "$3\r\nabc\r\n")
        tape.exchange(c[1], "SETNX k y", ":0\r\n")
        tape.exchange(c[1], "EXISTS k m x", ":2\r\n")
        tape.exchange(c[1], "STRLEN k", ":1\r\n")
        tape.exchange(c[1], "INCR k", "-ERR value is not an integer or out of range\r\n")
        tape.exchange(c[1], "DECRBY n 5", ":-5\r\n")
        c.forEach(tape.close)
        let judgement = tape.judge()
        #expect(judgement.verdict == .held, "\(judgement)")
        #expect(judgement.exercised.overlaps == 3)
    }

    @Test("only operations of different connections on one key overlap, however many one connection has open")
    func overlaps() {
        let tape = Tape()
        let c = tape.connect(3)
        let pipelined = 300
        for _ in 0..<pipelined { tape.send(c[0], "INCR k", "INCR m") }
        tape.send(c[1], "INCR k")
        tape.send(c[1], "INCR k")
        tape.send(c[2], "MSET k 1 x 1")
        let answers = (1...pipelined).map { ":\($0)\r\n:\($0)\r\n" }.joined()
        tape.reply(c[0], answers)
        tape.reply(c[1], ":\(pipelined + 1)\r\n:\(pipelined + 2)\r\n")
        tape.reply(c[2], "+OK\r\n")
        c.forEach(tape.close)
        // Two of c1 with each of c0's on k, and c2's with all of both.
        #expect(tape.judge().exercised.overlaps == 2 * pipelined + pipelined + 2)
    }

    @Test("connections that each count for themselves do not share the counter") func notShared() {
        let tape = Tape()
        let c = tape.connect(3)
        for round in 1...3 {
            for connection in c { tape.exchange(connection, "INCR k", ":\(round)\r\n") }
        }
        c.forEach(tape.close)
        tape.keysStartAbsent = true
        let alone =
            "what each connection saw is in order by itself, and together it is not: an operation of one fell between the "
            + "steps of another, or they do not share this state"
        #expect(tape.judge().violations.first?.blame == alone)
        var evidence = tape.evidence
        for (index, process) in [7, 8, 7].enumerated() { evidence.conversations[index].serverProcess = process }
        // Two connections of process 7 got the same numbers.
        #expect(Judge().judge(evidence).violations.first?.blame == alone)
        let processes = Tape()
        let d = processes.connect(3)
        processes.keysStartAbsent = true
        for (index, answer) in [(0, 1), (1, 1), (2, 2), (0, 3), (1, 2)] {
            processes.exchange(d[index], "INCR k", ":\(answer)\r\n")
        }
        var shared = processes.evidence
        for (index, process) in [7, 8, 7].enumerated() { shared.conversations[index].serverProcess = process }
        #expect(
            Judge().judge(shared).violations.first?.blame
                == "what each of the server's 2 processes did is in order by itself: they do not share this state")
    }

    @Test("the margin of a violation on several keys is found by search") func marginOfSeveralKeys() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.keysStartAbsent = true
        tape.exchange(c[0], "MSET k a m b", "+OK\r\n")
        tape.wait(nanoseconds: 5_000)
        tape.exchange(c[1], "MGET k m", "*2\r\n$1\r\na\r\n$-1\r\n")
        c.forEach(tape.close)
        let torn = tape.judge()
        #expect(torn.violations.first?.margin == nil, "no time explains half of an MSET")
        let stale = Tape()
        let d = stale.connect(2)
        stale.keysStartAbsent = true
        stale.exchange(d[0], "MSET k a m b", "+OK\r\n")
        stale.wait(nanoseconds: 5_000)
        stale.exchange(d[1], "MGET k m", "*2\r\n$-1\r\n$-1\r\n")
        d.forEach(stale.close)
        #expect(stale.judge().violations.first?.margin == .nanoseconds(6_000))
        #expect(Judge(clockUncertainty: .nanoseconds(3_000)).judge(stale.evidence).verdict == .inconclusive)
        #expect(Judge(clockUncertainty: .nanoseconds(2_999)).judge(stale.evidence).verdict == .violated)
    }

    @Test("threads that search find what one finds") func parallel() {
        let tape = Tape()
        let c = tape.connect(4)
        tape.keysStartAbsent = true
        for key in 0..<12 {
            for (index, connection) in c.enumerated() {
                tape.exchange(connection, "APPEND k\(key) x", ":\(key == 5 && index > 2 ? index : index + 1)\r\n")
            }
        }
        c.forEach(tape.close)
        let one = Judge().judge(tape.evidence)
        let several = Judge(threads: 3).judge(tape.evidence)
        #expect(one.violations.map(\.summary) == several.violations.map(\.summary))
        #expect(one.violations.count == 1)
    }

    @Test("a lost increment is told in one sentence") func lostIncrement() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET k 9", "+OK\r\n")
        tape.send(c[0], "INCR k")
        tape.send(c[1], "INCR k")
        tape.reply(c[0], ":10\r\n")
        tape.reply(c[1], ":10\r\n")
        c.forEach(tape.close)
        let judgement = tape.judge()
        #expect(judgement.oracles == [.linearizability])
        #expect(
            judgement.violations[0].summary == "INCR k answered 10 twice (packets 5 and 6): one increment was lost.")
        #expect(judgement.violations[0].packets == [3, 4, 5, 6])
        #expect(judgement.violations[0].signature == "linearizability:repeated-number:INCR")
    }

    @Test("a stale read names what overwrote it") func staleRead() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET k 42", "+OK\r\n")
        tape.exchange(c[0], "SET k 43", "+OK\r\n")
        tape.exchange(c[1], "GET k", "$2\r\n43\r\n")
        tape.exchange(c[1], "GET k", "$2\r\n42\r\n")
        c.forEach(tape.close)
        let judgement = tape.judge()
        #expect(judgement.oracles == [.linearizability])
        #expect(judgement.violations[0].signature == "linearizability:stale-read:GET")
        #expect(judgement.violations[0].packets.last == 8)
    }

    @Test("a write that vanished") func lostWrite() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "DEL k", ":0\r\n")
        tape.exchange(c[0], "SET k v", "+OK\r\n")
        tape.exchange(c[0], "GET k", "$-1\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.linearizability])
    }

    @Test("half an MSET is visible") func tornMSET() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "MSET a 1x b 1x", "+OK\r\n")
        tape.send(c[0], "MSET a 2x b 2x")
        tape.exchange(c[1], "GET a", "$2\r\n2x\r\n")
        tape.exchange(c[1], "GET b", "$2\r\n1x\r\n")
        tape.reply(c[0], "+OK\r\n")
        c.forEach(tape.close)
        #expect(tape.judge().oracles == [.linearizability])
    }

    @Test("an unanswered write may have happened, at any time, or not") func unanswered() {
        for seen in ["$3\r\nold\r\n", "$3\r\nnew\r\n"] {
            let tape = Tape()
            let c = tape.connect(2)
            tape.exchange(c[0], "SET k old", "+OK\r\n")
            tape.send(c[0], "SET k new")
            tape.clientResets(c[0])
            tape.exchange(c[1], "GET k", "$3\r\nold\r\n")
            tape.exchange(c[1], "GET k", seen)
            tape.close(c[1])
            #expect(tape.judge().verdict == .held)
        }
    }

    @Test("a first value is free until the evidence shows it") func initialValue() {
        func judge(_ replies: [(String, String)], fresh: Bool = false) -> Verdict {
            let tape = Tape()
            tape.keysStartAbsent = fresh
            let c = tape.connect(1)
            for (request, reply) in replies { tape.exchange(c[0], request, reply) }
            tape.close(c[0])
            return tape.judge().verdict
        }
        #expect(judge([("GET k", "$3\r\nold\r\n"), ("GET k", "$3\r\nold\r\n")]) == .held)
        #expect(judge([("GET k", "$3\r\nold\r\n")], fresh: true) == .violated)
        #expect(judge([("INCR k", ":17\r\n"), ("INCR k", ":18\r\n")]) == .held)
        #expect(judge([("INCR k", ":17\r\n"), ("INCR k", ":17\r\n")]) == .violated)
        #expect(judge([("GET k", "$3\r\nold\r\n"), ("GET k", "$3\r\nodd\r\n")]) == .violated)
        #expect(judge([("GET k", "$-1\r\n"), ("GET k", "$3\r\nodd\r\n")]) == .violated)
        #expect(judge([("EXISTS k", ":1\r\n"), ("DEL k", ":0\r\n")]) == .violated)
        #expect(judge([("EXISTS k", ":1\r\n"), ("GET k", "$3\r\nodd\r\n"), ("DEL k", ":1\r\n")]) == .held)
        #expect(judge([("APPEND k x", ":9\r\n"), ("STRLEN k", ":9\r\n"), ("GET k", "$1\r\nx\r\n")]) == .held)
        #expect(judge([("DEL a b c", ":2\r\n"), ("EXISTS a b c", ":0\r\n")]) == .held)
        #expect(judge([("DEL a b c", ":2\r\n"), ("EXISTS a b c", ":1\r\n")]) == .violated)
    }

    @Test("commands without a model exclude the keys they may write, and say so") func unmodelled() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "SET a x", "+OK\r\n")
        tape.exchange(c[0], "RENAME a b", "+OK\r\n")
        tape.exchange(c[0], "GET a", "$-1\r\n")
        tape.exchange(c[0], "SET k 1", "+OK\r\n")
        tape.exchange(c[0], "EXPIRE k 1", ":1\r\n")
        tape.exchange(c[0], "SET m 1 EX 1", "+OK\r\n")
        tape.wait(nanoseconds: 1_100_000_000)
        tape.exchange(c[0], "GET k", "$-1\r\n")
        tape.exchange(c[0], "GET m", "$-1\r\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.verdict == .held)
        #expect(judgement.notes.count == 1)
        let all = Tape()
        let d = all.connect(1)
        all.exchange(d[0], "SET a x", "+OK\r\n")
        all.exchange(d[0], "SWAPDB 0 1", "+OK\r\n")
        all.exchange(d[0], "GET a", "$-1\r\n")
        #expect(all.judge().verdict == .held)
        #expect(all.judge().notes.first?.contains("SWAPDB") == true)
    }

    @Test("refused commands do nothing and are named") func unsupported() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "SET a x", "+OK\r\n")
        tape.exchange(c[0], "getdel a", "-ERR unknown command 'getdel'\r\n")
        tape.exchange(c[0], "FROB a", "-ERR unknown command 'FROB'\r\n")
        tape.exchange(c[0], "GET a", "$1\r\nx\r\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.verdict == .held)
        #expect(judgement.unsupportedCommands == ["FROB", "GETDEL"])
    }

    @Test("equal values and requests of foreign traffic raise no alarm") func foreign() {
        let tape = Tape()
        let c = tape.connect(4)
        for round in 0..<5 {
            for client in c { tape.send(client, "SET key xxx", "GET key", "INCR n", "LPUSH list xxx", "PING") }
            for (index, client) in c.enumerated() {
                tape.reply(
                    client, "+OK\r\n$3\r\nxxx\r\n:\(100 + 4 * round + index)\r\n:\(4 * round + index)\r\n+PONG\r\n")
            }
        }
        c.forEach(tape.close)
        let judgement = tape.judge()
        #expect(judgement.verdict == .held, "\(judgement)")
        #expect(judgement.exercised.overlaps > 0)
    }

    @Test("a capture that begins in the middle pairs replies only where that is certain") func midStream() {
        let tape = Tape()
        let c = tape.connect(2)
        c.forEach(tape.midStream)
        tape.reply(c[0], "$3\r\nold\r\n")
        tape.exchange(c[0], "INCR n", ":8\r\n")
        tape.exchange(c[0], "INCR n", ":9\r\n")
        // Here one more request was outstanding, so that pairing would be off by one.
        tape.send(c[1], "GET a")
        tape.reply(c[1], "+OK\r\n")
        tape.send(c[1], "GET b")
        tape.reply(c[1], "$1\r\na\r\n")
        tape.send(c[1], "GET c")
        tape.reply(c[1], "$1\r\nb\r\n")
        let judgement = tape.judge()
        #expect(judgement.violations.isEmpty, "\(judgement.violations)")
        #expect(judgement.exercised.answered >= 2)
    }
}

extension KeyLinearizabilityTests {
    @Test("what one connection pipelines happens in its order") func pipelineOrder() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "SET k one", "SET k two", "GET k")
        tape.reply(c[0], "+OK\r\n+OK\r\n$3\r\none\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.linearizability])
        let legal = Tape()
        let d = legal.connect(2)
        legal.send(d[0], "SET k one", "SET k two", "GET k")
        legal.send(d[1], "SET k one")
        legal.reply(d[1], "+OK\r\n")
        legal.reply(d[0], "+OK\r\n+OK\r\n$3\r\none\r\n")
        d.forEach(legal.close)
        #expect(legal.judge().verdict == .held)
    }
}
