import Testing
import Verification

/// Goal: what a server sends ahead of its answer, or leaves behind it, does not count as the answer: neither in time nor
/// in number. Method: hand-made captures.
@Suite("Ahead of the answer")
struct HTTPPreambleTests {
    private static let (old, new) = ("the-body-of-file-a", "the-next-body-of-file-a")

    private func expectHeld(_ tape: Tape) {
        let judgement = tape.judge()
        #expect(judgement.verdict == .held, "\(judgement.violations) \(judgement.inconclusive)")
    }

    @Test("empty lines behind a body are no second reply", arguments: ["\n", "\r\n", "\r\n\r\n"], [1, 3])
    func emptyLines(line: String, requests: Int) {
        let tape = Tape("http")
        let c = tape.connect(1)
        for _ in 0..<requests { tape.exchange(c[0], "GET /a", HTTPReadingTests.ok(Self.old) + line) }
        tape.close(c[0])
        expectHeld(tape)
        #expect(tape.judge().exercised.operations == requests)
    }

    @Test("an empty line that came before the request says nothing of when it was done")
    func emptyLineInTime() {
        let (tape, c) = HTTPReadingTests.prepared()
        tape.exchange(c[1], "GET /b", HTTPReadingTests.ok(HTTPReadingTests.bodies[1]) + "\r\n")
        tape.exchange(c[0], "PUT /a \(Self.new)", HTTPReadingTests.created)
        tape.exchange(c[1], "GET /a", HTTPReadingTests.ok(Self.new))
        c.forEach(tape.close)
        expectHeld(tape)
    }

    @Test(
        "an interim reply does not end its request",
        arguments: [
            "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n",
        ])
    func interim(reply: String) {
        for last in [Self.new, Self.old] {
            let (tape, c) = HTTPReadingTests.prepared()
            tape.send(c[0], "PUT /a \(Self.new)")
            tape.reply(c[0], reply)
            tape.exchange(c[1], "GET /a", HTTPReadingTests.ok(Self.old))
            tape.reply(c[0], HTTPReadingTests.created)
            tape.exchange(c[1], "GET /a", HTTPReadingTests.ok(last))
            c.forEach(tape.close)
            if last == Self.new { expectHeld(tape) } else { #expect(tape.judge().oracles == [.linearizability]) }
        }
    }

    @Test("100 Continue comes before the body")
    func expectation() {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.send(
            c[0], raw: Array("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n".utf8))
        tape.reply(c[0], "HTTP/1.1 100 Continue\r\n\r\n")
        tape.send(c[0], raw: Array("new".utf8))
        tape.reply(c[0], HTTPReadingTests.created)
        tape.exchange(c[0], "GET /a", HTTPReadingTests.ok("new"))
        tape.close(c[0])
        expectHeld(tape)
    }
}
