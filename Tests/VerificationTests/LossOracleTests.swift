import Capture
import Testing
import Verification
import Wire

/// Goal: lost replies, lost bytes and silence are told apart, and none is blamed on a server that may still answer or
/// was left. Method: hand-made captures, judged by all oracles at once.
@Suite("Loss, corruption and hang")
struct LossOracleTests {
    @Test("an echo left out") func missingEcho() {
        let tape = Tape("echo-length")
        let c = tape.connect(1)
        for word in ["one", "two", "three"] { tape.send(c[0], word) }
        tape.reply(
            c[0], raw: tape.codec.encodeRequest([Array("one".utf8)]) + tape.codec.encodeRequest([Array("three".utf8)]))
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.loss])
        #expect(judgement.violations[0].packets.first == 2)
    }

    @Test("a reply left out, seen by the shapes of the rest") func missingByShape() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "SET k v", "INCR n", "GET k")
        tape.reply(c[0], "+OK\r\n$1\r\nv\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.loss])
    }

    @Test("the server closes, or resets, with a request unanswered", arguments: [true, false])
    func earlyClose(resets: Bool) {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "INCR n", ":1\r\n")
        tape.send(c[0], "INCR n")
        if resets { tape.serverResets(c[0]) } else { tape.serverCloses(c[0]) }
        tape.clientCloses(c[0])
        #expect(tape.judge().oracles == [.loss])
    }

    @Test("a request sent after the server closed is not lost") func lateRequest() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "INCR n", ":1\r\n")
        tape.serverCloses(c[0])
        tape.send(c[0], "INCR n")
        tape.clientCloses(c[0])
        #expect(tape.judge().verdict == .held)
    }

    @Test("an echo line cut short, the next one following") func cutLine() {
        let tape = Tape("echo")
        let c = tape.connect(1)
        tape.send(c[0], "abcdefghij", "klmnop")
        tape.reply(c[0], "abcdefklmnop\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.loss])
        #expect(judgement.violations[0].summary.contains("breaks off after 6 bytes; 5 bytes are missing"))
    }

    @Test("a large value cut short, other replies following") func cutValue() {
        let tape = Tape()
        let c = tape.connect(1)
        let value = String(repeating: "0123456789abcdef", count: 1000)
        tape.exchange(c[0], "SET k \(value)", "+OK\r\n")
        tape.send(c[0], "GET k", "SET k other", "ECHO token-9")
        tape.reply(c[0], "$16000\r\n", String(value.prefix(9000)), "+OK\r\n", "$7\r\ntoken-9\r\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.loss])
        #expect(judgement.violations.first?.summary.contains("after 9008 bytes; 7002 bytes are missing") == true)
    }

    @Test("a reply that breaks off where thousands of values are possible: each place is looked at once")
    func manyPossibleValues() {
        let tape = Tape()
        let c = tape.connect(2)
        let values = (0..<4000).map { "value.\($0)." + String(repeating: "v", count: 2000) }
        for value in values { tape.exchange(c[0], "SET k \(value)", "+OK\r\n") }
        for _ in 0..<300 { tape.send(c[1], "GET k") }
        let reply = { (value: String) in "$\(value.utf8.count)\r\n\(value)\r\n" }
        tape.reply(c[1], String(reply(values[1234]).prefix(900)))
        #expect(tape.judge().violations.isEmpty, "the rest may be under way")
        tape.reply(c[1], reply(values[2345]))
        #expect(tape.judge().oracles == [.loss])
    }

    @Test("an unknown value cut short, seen by the replies after it") func cutUnknownValue() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "GET k", "INCR n", "ECHO token-9")
        tape.reply(c[0], "$500\r\n", String(repeating: "x", count: 100), ":7\r\n$7\r\ntoken-9\r\n")
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.loss])
        #expect(judgement.violations.first?.summary.contains("402 bytes are missing") == true)
    }

    @Test("a hole in the middle of an echo") func hole() {
        let tape = Tape("echo-length")
        let c = tape.connect(1)
        let payload = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 256) }
        let frame = tape.codec.encodeRequest([payload])
        tape.send(c[0], raw: frame + tape.codec.encodeRequest([Array("next".utf8)]))
        tape.reply(
            c[0], raw: Array(frame[..<1000]) + Array(frame[1400...]) + tape.codec.encodeRequest([Array("next".utf8)]))
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.loss])
        #expect(
            judgement.violations.first?.summary.contains("after 1000 bytes; 400 bytes are missing") == true,
            "\(judgement.violations)")
    }

    @Test("the server closes inside a reply") func endsInside() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "GET k")
        tape.reply(c[0], "$10\r\nabc")
        tape.serverCloses(c[0])
        tape.clientCloses(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == [.loss])
        #expect(judgement.violations.first?.summary.contains("9 bytes are missing") == true)
    }

    @Test("a client that leaves inside a reply is owed nothing, one that waited is", arguments: [1, 300])
    func givesUpInside(milliseconds: Int64) {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "GET k")
        tape.reply(c[0], "$10\r\nabc")
        tape.wait(nanoseconds: milliseconds * 1_000_000)
        tape.close(c[0])
        #expect(tape.judge().oracles == (milliseconds > 250 ? [.loss] : []))
    }

    // MARK: hang

    @Test("silence until the client gives up", arguments: [(100, false), (260, true)])
    func silence(milliseconds: Int64, isHang: Bool) {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "INCR n", ":1\r\n")
        tape.send(c[0], "INCR n")
        tape.wait(nanoseconds: milliseconds * 1_000_000)
        tape.close(c[0])
        let judgement = tape.judge()
        #expect(judgement.oracles == (isHang ? [.hang] : []))
    }

    @Test("silence until the capture ends needs a second", arguments: [(600, false), (1100, true)])
    func silenceToTheEnd(milliseconds: Int64, isHang: Bool) {
        let tape = Tape()
        let c = tape.connect(2)
        tape.send(c[0], "INCR n")
        tape.wait(nanoseconds: milliseconds * 1_000_000)
        tape.exchange(c[1], "PING", "+PONG\r\n")
        #expect(tape.judge().oracles == (isHang ? [.hang] : []))
    }

    @Test("a blocked pop is not a hang") func blocked() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "PING", "+PONG\r\n")
        tape.send(c[0], "BLPOP list 0")
        tape.wait(nanoseconds: 5_000_000_000)
        tape.close(c[0])
        #expect(tape.judge().verdict == .held)
    }

    // MARK: corruption

    @Test("bytes that are no reply") func unreadable() {
        let tape = Tape()
        let c = tape.connect(1)
        tape.send(c[0], "GET k")
        tape.reply(c[0], "what?\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.corruption])
    }

    @Test("an echo nobody sent, and a value nobody wrote") func invented() {
        let echo = Tape("echo")
        let e = echo.connect(1)
        echo.exchange(e[0], "hello", "jello\n")
        echo.close(e[0])
        #expect(echo.judge().oracles == [.corruption])
        let tape = Tape()
        let c = tape.connect(1)
        tape.exchange(c[0], "SET k abcdef", "+OK\r\n")
        tape.exchange(c[0], "GET k", "$6\r\nabcxyz\r\n")
        tape.close(c[0])
        #expect(tape.judge().oracles == [.corruption])
    }

    // MARK: incomplete evidence

    @Test("what a missing packet explains is inconclusive") func incomplete() {
        let tape = Tape()
        tape.incomplete = ["The kernel dropped 3 packets."]
        let c = tape.connect(1)
        tape.send(c[0], "INCR n")
        tape.wait(nanoseconds: 2_000_000_000)
        tape.close(c[0])
        #expect(tape.judge().verdict == .inconclusive)
        let gap = Tape("echo")
        let g = gap.connect(1)
        gap.exchange(g[0], "one", "one\n")
        gap.send(g[0], "two", "three")
        gap.gap(toClient: g[0], 4)
        gap.reply(g[0], "three\n")
        gap.close(g[0])
        #expect(gap.judge().verdict == .inconclusive)
        #expect(gap.judge().violations.isEmpty)
    }

    @Test("a unique token in the wrong place is proof even so") func tokensProve() {
        let tape = Tape("echo")
        tape.incomplete = ["The kernel dropped 3 packets."]
        let c = tape.connect(2)
        tape.send(c[0], "mine-1")
        tape.send(c[1], "yours-1")
        tape.reply(c[0], "yours-1\n")
        c.forEach(tape.close)
        #expect(tape.judge().oracles == [.crosstalk])
        #expect(tape.judge().verdict == .violated)
    }
}
