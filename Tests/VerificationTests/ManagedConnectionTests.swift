import Capture
import Testing
import Verification
import Wire
import Protocols

/// Goal: where a protocol lets a server be silent, push, close or refuse, it is not accused. Method: hand-made captures in
/// which the client waits a minute.
@Suite("Connections that are no plain exchange")
struct ManagedConnectionTests {
    private func request(_ words: String) -> String {
        String(decoding: RESPCodec().encodeRequest(words.split(separator: " ").map { Array($0.utf8) }), as: UTF8.self)
    }

    /// A capture of Redis in which one connection is as told, and others ask before and after it.
    private func judge(_ talk: [(up: String, down: String)], others: [String] = []) -> Judgement {
        var traffic = CapturedTraffic()
        let a = traffic.connect(to: 6379)
        traffic.ask(a, request("PING"))
        traffic.answer(a, "+PONG\r\n")
        let b = traffic.connect(to: 6379)
        for other in others {
            traffic.ask(b, request(other))
            traffic.answer(b, "+OK\r\n")
        }
        for part in talk {
            if !part.up.isEmpty { traffic.ask(a, request(part.up)) }
            if !part.down.isEmpty { traffic.answer(a, part.down) }
        }
        traffic.wait(60 * CapturedTraffic.second)
        traffic.close(a)
        return traffic.judge("resp")
    }

    @Test("RESP: blocking, subscribing, monitoring, replicating, silence on demand")
    func resp() {
        let talks: [[(up: String, down: String)]] = [
            [("BLPOP list 0", "")], [("BZMPOP 0 1 z MIN", "")], [("XREAD BLOCK 0 STREAMS s 0", "")],
            [
                (
                    "SUBSCRIBE a",
                    "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n"
                )
            ],
            [("MONITOR", "+OK\r\n+1.0 [0 127.0.0.1:1] \"PING\"\r\n")],
            [("PSYNC ? -1", "+FULLRESYNC 0 0\r\n$5\r\nREDIS*1\r\n$4\r\nPING\r\n")],
            [("HELLO 3", "%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n"), ("GET k", "_\r\n")],
            [("CLIENT REPLY OFF", ""), ("SET k v", "")],
            [("MULTI", "+OK\r\n"), ("GET k", "+QUEUED\r\n"), ("EXEC", "*1\r\n$-1\r\n")],
            [("SHUTDOWN NOSAVE", "")], [("QUIT", "+OK\r\n"), ("GET k", "")],
        ]
        for talk in talks {
            let judgement = judge(talk)
            #expect(judgement.violations.isEmpty, "\(talk): \(judgement.violations)")
        }
        #expect(judge([("GET k", "")]).oracles == [.hang])
        for other in ["CLIENT PAUSE 90000", "DEBUG SLEEP 90", "SHUTDOWN"] {
            #expect(judge([("GET k", "")], others: [other]).violations.isEmpty)
        }
    }

    @Test("HTTP: what follows an upgrade, a tunnel or a refused body is not judged")
    func http() {
        let talks: [(up: String, down: String)] = [
            (
                "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\u{1}\u{5}hello"
            ),
            ("CONNECT a:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n\u{16}\u{3}\u{3}"),
            (
                "PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
                "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"
            ),
            (
                "POST /a HTTP/1.1\r\nContent-Length: 99999\r\n\r\nbegins",
                "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            ),
        ]
        for talk in talks {
            var traffic = CaptureProofTests.begun()
            let c = traffic.connect(to: 80)
            traffic.ask(c, talk.up)
            traffic.answer(c, talk.down)
            traffic.wait(60 * CapturedTraffic.second)
            traffic.close(c)
            let judgement = traffic.judge("http")
            #expect(judgement.verdict == .held, "\(talk.up): \(judgement)")
        }
    }

    @Test("a method that is always refused is not supported; one that was accepted once is judged")
    func refusedMethods() {
        let tape = Tape("http")
        let c = tape.connect(1)
        let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        tape.exchange(c[0], "PUT /a hello", "HTTP/1.1 204 No Content\r\n\r\n")
        tape.exchange(c[0], "GET /a", ok + "hello")
        tape.exchange(c[0], "HEAD /a", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n")
        tape.exchange(c[0], "DELETE /a", missing)
        tape.exchange(c[0], "GET /a", ok + "hello")
        #expect(tape.judge().verdict == .held, "\(tape.judge())")
        var evidence = tape.evidence
        evidence.source = .capture
        #expect(Judge().judge(evidence).unsupportedCommands == ["DELETE", "HEAD"])
        evidence = tape.evidence
        evidence.acceptedMethods = ["HEAD", "DELETE"]
        #expect(Judge().judge(evidence).oracles == [.linearizability])
        // A server's own failure is no refusal.
        tape.exchange(c[0], "POST /a x", "HTTP/1.1 500 Failed\r\nContent-Length: 0\r\n\r\n")
        #expect(tape.judge().methods.accepted.contains("POST"))
    }
}
