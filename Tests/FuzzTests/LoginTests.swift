import Fuzz
import Protocols
import Synchronization
import Testing
import Verification
import Wire

/// Goal: each connection logs in before it says anything else, and nobody judges that. Method: a server that notes what it is told,
/// and hand-made packets.
@Suite("Logging in")
struct LoginTests {
    private static func credentials() throws -> Credentials {
        try Credentials(Login(requests: ["AUTH opensesame", "SELECT 1"]), for: RESPCodec())
    }

    @Test("a client says nothing before its login is answered")
    func order() throws {
        let said = Mutex<[String]>([])
        let server = LoopbackServer { peer in
            while let bytes = peer.receive() {
                said.withLock {
                    $0.append(String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")[2].lowercased())
                }
                peer.send(Array("+OK\r\n".utf8))
            }
        }
        defer { server.stop() }
        let login = try Self.credentials()
        let engine = try Engine(
            address: .tcp(port: server.port), codec: RESPCodec(), login: login.steps, sources: .manyAddresses)
        let scenario = try Scenario(parsing: "protocol resp\nc0 connect\nc0 send PING\nc0 expect\nc0 connect\n")
        let log = try engine.run(scenario, execution: 1, binding: Binding(campaign: "t", execution: 1))
        #expect(log.outcome == .completed)
        // One at a time, also in one segment.
        #expect(said.withLock { $0 } == ["auth", "select", "ping", "auth", "select"])
        #expect(log.connections.map(\.replies.count) == [3, 2])
    }

    private func judge(_ granted: String, login: [LoginStep]) -> Judgement {
        let told = String(decoding: login.flatMap(\.bytes), as: UTF8.self) + "PING\r\n"
        let replies = granted + "+PONG\r\n"
        var packets = Packets()
        packets.connection(Packets.address(4), told, replies)
        var log = ExecutionLog(1, [4])
        log.note(0, sent: told, received: replies)
        let judge = ExecutionJudge(codec: RESPCodec(), serverPort: Packets.serverPort, login: login)
        return judge.judge(packets.batch, log, trouble: [])
    }

    @Test("what was granted is no operation, what was refused is one")
    func judged() throws {
        let login = try Self.credentials().steps
        let granted = judge("+OK\r\n+OK\r\n", login: login)
        #expect(granted.verdict == .held)
        #expect(granted.exercised.operations == 1)
        let refused = judge("-WRONGPASS\r\n+OK\r\n", login: login)
        #expect(refused.exercised.operations == 3)
        #expect(refused.exercised.refused > 0)
    }

    @Test("a target that refuses the login is known before anything is run")
    func refused() throws {
        let server = LoopbackServer { peer in
            while peer.receive() != nil { peer.send(Array("-WRONGPASS no\r\n".utf8)) }
        }
        defer { server.stop() }
        var readiness = Readiness(.tcp(port: server.port), in: nil, answering: nil, as: try Self.credentials())
        #expect(readiness.look { false } == .loginRefused("-WRONGPASS no\\r\\n"))
    }

    @Test("a greeting is no answer to a login", arguments: [true, false])
    func greeted(isKnown: Bool) throws {
        let server = LoopbackServer { peer in
            peer.send(Array("+HELLO\r\n".utf8))
            while peer.receive() != nil { peer.send(Array("-WRONGPASS no\r\n".utf8)) }
        }
        defer { server.stop() }
        let codec = GreetedProtocol(RESPCodec(), greeting: 1)
        var readiness = Readiness(
            .tcp(port: server.port), in: nil, answering: nil, as: try Self.credentials(),
            spoken: isKnown ? codec : nil, knowsGreeting: isKnown)
        #expect(readiness.look { false } == .loginRefused("-WRONGPASS no\\r\\n"))
    }

    @Test("where only header fields log in, a request tells whether they do", arguments: [401, 200, 403, 404])
    func header(status: Int) throws {
        let server = LoopbackServer { peer in
            while peer.receive() != nil { peer.send(Array("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n".utf8)) }
        }
        defer { server.stop() }
        let login = try Credentials(Login(headers: ["Authorization: Bearer opensesame"]), for: HTTPCodec())
        var readiness = Readiness(.tcp(port: server.port), in: nil, answering: nil, as: login)
        let look = readiness.look { false }
        #expect((look == .ready) == (status != 401))
    }
}
