import Capture
import Testing
import Verification

/// Goal: each oracle on replies fires on its own defect and on nothing that a correct server may do. Method: hand-made
/// captures of a few packets, judged by all oracles at once, so that a wrong oracle firing fails the test too.
@Suite("Oracles on the replies of connections")
struct FramingOracleTests {
    // MARK: Tags

    @Test("a tag names the request that a reply belongs to")
    func tags() {
        let tape = Tape("tagged")
        let c = tape.connect(4)
        tape.send(c[0], "REQ 1.1 a", "REQ 1.2 b", "REQ 1.3 c")
        tape.reply(c[0], "RSP 1.1 a\n", "RSP 1.3 c\n", "RSP 1.2 b\n")
        tape.send(c[1], "REQ 2.1 a", "REQ 2.2 b", "REQ 2.3 b")
        tape.reply(c[1], "RSP 2.1 a\n", "RSP 2.1 a\n", "RSP 2.2 b\n", "RSP 2.2 b\n", "RSP 2.3 b\n")
        tape.send(c[2], "REQ 3.1 a")
        tape.send(c[3], "REQ 4.1 a")
        tape.reply(c[2], "RSP 4.1 a\n")
        tape.reply(c[3], "RSP 4.1 a\n")
        let violations = tape.judge().violations.map { "\($0.oracle.rawValue): \($0.summary)" }
        #expect(
            violations == [
                "order: c0: request 1.2 (packet 1) got the reply of request 1.3 (packet 1): RSP 1.3 c\\n in packet 2.",
                "duplication: c1: request 2.1 (packet 3) was answered twice: RSP 2.1 a\\n in packet 4 and RSP 2.1 a\\n "
                    + "in packet 4.",
                "duplication: c1: request 2.2 (packet 3) was answered twice: RSP 2.2 b\\n in packet 4 and RSP 2.2 b\\n "
                    + "in packet 4.",
                "crosstalk: c2: request 3.1 (packet 5) got the reply of c3's request 4.1 (packet 6): RSP 4.1 a\\n in "
                    + "packet 7.",
            ])
    }

    @Test("other words than the tag may differ, and a line without a tag refuses")
    func tagsHeld() {
        let tape = Tape("tagged")
        let c = tape.connect(2)
        tape.send(c[0], "GET 7 key", "STOP")
        tape.reply(c[0], "VALUE 7 3 abc\r\n", "BYE\n")
        tape.exchange(c[1], "GET 7 key", "BUSY\n")
        c.forEach(tape.close)
        let judgement = tape.judge()
        #expect(judgement.verdict == .held, "\(judgement.violations)")
    }

    // MARK: Nothing wrong

    @Test("one request after the other, pipelined, in any number of packets")
    func correct() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET k v1", "+OK\r\n")
        tape.send(c[1], "GET k", "ECHO abc", "PING", "PING xyz", "INCR n", "DEL k n")
        tape.reply(c[1], "$2\r\nv1\r\n$3\r", "\nabc\r\n+PO")
        tape.reply(c[1], "NG\r\n$3\r\nxyz\r\n:1\r\n:2\r\n")
        c.forEach(tape.close)
        let judgement = tape.judge()
        #expect(judgement.verdict == .held)
        #expect(judgement.violations.isEmpty && judgement.inconclusive.isEmpty && judgement.notes.isEmpty)
        #expect(judgement.exercised.operations == 7)
        #expect(judgement.exercised.answered == 7)
        #expect(judgement.exercised.connections == 2)
    }

    @Test("nothing sent is nothing tested")
    func nothing() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.close(c[0])
        #expect(tape.judge().verdict == .nothingTested)
        #expect(Tape().judge().verdict == .nothingTested)
    }

    @Test("text is text, as a simple string or a bulk string; +OK is no value")
    func simpleStrings() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET key value-1", "+OK\r\n")
        tape.exchange(c[1], "GET key", "+value-1\r\n")
        tape.exchange(c[1], "ECHO token-1", "+token-1\r\n")
        tape.exchange(c[1], "MGET key other", "*2\r\n+value-1\r\n$-1\r\n")
        #expect(tape.judge().verdict == .held)
        tape.exchange(c[0], "SET key value-2", "+OK\r\n")
        tape.exchange(c[1], "GET key", "+value-1\r\n")
        #expect(tape.judge().violations.map(\.oracle) == [.linearizability])
        let other = Tape()
        let d = other.connect(1)
        other.exchange(d[0], "GET key", "+OK\r\n")
        #expect(other.judge().violations.map(\.oracle) == [.corruption])
        // A cut reply is cut, not another one.
        let cut = Tape()
        let e = cut.connect(1)
        cut.send(e[0], "ECHO token-1")
        cut.reply(e[0], "+tok")
        cut.serverCloses(e[0])
        #expect(cut.judge().violations.map(\.oracle) == [.loss])
        let swapped = Tape()
        let f = swapped.connect(1)
        swapped.exchange(f[0], "SET key value", "+OK\r\n")
        swapped.send(f[0], "GET key", "PING")
        swapped.reply(f[0], "+PONG\r\n$5\r\nvalue\r\n")
        #expect(swapped.judge().violations.map(\.oracle) == [.order])
    }

    @Test("a half-closed client still gets its pending replies")
    func halfClosed() {
        let tape = Tape("echo")
        let c = tape.connect(1)
        tape.send(c[0], "one", "two")
        tape.clientCloses(c[0])
        tape.reply(c[0], "one\n", "two\n")
        tape.serverCloses(c[0])
        #expect(tape.judge().verdict == .held)
    }

    @Test("a client that said it would read on is owed its replies after its half-close")
    func keptReading() {
        let tape = Tape("echo")
        let c = tape.connect(1)
        tape.send(c[0], "one", "two")
        tape.reply(c[0], "one\n")
        tape.clientCloses(c[0])
        tape.serverCloses(c[0])
        #expect(tape.judge().verdict == .held)
        var evidence = tape.evidence
        evidence.conversations[0].clientKeptReading = true
        let violation = Judge().judge(evidence).violations.first
        #expect(violation?.oracle == .loss && violation?.restsOnLog == true)
        #expect(violation?.summary.hasSuffix("while the client had only shut down writing, and still read.") == true)
    }

    @Test(
        "a server that cannot send all at once may take a half-closed client for gone",
        arguments: [
            (first: 100_000, rest: "", isLost: false), (first: 20_000, rest: "two", isLost: false),
            (first: 20, rest: "two", isLost: true), (first: 10_000, rest: "", isLost: true),
        ])
    func takenForGone(first: Int, rest: String, isLost: Bool) {
        let tape = Tape("echo")
        let c = tape.connect(1)
        let text = String(repeating: "1", count: first)
        tape.send(c[0], text, "two, which is longer than what came back")
        tape.clientCloses(c[0])
        tape.reply(c[0], text + "\n", rest)
        tape.serverCloses(c[0])
        var evidence = tape.evidence
        evidence.conversations[0].clientKeptReading = true
        #expect(Judge().judge(evidence).violations.map(\.oracle) == (isLost ? [.loss] : []))
    }

    @Test("silence while another client does not read is a matter of isolation; who does not read is owed nothing")
    func isolation() {
        let tape = Tape("echo")
        let c = tape.connect(3)
        tape.send(c[0], "one", "two")
        tape.reply(c[0], "one\ntw")
        tape.closeWindow(c[0])
        tape.exchange(c[1], "three", "three\n")
        tape.send(c[2], "four")
        tape.wait(nanoseconds: 400_000_000)
        for client in c { tape.clientResets(client) }
        let violations = tape.judge().violations
        #expect(violations.map(\.oracle) == [.isolation])
        #expect(
            violations.first?.summary
                == "c2: request 1 (packet 5) got no reply for 400 ms, until the client closed, while c0 did not read: one "
                + "client holds up another.")
    }

    @Test("a client that resets, or closes at once, is owed nothing")
    func clientLeaves() {
        let tape = Tape("echo")
        let c = tape.connect(2)
        tape.send(c[0], "one", "two")
        tape.reply(c[0], "one\ntw")
        tape.clientResets(c[0])
        tape.send(c[1], "three")
        tape.clientCloses(c[1])
        tape.serverCloses(c[1])
        #expect(tape.judge().verdict == .held)
    }

    @Test("errors, QUIT and refusals before closing are legal")
    func refusals() {
        let tape = Tape()
        let c = tape.connect(3)
        tape.send(c[0], "QUIT", "GET k")
        tape.reply(c[0], "+OK\r\n")
        tape.serverCloses(c[0])
        tape.reply(c[1], "-ERR max number of clients reached\r\n")
        tape.serverCloses(c[1])
        tape.send(c[2], raw: Array("*1\r\n$x\r\n".utf8))
        tape.reply(c[2], "-ERR Protocol error\r\n")
        tape.serverCloses(c[2])
        #expect(tape.judge().violations.isEmpty)
    }

    @Test("blank lines and empty arrays get no reply")
    func blanks() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], raw: Array("\r\nPING\r\n*0\r\n*-1\r\nECHO hey\r\n".utf8))
        tape.reply(c[0], "+PONG\r\n$3\r\nhey\r\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.verdict == .held)
        #expect(judgement.exercised.operations == 2)
    }

    // MARK: order

    @Test("two echoes swapped") func swappedEchoes() {
        let tape = Tape("echo")
        let c = tape.connect(1)
        tape.send(c[0], "first", "second", "third")
        tape.reply(c[0], "second\n", "first\n", "third\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.order])
        #expect(judgement.violations.count == 1)
        #expect(judgement.violations[0].packets == [1, 1, 2])
        #expect(judgement.violations[0].signature == "order:swapped")
    }

    @Test("replies of other shapes swapped") func swappedShapes() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "SET k v", "INCR n", "GET k")
        tape.reply(c[0], ":1\r\n", "+OK\r\n", "$1\r\nv\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.order])
    }

    @Test("a late reply: three rotated, a marker among them") func rotated() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "INCR n", "ECHO token-1", "SET k v", "GET k")
        tape.reply(c[0], "$7\r\ntoken-1\r\n", "+OK\r\n", ":1\r\n", "$1\r\nv\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.order])
    }

    @Test("two GET of one pipeline swapped, seen by what was written") func swappedValues() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "SET a value-a", "+OK\r\n")
        tape.exchange(c[0], "SET b value-b", "+OK\r\n")
        tape.send(c[0], "GET a", "GET b")
        tape.reply(c[0], "$7\r\nvalue-b\r\n$7\r\nvalue-a\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.order])
    }

    @Test("the same replies unpipelined are no permutation") func notOutstanding() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "SET k v", ":1\r\n")
        tape.exchange(c[0], "INCR n", "+OK\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.corruption])
    }

    // MARK: crosstalk

    @Test("another client's echo") func foreignEcho() {
        let tape = Tape("echo")
        let c = tape.connect(2)
        tape.send(c[0], "mine-1")
        tape.send(c[1], "yours-1")
        tape.reply(c[0], "yours-1\n")
        tape.reply(c[1], "yours-1\n")
        tape.exchange(c[0], "mine-2", "mine-2\n")
        c.forEach(tape.close)
        let judgement = tape.judge()
        #expect(judgement.oracles == [.crosstalk])
        #expect(judgement.violations.count == 1)
        #expect(judgement.violations[0].summary.contains("c1's request 1 (packet 2)"))
    }

    @Test("an answer that anybody may get proves nobody's, one that tells something does") func foreignShape() {
        let table: [(theirs: String, reply: String, oracle: OracleID)] = [
            ("INCR n", ":1\r\n", .corruption), ("GET b", "$-1\r\n", .corruption), ("GET b", "$1\r\n1\r\n", .corruption),
            ("GET b", "$9\r\n123456789\r\n", .corruption), ("GET b", "$12\r\nsession-4711\r\n", .crosstalk),
        ]
        for (theirs, reply, oracle) in table {
            let tape = Tape()
            let c = tape.connect(2)
            tape.send(c[0], "SET k v")
            tape.send(c[1], theirs)
            tape.reply(c[1], reply)
            tape.reply(c[0], reply)
            c.forEach(tape.close)
            #expect(tape.judge().oracles == [oracle], "\(theirs), \(reply)")
        }
    }

    @Test("a refusal in words is no reply with another tag") func refusalInWords() {
        for reply in ["ERR\n", "ERR unknown\n", "ERROR no such command\n", "-ERR what\n"] {
            let tape = Tape("tagged")
            let c = tape.connect(2)
            tape.exchange(c[0], "REQ 1.1 a", reply)
            tape.exchange(c[1], "REQ 2.1 a", reply)
            c.forEach(tape.close)
            #expect(tape.judge().oracles == [], "\(reply)")
        }
    }

    @Test("requests of a batch that were passed over are lost, though another client got the same answer")
    func passedOver() {
        for lost in 1...5 {
            let tape = Tape()
            let c = tape.connect(2)
            tape.exchange(c[0], "SET m a", "+OK\r\n")
            for number in 0..<lost { tape.send(c[0], "INCR n\(number)") }
            tape.send(c[1], "GET zz")
            tape.send(c[0], "GET zz")
            tape.reply(c[1], "$-1\r\n")
            tape.reply(c[0], "$-1\r\n")
            c.forEach(tape.close)
            #expect(tape.judge().oracles == [.loss], "\(lost)")
        }
    }

    @Test("a value of a key that only others wrote") func foreignValue() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET a value-a", "+OK\r\n")
        tape.exchange(c[1], "SET b value-b", "+OK\r\n")
        tape.exchange(c[0], "GET a", "$7\r\nvalue-b\r\n")
        c.forEach(tape.close)
        #expect(tape.judge().oracles == [.crosstalk])
    }

    @Test("a reply that comes before anything was asked") func unasked() {
        let tape = Tape("echo")
        let c = tape.connect(2)
        tape.send(c[1], "yours-1")
        tape.reply(c[0], "yours-1\n")
        tape.close(c[0])
        tape.clientCloses(c[1])
        #expect(tape.judge().oracles == [.crosstalk])
    }

    // MARK: duplication

    @Test("an echo sent twice") func doubledEcho() {
        let tape = Tape("echo")
        let c = tape.connect(1)
        tape.send(c[0], "aaa", "bbb")
        tape.reply(c[0], "aaa\n", "aaa\n", "bbb\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.duplication])
        #expect(judgement.violations.count == 1)
    }

    @Test("a request processed twice") func doubledIncrement() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "INCR n", ":1\r\n")
        tape.reply(c[0], ":2\r\n")
        tape.exchange(c[0], "SET k v", "+OK\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.duplication])
    }

    @Test("one reply too many at the end") func surplus() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "INCR n", ":1\r\n")
        tape.reply(c[0], ":2\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.duplication])
    }

    @Test("who closed, and recorded the connection itself, waits for nothing") func leftOverUnixSockets() {
        let tape = Tape("echo")
        let c = tape.connect(2)
        tape.send(c[0], "a line\n")
        tape.clientCloses(c[0])
        tape.wait(nanoseconds: 3_000_000_000)
        tape.exchange(c[1], "another\n", "another\n")
        tape.close(c[1])
        var evidence = tape.evidence
        // On a wire the server's kernel would have to close, too.
        #expect(Judge().judge(evidence).violations.map(\.oracle) == [.hang])
        evidence.conversations[0].proof = nil
        #expect(Judge().judge(evidence).verdict == .held)
        // Who only said that it has nothing more to ask reads on.
        evidence.conversations[0].clientKeptReading = true
        #expect(Judge().judge(evidence).violations.map(\.oracle) == [.hang])
    }
}
