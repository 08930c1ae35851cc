import Capture
import Testing
import Verification

/// Goal: the replies of an HTTP server are held against their requests as RFC 9110 and 9112 allow, each fault is told by
/// its own oracle, and nothing is that the protocol permits. Method: hand-made captures of a few packets, judged by all
/// oracles at once.
@Suite("HTTP replies")
struct HTTPReadingTests {
    static let bodies = ["the-body-of-file-a", "that-of-file-b-is-longer", "c-has-another-body-still-longer"]

    static func ok(_ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func length(_ body: String) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n" }

    static let created = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    static let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    static func part(_ body: String, _ range: ClosedRange<Int>, start: Int? = nil) -> String {
        let text = String(Array(body)[range])
        let first = start ?? range.lowerBound
        return "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \(first)-\(first + text.utf8.count - 1)/"
            + "\(body.utf8.count)\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    /// Three files are written and one is read back.
    static func prepared(_ connections: Int = 2) -> (Tape, [Int]) {
        let tape = Tape("http")
        let c = tape.connect(connections)
        for (name, body) in zip(["a", "b", "c"], bodies) { tape.exchange(c[0], "PUT /\(name) \(body)", created) }
        tape.exchange(c[0], "GET /a", ok(bodies[0]))
        return (tape, c)
    }

    private func expectHeld(_ tape: Tape, _ comment: Comment? = nil) {
        let judgement = tape.judge()
        #expect(judgement.verdict == .held, "\(judgement.violations) \(judgement.inconclusive) \(comment ?? "")")
        #expect(judgement.violations.isEmpty)
    }

    private func expect(_ oracle: OracleID, _ tape: Tape, _ text: String = "") {
        let judgement = tape.judge()
        #expect(judgement.oracles == [oracle], "\(judgement.violations)")
        #expect(judgement.violations.contains { $0.summary.contains(text) }, "\(judgement.violations)")
    }

    // MARK: Nothing wrong

    @Test("one body on several paths, and several on one: each path may hold what was PUT to it, and nothing else")
    func sharedBodies() {
        let (same, other, third) = (Self.bodies[0], Self.bodies[1], Self.bodies[2])
        let (tape, c) = Self.prepared()
        // `/a` and `/b` hold the same, `/b` after another body; then both hold it a second time.
        for request in ["PUT /b \(same)", "PUT /a \(same)", "PUT /b \(same)"] {
            tape.exchange(c[0], request, Self.created)
        }
        for path in ["/a", "/b"] { tape.exchange(c[1], "GET \(path)", Self.ok(same)) }
        tape.exchange(c[0], "PUT /a \(other)", Self.created)
        tape.exchange(c[1], "GET /a", Self.ok(other))
        expectHeld(tape)
        // The third was never PUT to `/a`, though it is no stranger.
        tape.exchange(c[1], "GET /a", Self.ok(third))
        let judgement = tape.judge()
        #expect(judgement.verdict == .violated, "\(judgement)")
    }

    @Test("methods, ranges, HEAD and pipelines, in any number of packets")
    func correct() {
        let (tape, c) = Self.prepared()
        tape.send(c[1], "HEAD /a", "GET /b bytes=2-5", "GET /c", "HEAD /none", "GET /b")
        tape.reply(c[1], Self.length(Self.bodies[0]), Self.part(Self.bodies[1], 2...5), "HTTP/1.1 200 OK\r\nConte")
        tape.reply(c[1], "nt-Length: \(Self.bodies[2].utf8.count)\r\n\r\nc-has-")
        tape.reply(c[1], String(Self.bodies[2].dropFirst(6)), Self.missing, Self.ok(Self.bodies[1]))
        tape.exchange(c[1], "DELETE /b", "HTTP/1.1 204 No Content\r\n\r\n")
        tape.exchange(c[0], "GET /b", Self.missing)
        c.forEach(tape.close)
        expectHeld(tape)
        #expect(tape.judge().exercised.operations == 11)
    }

    @Test(
        "what a server may answer",
        arguments: [
            ("GET /x bytes=0-3", "HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n"),
            ("GET /x bytes=0-3", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"),
            ("GET /x", "HTTP/1.1 301 Moved\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"),
            ("GET /x", "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"),
            ("GET /x", "HTTP/1.1 204 No Content\r\n\r\n"),
            ("PUT /x y", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"),
            ("PUT /x y", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"),
            ("POST /x y", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
            ("POST /x y", "HTTP/1.1 206 Odd\r\nContent-Length: 0\r\n\r\n"),
            ("DELETE /x", "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n"),
            ("OPTIONS *", "HTTP/1.1 200 OK\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n"),
        ])
    func permitted(request: String, reply: String) {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.exchange(c[0], request, reply)
        tape.close(c[0])
        if request.hasPrefix("POST /x y"), reply.contains("206") {
            #expect(tape.judge().verdict == .held)
        } else {
            expectHeld(tape)
        }
    }

    @Test(
        "another name of a path may give what the path holds",
        arguments: ["GET /a?x=1", "GET /%61", "GET //a", "GET /./a", "GET http://x/a", "GET /"])
    func aliases(request: String) {
        let (tape, c) = Self.prepared()
        tape.exchange(c[1], request, Self.ok(Self.bodies[0]))
        tape.exchange(c[1], request, Self.ok(Self.bodies[1]))
        c.forEach(tape.close)
        expectHeld(tape)
    }

    @Test("POST may change any path")
    func post() {
        let (tape, c) = Self.prepared()
        tape.exchange(c[1], "POST /publish now", Self.created)
        tape.exchange(c[0], "GET /a", Self.ok("published"))
        c.forEach(tape.close)
        expectHeld(tape)
    }

    @Test("one folder keeps files, and another makes something of what it gets")
    func folders() {
        let (tape, c) = Self.prepared()
        tape.exchange(c[1], "PUT /api/item draft", Self.created)
        tape.exchange(c[1], "GET /api/item", Self.ok("<item>draft</item>"))
        c.forEach(tape.close)
        expectHeld(tape)
    }

    @Test("who refuses a body may close with it unread")
    func refusedBody() {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.send(c[0], "PUT /x body", "GET /y")
        tape.reply(c[0], Self.missing)
        tape.serverCloses(c[0])
        tape.clientCloses(c[0])
        expectHeld(tape)
    }

    @Test("a chunked reply that is cut off lost bytes")
    func cutChunks() {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.send(c[0], "GET /x")
        tape.reply(c[0], "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
        tape.serverCloses(c[0])
        tape.clientCloses(c[0])
        expect(.loss, tape)
    }

    @Test("a body that ends with the connection is whole")
    func untilClose() {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.exchange(c[0], "GET /x", "HTTP/1.0 200 OK\r\n\r\nas long as it lasts")
        tape.serverCloses(c[0])
        tape.clientCloses(c[0])
        expectHeld(tape)
        #expect(tape.judge().exercised.answered == 1)
    }

    @Test(
        "a server may close where either side said so, or where it cannot go on",
        arguments: [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        ])
    func announcedClose(reply: String) {
        let tape = Tape("http")
        let c = tape.connect(2)
        tape.send(c[0], "GET /x", "GET /y")
        tape.reply(c[0], reply)
        tape.serverCloses(c[0])
        tape.send(c[1], raw: Array("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
        tape.send(c[1], "GET /y")
        tape.reply(c[1], Self.ok("z"))
        tape.serverCloses(c[1])
        expectHeld(tape)
    }

    @Test("a server may give up an idle connection, whatever is on its way")
    func idleClose() {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.exchange(c[0], "GET /x", Self.ok("z"))
        tape.wait(nanoseconds: 2_000_000_000)
        tape.send(c[0], "GET /y")
        tape.serverCloses(c[0])
        expectHeld(tape)
    }

    @Test("408 and a close answer nothing")
    func timeout() {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.exchange(c[0], "GET /x", Self.ok("z"))
        tape.reply(c[0], "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        tape.serverCloses(c[0])
        expectHeld(tape)
    }

    @Test("a page that changes by itself, and a resource that keeps what it makes of a body, are not judged")
    func dynamic() {
        let tape = Tape("http")
        let c = tape.connect(1)
        for number in 0..<4 {
            tape.exchange(c[0], "GET /time", Self.ok("it is \(number) o'clock"))
            tape.exchange(c[0], "PUT /item value-\(number)", Self.created)
            tape.exchange(c[0], "GET /item", Self.ok("{\"value\": \(number)}"))
            tape.exchange(c[0], "HEAD /item", Self.length("whatever"))
        }
        tape.close(c[0])
        expectHeld(tape)
    }

    @Test(
        "what may change files in other ways is not judged",
        arguments: [
            "BAD PUT", "HALF PUT", "POST /a x", "MOVE /b x", "PUT /a/ x", "PUT /%61 x", "PUT /a/b x", "PATCH /a x",
        ])
    func unclear(request: String) {
        let (tape, c) = Self.prepared()
        switch request {
        case "BAD PUT": tape.send(c[0], raw: Array("PUT /a HTTP/1.1\nContent-Length: 1\n\nx".utf8))
        case "HALF PUT": tape.send(c[0], raw: Array("PUT /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nnow".utf8))
        default: tape.exchange(c[0], request, Self.created)
        }
        tape.exchange(c[1], "GET /a", Self.ok("now-something-else"))
        c.forEach(tape.close)
        expectHeld(tape)
    }

    @Test("what is coded, or said to vary, need not be what was sent")
    func variants() {
        let (tape, c) = Self.prepared()
        tape.exchange(c[1], "GET /a", Self.ok("zipped-bytes", "Content-Encoding: gzip\r\n"))
        tape.exchange(c[1], "GET /a", Self.ok("en français", "Vary: Accept-Language\r\n"))
        c.forEach(tape.close)
        expectHeld(tape)
    }

    @Test("pipelined safe requests may be worked on in any order")
    func parallelReads() {
        let (tape, c) = Self.prepared()
        tape.send(c[0], "PUT /a the-next-body-of-file-a")
        tape.send(c[1], "GET /a", "GET /a")
        tape.reply(c[1], Self.ok("the-next-body-of-file-a"), Self.ok(Self.bodies[0]))
        tape.reply(c[0], Self.created)
        c.forEach(tape.close)
        expectHeld(tape)
    }

    // MARK: Faults

    @Test(
        "a status that the method cannot get",
        arguments: [
            ("GET /x", "206 Partial"), ("HEAD /x", "304 Not Modified"),
            ("PUT /x y", "206 Partial"), ("GET /x", "101 Switching Protocols"),
        ])
    func wrongStatus(request: String, status: String) {
        let tape = Tape("http")
        let c = tape.connect(1)
        tape.exchange(c[0], request, "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
        tape.close(c[0])
        expect(.corruption, tape, "answered \(status.prefix(3))")
    }

    @Test("replies of one connection in another order")
    func order() {
        let (tape, c) = Self.prepared()
        tape.send(c[1], "HEAD /a", "HEAD /b", "HEAD /c")
        tape.reply(c[1], Self.length(Self.bodies[0]), Self.length(Self.bodies[2]), Self.length(Self.bodies[1]))
        c.forEach(tape.close)
        expect(.order, tape, "HEAD /b")
        let (other, d) = Self.prepared()
        other.send(d[1], "GET /b", "GET /c")
        other.reply(d[1], Self.ok(Self.bodies[2]), Self.ok(Self.bodies[1]))
        d.forEach(other.close)
        expect(.order, other, "GET /b (packet 9) got the reply of GET /c")
    }

    @Test("another client's body, head, or piece of a body")
    func crosstalk() {
        let (tape, c) = Self.prepared(3)
        tape.send(c[1], "GET /b")
        tape.send(c[2], "GET /c")
        tape.reply(c[1], Self.ok(Self.bodies[2]))
        tape.reply(c[2], Self.ok(Self.bodies[2]))
        c.forEach(tape.close)
        expect(.crosstalk, tape, "c1: GET /b (packet 9) got the reply of c2's GET /c")

        let (heads, d) = Self.prepared(3)
        heads.send(d[1], "HEAD /b")
        heads.send(d[2], "HEAD /c")
        heads.reply(d[1], Self.length(Self.bodies[2]))
        heads.reply(d[2], Self.length(Self.bodies[2]))
        d.forEach(heads.close)
        expect(.crosstalk, heads, "c1: HEAD /b (packet 9) got the reply of c2's HEAD /c")

        let (pieces, e) = Self.prepared(3)
        pieces.send(e[2], "GET /c")
        pieces.exchange(e[1], "GET /b", Self.bodies[2])
        e.forEach(pieces.close)
        #expect(
            pieces.judge().violations.contains { $0.oracle == .crosstalk && $0.summary.contains("bytes of the body") })
    }

    @Test("the beginning of a body in the length of the one before it, and two halves")
    func torn() {
        let (old, new) = (String(repeating: "old.", count: 20), String(repeating: "new-body-", count: 30))
        func read(_ body: String, _ text: String) {
            let tape = Tape("http")
            let c = tape.connect(2)
            tape.exchange(c[0], "PUT /a \(old)", Self.created)
            tape.exchange(c[1], "GET /a", Self.ok(old))
            tape.exchange(c[0], "PUT /a \(new)", Self.created)
            tape.exchange(c[1], "GET /a", Self.ok(body))
            c.forEach(tape.close)
            expect(.corruption, tape, text)
        }
        read(String(new.prefix(80)), "; it is the first 80 of the 270 bytes of PUT /a by c0 (packet 5).")
        read(String(new.suffix(80)), "; it is the last 80 of the 270 bytes of PUT /a by c0 (packet 5).")
        read(
            String(new.prefix(40) + old.suffix(40)),
            "; its first 40 bytes are those of PUT /a by c0 (packet 5), its last 40 those of PUT /a by c0 (packet 1).")
        read(String(new.prefix(23) + old.suffix(57)), "which no request of any client explains.")

        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET a \(new)", "+OK\r\n")
        tape.exchange(c[1], "GET a", "$80\r\n\(new.prefix(80))\r\n")
        c.forEach(tape.close)
        expect(
            .corruption, tape,
            "which nobody wrote to it; it is the first 80 of the 270 bytes of SET a by c0 (packet 1).")
    }

    @Test("a head with the body that HEAD never gets")
    func headWithBody() {
        let page = "<HTML><H1>404 Not Found</H1></HTML>"
        let tape = Tape("http")
        let c = tape.connect(1)
        let reply = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n\(page)"
        tape.exchange(c[0], "HEAD /none", reply)
        tape.serverCloses(c[0])
        expect(.corruption, tape, "the reply to HEAD /none (packet 1) brings a body (packet 2)")
        let pipelined = Tape("http")
        let d = pipelined.connect(1)
        pipelined.send(d[0], "HEAD /none", "GET /none")
        pipelined.reply(d[0], "HTTP/1.1 404 Not Found\r\nContent-Length: 35\r\n\r\n\(page)")
        pipelined.serverCloses(d[0])
        expect(.corruption, pipelined, "the reply to HEAD /none (packet 1) brings a body (packet 2)")
    }

    @Test("a reply that comes twice")
    func duplication() {
        let (tape, c) = Self.prepared()
        tape.send(c[1], "HEAD /a", "HEAD /b")
        tape.reply(c[1], Self.length(Self.bodies[0]), Self.length(Self.bodies[0]), Self.length(Self.bodies[1]))
        c.forEach(tape.close)
        expect(.duplication, tape, "HEAD /a")
        let (last, d) = Self.prepared()
        last.exchange(d[1], "HEAD /b", Self.length(Self.bodies[1]) + Self.length(Self.bodies[1]))
        d.forEach(last.close)
        expect(.duplication, last, "HEAD /b")
    }

    @Test("replies, and bytes of replies, that are missing")
    func loss() {
        let (tape, c) = Self.prepared()
        tape.send(c[1], "GET /a", "GET /b")
        tape.reply(c[1], Self.ok(Self.bodies[0]))
        tape.serverCloses(c[1])
        expect(.loss, tape, "GET /b (packet 9) got no reply")

        let (broken, d) = Self.prepared()
        broken.send(d[1], "GET /b")
        broken.reply(d[1], String(Self.ok(Self.bodies[1]).dropLast(5)))
        broken.serverCloses(d[1])
        expect(.loss, broken, "5 bytes are missing")

        let (hole, e) = Self.prepared()
        hole.send(e[1], "GET /c", "GET /a")
        hole.reply(e[1], String(Self.ok(Self.bodies[2]).dropLast(7)), Self.ok(Self.bodies[0]))
        e.forEach(hole.close)
        expect(.loss, hole, "GET /c")

        let (passed, f) = Self.prepared()
        passed.send(f[1], "GET /b", "GET /c")
        passed.reply(f[1], Self.ok(Self.bodies[2]))
        f.forEach(passed.close)
        expect(.loss, passed, "GET /b")
    }

    @Test("a body without its head")
    func headless() {
        let (tape, c) = Self.prepared()
        tape.exchange(c[1], "GET /b", Self.bodies[1])
        c.forEach(tape.close)
        expect(.loss, tape, "its head is missing")
    }

    @Test("a body that nobody sent")
    func corruption() {
        let (tape, c) = Self.prepared()
        tape.exchange(c[1], "GET /b", Self.ok(String(Self.bodies[1].dropLast()) + "!"))
        c.forEach(tape.close)
        expect(.corruption, tape, "GET /b")
        let (part, d) = Self.prepared()
        part.exchange(d[1], "GET /b bytes=2-5", Self.part(Self.bodies[1], 3...6, start: 2))
        d.forEach(part.close)
        expect(.corruption, part, "GET /b")
        let (noise, e) = Self.prepared()
        noise.exchange(e[1], "GET /b", "HTTP/9 200 OK\r\n\r\n")
        e.forEach(noise.close)
        expect(.corruption, noise, "cannot be read")
    }

    @Test("a version that is out of date")
    func staleRead() {
        let (tape, c) = Self.prepared()
        tape.exchange(c[0], "PUT /a the-next-body-of-file-a", Self.created)
        tape.exchange(c[1], "GET /a", Self.ok(Self.bodies[0]))
        c.forEach(tape.close)
        expect(.linearizability, tape, "GET /a answered the-body-of-file-a (packet 12) after PUT /a")
        let (gone, d) = Self.prepared()
        gone.exchange(d[0], "DELETE /a", "HTTP/1.1 204 No Content\r\n\r\n")
        gone.exchange(d[1], "HEAD /a", Self.length(Self.bodies[0]))
        d.forEach(gone.close)
        expect(.linearizability, gone, "HEAD /a")
        let (lost, e) = Self.prepared()
        lost.exchange(e[1], "GET /a", Self.missing)
        e.forEach(lost.close)
        expect(.linearizability, lost, "GET /a answered 404")
        let (range, f) = Self.prepared()
        range.exchange(f[0], "PUT /a the-next-body-of-file-a", Self.created)
        range.exchange(f[1], "GET /a bytes=2-9", Self.part(Self.bodies[0], 2...9))
        f.forEach(range.close)
        expect(.linearizability, range, "GET /a")
    }

    @Test("a PUT that was refused, or not answered, may have happened or not")
    func openWrites() {
        for body in [Self.bodies[0], "the-next-body-of-file-a"] {
            let (tape, c) = Self.prepared(3)
            tape.exchange(c[0], "PUT /a the-next-body-of-file-a", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
            tape.exchange(c[1], "GET /a", Self.ok(body))
            c.forEach(tape.close)
            expectHeld(tape)
            let (silent, d) = Self.prepared(3)
            silent.send(d[2], "PUT /a the-next-body-of-file-a")
            silent.clientResets(d[2])
            silent.exchange(d[1], "GET /a", Self.ok(body))
            [d[0], d[1]].forEach(silent.close)
            expectHeld(silent)
        }
    }

    @Test("methods that the server does not allow are told")
    func unsupported() {
        let (tape, c) = Self.prepared()
        tape.exchange(c[1], "DELETE /a", "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
        tape.exchange(c[1], "GET /a", Self.ok(Self.bodies[0]))
        c.forEach(tape.close)
        expectHeld(tape)
        #expect(tape.judge().unsupportedCommands == ["DELETE"])
    }
}
