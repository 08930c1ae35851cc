import Capture
import Testing
import Verification
import Wire

/// Goal: a server is accused of silence, loss, surplus and garbage only where the capture proves it, and what is not
/// proved is told. Method: hand-made captures, each beside the one that looks most like it and says something else.
@Suite("What a capture proves")
struct CaptureProofTests {
    static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    static let second = CapturedTraffic.second

    /// A capture with one whole exchange before what a test adds.
    static func begun() -> CapturedTraffic {
        var traffic = CapturedTraffic()
        let other = traffic.connect(to: 80)
        traffic.ask(other, get)
        traffic.answer(other, ok)
        traffic.close(other)
        return traffic
    }

    private func expect(
        _ judgement: Judgement, _ verdict: Verdict, _ text: String = "", _ comment: Comment? = nil,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            judgement.verdict == verdict, "\(judgement) \(comment ?? "")", sourceLocation: location)
        let told =
            judgement.violations.map(\.summary) + judgement.inconclusive + judgement.notes + judgement.leftAside
            + judgement.remarks
        #expect(text.isEmpty || told.contains { $0.contains(text) }, "\(told)", sourceLocation: location)
    }

    // MARK: Captured

    @Test("of a half captured connection is told what is missing", arguments: [true, false])
    func oneDirection(fromServer: Bool) {
        var traffic = CapturedTraffic()
        let c = traffic.connect(to: 80)
        for _ in 0..<2 {
            traffic.ask(c, Self.get)
            traffic.answer(c, Self.ok)
        }
        traffic.close(c)
        traffic.packets.removeAll { $0.isFromServer != fromServer }
        expect(traffic.judge("http"), .inconclusive, "the capture misses")
    }

    @Test("the last reply is lost with all that follows, or the capture shows that it was acknowledged")
    func missingTail() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        let reply = traffic.packets.count
        traffic.answer(c, Self.ok)
        traffic.wait(20 * Self.second)
        traffic.close(c)
        traffic.packets.remove(at: reply)
        expect(
            traffic.judge("http"), .inconclusive, "the capture misses 0 bytes to the server and 43 bytes to the client")
    }

    // MARK: Heard

    @Test("a request that is repeated and never acknowledged did not reach the server")
    func neverAcknowledged() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get, isHeard: false)
        for _ in 0..<4 {
            traffic.wait(5 * Self.second)
            traffic.repeatLast()
        }
        expect(traffic.judge("http"), .inconclusive, "never acknowledged the request")
    }

    @Test("silence is the server's where its kernel has the request and both ends are there to the end of the wait")
    func silence() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.wait(15 * Self.second)
        traffic.finish(c, fromServer: false)
        expect(traffic.judge("http"), .violated, "got no reply for 15000 ms, until the client closed")
        expect(traffic.judge("http", hangAfter: 20 * Self.second), .inconclusive, "no longer than a server may take")
    }

    @Test("a connection of which nothing more is captured may have been lost by the capture")
    func vanished() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.wait(60 * Self.second)
        let other = traffic.connect(to: 80)
        traffic.close(other)
        expect(traffic.judge("http"), .inconclusive, "nothing of the connection was captured in the last 60 s")
        // A keep-alive shows that the client still waits.
        var seen = Self.begun()
        let d = seen.connect(to: 80)
        seen.ask(d, Self.get)
        seen.wait(40 * Self.second)
        seen.acknowledge(d, fromServer: false)
        seen.acknowledge(d, fromServer: true)
        expect(seen.judge("http"), .violated)
    }

    @Test("a reply that stops unacknowledged was lost by the capture")
    func unacknowledgedReply() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.answer(c, "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nbegins", isHeard: false)
        traffic.wait(60 * Self.second)
        let other = traffic.connect(to: 80)
        traffic.close(other)
        expect(traffic.judge("http"), .inconclusive, "the capture lost the connection")
    }

    @Test("a client that gives up after moments says nothing", arguments: [true, false])
    func impatient(resets: Bool) {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.wait(281_000_000)
        if resets { traffic.reset(c, fromServer: false) } else { traffic.close(c) }
        expect(traffic.judge("http"), .held, "got no reply for 281 ms")
    }

    @Test("a server that was slow before may be as slow again")
    func slow() {
        var traffic = CapturedTraffic()
        let a = traffic.connect(to: 80)
        traffic.ask(a, Self.get)
        traffic.wait(9 * Self.second)
        traffic.answer(a, Self.ok)
        traffic.ask(a, Self.get)
        traffic.wait(12 * Self.second)
        traffic.finish(a, fromServer: false)
        expect(traffic.judge("http"), .inconclusive, "no longer than a server may take")
    }

    // MARK: Closed

    @Test(
        "a close that acknowledges the request leaves it unanswered, one that does not crossed it",
        arguments: [true, false])
    func closed(isHeard: Bool) {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.answer(c, Self.ok)
        if isHeard {
            traffic.ask(c, Self.get)
            traffic.finish(c, fromServer: true)
        } else {
            traffic.finish(c, fromServer: true, isHeard: false)
            let close = traffic.packets.removeLast()
            traffic.ask(c, Self.get, isHeard: false)
            traffic.packets.append(close)
            traffic.packets[traffic.packets.count - 1].time = traffic.now + 1000
            traffic.packets[traffic.packets.count - 2].acknowledgement &-= 1
        }
        expect(
            traffic.judge("http"), isHeard ? .violated : .held, isHeard ? "got no reply; the server closed" : "crossed")
    }

    @Test("a reset that does not stand where the captured bytes end shows that bytes are missing")
    func strayReset() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.reset(c, fromServer: true)
        expect(traffic.judge("http"), .violated, "the server reset")
        traffic.packets[traffic.packets.count - 1].sequence &+= 43
        expect(traffic.judge("http"), .inconclusive, "does not stand where")
    }

    @Test("segments of another connection with the same ports make what they touch uncertain")
    func reusedPorts() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80, from: 50_000, sequence: 70_000)
        traffic.ask(c, Self.get)
        traffic.answer(c, Self.ok)
        traffic.close(c)
        let next = traffic.packets.count
        let d = traffic.connect(to: 80, from: 50_000, sequence: 60_000)
        traffic.ask(d, Self.get)
        traffic.answer(d, Self.ok)
        traffic.close(d)
        expect(traffic.judge("http"), .held)
        traffic.packets.removeSubrange(next..<next + 3)
        expect(traffic.judge("http"), .inconclusive, "no place in the connection")
    }

    // MARK: Speaks

    @Test("who speaks another protocol is left aside and named, on the same port too")
    func strangers() {
        var traffic = Self.begun()
        let talks: [(port: UInt16, up: [String], down: [String])] = [
            (20, [], ["-rw-r--r-- 1 ftp ftp 100 file\r\n"]), (6379, ["*1\r\n$4\r\nPING\r\n"], ["+PONG\r\n"]),
            (22, ["SSH-2.0-a\r\n"], ["SSH-2.0-b\r\n"]), (443, ["\u{16}\u{3}\u{1}\u{0}\u{2}ab"], ["\u{16}\u{3}\u{3}"]),
            (80, ["\u{16}\u{3}\u{1}\u{0}\u{2}ab"], ["\u{15}\u{3}\u{1}"]), (8080, [Self.get], ["no HTTP at all"]),
            (80, ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], ["\u{0}\u{0}\u{0}\u{4}"]),
            (110, ["USER a\r\n", "QUIT\r\n"], ["+OK ready\r\n", "+OK\r\n"]),
        ]
        for talk in talks {
            let c = traffic.connect(to: talk.port)
            for (up, down) in zip(talk.up + (talk.up.isEmpty ? [""] : []), talk.down) {
                traffic.ask(c, up)
                traffic.answer(c, down)
            }
            traffic.wait(20 * Self.second)
            traffic.close(c)
        }
        let judgement = traffic.judge("http")
        expect(
            judgement, .held, "flow 6, 10.0.0.1:40007 to 10.0.0.2:8080: the server's first bytes are no reply of http.")
        #expect(judgement.leftAside.count == talks.count)
        let resp = traffic.judge("resp")
        expect(resp, .held)
        #expect(resp.leftAside.count == talks.count)
        #expect(traffic.judge("echo").violations.isEmpty && traffic.judge("tagged").violations.isEmpty)
    }

    @Test("a server that speaks the protocol elsewhere is held to it")
    func heldToIt() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.answer(c, "garbage")
        traffic.close(c)
        expect(traffic.judge("http"), .violated, "cannot be read")
    }

    @Test("a server may turn away who asked nothing, and answer who has not finished", arguments: [400, 408, 503])
    func unasked(status: Int) {
        var traffic = Self.begun()
        let a = traffic.connect(to: 80)
        traffic.wait(5 * Self.second)
        traffic.finish(a, fromServer: false)
        traffic.answer(a, "HTTP/1.0 \(status) No\r\nContent-Length: 0\r\n\r\n")
        traffic.finish(a, fromServer: true)
        let b = traffic.connect(to: 80)
        traffic.ask(b, "PUT /a HTTP/1.1\r\nContent-Length: 100\r\n\r\nbegins")
        traffic.answer(b, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        traffic.close(b, serverFirst: true)
        expect(traffic.judge("http"), .held)
    }

    @Test("field syntax that clients understand is a note, and a fault only where it decides the framing")
    func syntax() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.answer(c, "HTTP/1.1 200 OK\r\nServer : a\r\nContent-Length: 5\r\n\r\nhello")
        traffic.close(c)
        expect(traffic.judge("http"), .held, "white space before a field's colon")
        let d = traffic.connect(to: 80)
        traffic.ask(d, Self.get)
        traffic.answer(d, "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello")
        traffic.close(d)
        expect(traffic.judge("http"), .violated, "tells where the body ends")
    }

    @Test("after SHOUTcast's greeting nothing is judged")
    func icecast() {
        var traffic = Self.begun()
        let c = traffic.connect(to: 80)
        traffic.ask(c, Self.get)
        traffic.answer(c, "ICY 200 OK\r\nicy-name: radio\r\n\r\nmusic")
        traffic.close(c)
        expect(traffic.judge("http"), .held, "ICY")
    }
}
