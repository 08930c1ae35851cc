import Fuzz
import Glibc
import Synchronization
import System
import Testing
import Wire
import Protocols

/// Goal: clients do what the script says and note what they saw, whatever the server does. Method: small servers on loopback,
/// a thread a connection, each with one kind of behaviour; what the clients noted is compared with what must have happened.
@Suite("Running scenarios")
struct EngineTests {
    /// Runs a scenario of echo lines, or of another protocol.
    static func run(
        _ steps: String, on port: UInt16, protocolName: String = "echo", patience: ClientPatience = ClientPatience(),
        sources: ClientSources.Range = .manyAddresses, targetSleeps: @escaping () -> Bool? = { nil }
    ) throws -> ExecutionLog {
        let codec = try #require(WireProtocols.named(protocolName))
        let engine = try Engine(
            address: .tcp(port: port), codec: codec, sources: sources, patience: patience, targetSleeps: targetSleeps)
        let scenario = try Scenario(parsing: "protocol \(protocolName)\n" + steps)
        return try engine.run(scenario, execution: 1, binding: Binding(campaign: "t", execution: 1))
    }

    static func hash(_ text: String) -> StreamHash { hash(Array(text.utf8)) }

    static func hash(_ bytes: [UInt8]) -> StreamHash {
        var hash = StreamHash()
        bytes.withUnsafeBytes { hash.add($0) }
        return hash
    }

    @Test("a half-closed client still gets its pending replies")
    func halfClose() throws {
        // It answers only once it has seen the end of the requests.
        let server = LoopbackServer { $0.send($0.receiveAll()) }
        let log = try Self.run(
            "c0 connect\nc0 send one\nc0 send two | three\nc0 shutdown\nc0 expect 3\n", on: server.port)
        #expect(log.outcome == .completed)
        let connection = try #require(log.connections.first)
        #expect(connection.sentBytes == 14)
        #expect(connection.receivedBytes == 14)
        #expect(connection.receivedHash == Self.hash("one\ntwo\nthree\n"))
        #expect(connection.sends.map(\.offset) == [0, 4])
        #expect(connection.replies.map(\.offset) == [4, 8, 14])
        #expect(connection.serverClosed)
        #expect(!connection.wasReset && !connection.clientReset)
    }

    @Test("a reset client is done, and the other one goes on")
    func reset() throws {
        let server = LoopbackServer.echo()
        let log = try Self.run(
            "c0 connect\nc1 connect\nc0 send a\nc0 expect\nc0 send b\nc0 reset\nc1 send c\nc1 expect\nc0 expect\n",
            on: server.port)
        #expect(log.outcome == .completed)
        #expect(log.connections.map(\.client) == [0, 1])
        #expect(log.connections.map(\.clientReset) == [true, false])
        #expect(log.connections.map(\.sentBytes) == [4, 2])
        #expect(log.connections.map(\.replies.count) == [1, 1])
    }

    @Test("the server sees a reset as a reset and a close as an end")
    func endings() throws {
        let seen = try Mailbox<Int32>()
        let server = LoopbackServer { peer in
            var bytes = [UInt8](repeating: 0, count: 100)
            while true {
                let count = recv(peer.raw, &bytes, bytes.count, 0)
                if count > 0 { continue }
                return seen.put(count == 0 ? 0 : errno)
            }
        }
        _ = try Self.run("c0 connect\nc0 send a\nc0 reset\n", on: server.port)
        _ = try Self.run("c0 connect\nc0 send a\nc0 close\n", on: server.port)
        #expect([seen.takeOne(), seen.takeOne()].sorted() == [0, ECONNRESET])
        server.stop()
    }

    @Test("a slow reader with a small buffer gets all bytes")
    func slowReader() throws {
        let server = LoopbackServer.echo()
        let log = try Self.run(
            "c0 connect receive-buffer 4096\nc0 send {token:65000} | {token:65000} | {token:65000}\n"
                + "c1 connect\nc1 send a\nc1 expect\nc0 pause 5ms\nc0 expect 3\n",
            on: server.port)
        #expect(log.outcome == .completed)
        var binding = Binding(campaign: "t", execution: 1)
        let token = Template([.token(length: 65_000)])
        var sent: [UInt8] = []
        for _ in 0..<3 { sent += token.bytes(&binding, client: 0) + [0x0A] }
        #expect(log.connections[0].sentBytes == sent.count)
        #expect(log.connections[0].receivedBytes == sent.count)
        #expect(log.connections[0].receivedHash == Self.hash(sent))
        #expect(log.connections[1].receivedHash == Self.hash("a\n"))
    }

    @Test(
        "a silent server stalls a client: at once where it sleeps, at last where it does not",
        arguments: [true, false, nil])
    func silent(sleeps: Bool?) throws {
        let server = LoopbackServer { _ = $0.receiveAll() }
        var patience = ClientPatience()
        patience.asleepMilliseconds = 30
        patience.longestMilliseconds = sleeps == true ? 60_000 : 60
        let log = try Self.run(
            "c0 connect\nc1 connect\nc1 send a\nc1 expect\nc0 send never\n", on: server.port, patience: patience
        ) { sleeps }
        #expect(log.outcome == .stalled(client: 1))
        #expect(log.connections.map(\.sentBytes) == [0, 2])
        #expect(log.connections.map(\.receivedBytes) == [0, 0])
        #expect(log.connections.allSatisfy { $0.replies.isEmpty })
    }

    @Test("a server that sleeps before it answers is slow: its first silence is waited out")
    func slow() throws {
        let late = Latch()
        let server = LoopbackServer { peer in
            let line = peer.receive() ?? []
            late.wait()
            peer.send(line)
            _ = peer.receiveAll()
        }
        var patience = ClientPatience()
        patience.asleepMilliseconds = 60
        patience.firstMilliseconds = 2_000
        let log = try Self.run(
            "c0 connect\nc0 send a\nc0 expect\nc0 send b\nc0 expect\n", on: server.port, patience: patience,
            targetSleeps: asleep(opening: late, afterMilliseconds: 200))
        #expect(log.outcome == .stalled(client: 0))
        #expect(log.connections.map(\.replies.count) == [1])
    }

    @Test("a server that takes the beginning of a request, and then nothing more, has heard it")
    func heardInPart() throws {
        let clientHasLeft = Latch()
        let server = LoopbackServer { _ in clientHasLeft.wait() }
        var patience = ClientPatience()
        patience.longestMilliseconds = 200
        let log = try Self.run(
            "c0 connect\nc0 send {token:8000000}\nc0 expect\n", on: server.port, patience: patience
        ) { true }
        clientHasLeft.open()
        #expect(log.outcome == .stalled(client: 0))
        #expect(log.connections.map(\.isUnheard) == [false])
    }

    @Test("what was waited for tells how long is waited: longer for the first time, and where a target was slow")
    func experience() {
        let patience = ClientPatience()
        let confirming = patience.confirming
        #expect(patience.silenceMilliseconds == 1_500)
        #expect(confirming.silenceMilliseconds == 1_500)
        patience.hung()
        #expect(patience.silenceMilliseconds == 500)
        #expect(confirming.silenceMilliseconds == 1_500)
        confirming.hung()
        #expect(confirming.silenceMilliseconds == 260)
        confirming.answered(after: 1_000)
        #expect(patience.silenceMilliseconds == 2_000)
        #expect(confirming.silenceMilliseconds == 2_000)
        patience.answered(after: 9_000)
        #expect(patience.silenceMilliseconds == patience.longestMilliseconds)
    }

    @Test("a server that closes early ends the waiting, not the script")
    func closesEarly() throws {
        let server = LoopbackServer { _ = $0.receive() }
        let log = try Self.run(
            "c0 connect\nc0 send a\nc0 expect 5\nc1 connect\nc1 send b\nc1 expect\n", on: server.port)
        #expect(log.outcome == .completed)
        #expect(log.connections.count == 2)
        #expect(log.connections.allSatisfy { $0.serverClosed && $0.replies.isEmpty && $0.receivedBytes == 0 })
    }

    @Test("half a reply is counted as bytes, not as a reply")
    func halfReply() throws {
        let server = LoopbackServer { peer in
            _ = peer.receive()
            peer.send(Array("ok\nhal".utf8))
        }
        let log = try Self.run("c0 connect\nc0 send a | b\nc0 expect 2\n", on: server.port)
        #expect(log.outcome == .completed)
        #expect(log.connections[0].replies.map(\.offset) == [3])
        #expect(log.connections[0].receivedHash == Self.hash("ok\nhal"))
    }

    @Test("a refused connection is noted and the script goes on")
    func refused() throws {
        let log = try Self.run(
            "c0 connect\nc0 send a\nc0 expect\nc0 close\nc0 connect\nc0 shutdown\n", on: Port.free())
        #expect(log.outcome == .completed)
        #expect(log.connections.count == 2)
        #expect(log.connections.allSatisfy { $0.wasReset && $0.sentBytes == 0 && $0.receivedBytes == 0 })
    }

    @Test("a reply stream that breaks the protocol ends the waiting")
    func malformed() throws {
        let server = LoopbackServer { peer in
            _ = peer.receive()
            peer.send(Array("+OK\r\n?".utf8))
            peer.send(Array("\r\n".utf8))
            _ = peer.receiveAll()
        }
        let log = try Self.run("c0 connect\nc0 send PING | PING\nc0 expect 2\n", on: server.port, protocolName: "resp")
        #expect(log.outcome == .completed)
        #expect(log.connections[0].replies.map(\.offset) == [5])
        #expect(log.connections[0].receivedBytes == 8)
    }

    @Test("what the script does not expect is read at the end")
    func drained() throws {
        let server = LoopbackServer { peer in
            peer.send(Array("hello\n".utf8))
            peer.send(peer.receiveAll())
        }
        let log = try Self.run("c0 connect\nc0 send a | b\n", on: server.port)
        #expect(log.outcome == .completed)
        #expect(log.connections[0].receivedHash == Self.hash("hello\na\nb\n"))
        #expect(log.connections[0].serverClosed)
    }

    @Test("clients released together get what is theirs")
    func together() throws {
        let server = LoopbackServer.echo()
        let clients = 0..<20
        let steps =
            clients.map { "c\($0) connect\n" }.joined() + "together\n"
            + clients.map { "  c\($0) send n\($0)\n" }.joined()
            + clients.map { "c\($0) expect\n" }.joined()
        let log = try Self.run(steps, on: server.port)
        #expect(log.outcome == .completed)
        for client in clients { #expect(log.connections[client].receivedHash == Self.hash("n\(client)\n")) }
        #expect(Set(log.connections.map(\.source)).count == clients.count)
        #expect(log.connections.map(\.source) == log.connections.map(\.source).sorted())
    }

    @Test(
        "connecting again opens a connection of its own", arguments: [ClientSources.Range.manyAddresses, .oneAddress])
    func again(sources: ClientSources.Range) throws {
        let server = LoopbackServer.echo()
        let log = try Self.run(
            "c0 connect\nc0 send a\nc0 expect\nc0 connect\nc0 send bb\nc0 expect\nc0 close\nc0 send c\n",
            on: server.port,
            sources: sources)
        #expect(log.outcome == .completed)
        #expect(log.connections.map(\.client) == [0, 0])
        #expect(log.connections.map(\.receivedBytes) == [2, 3])
        #expect(log.connections[0].source < log.connections[1].source)
        #expect(log.startNanoseconds <= log.endNanoseconds)
    }

    @Test("one engine runs many scenarios, each with sources of its own")
    func many() throws {
        let server = LoopbackServer.echo()
        let engine = try Engine(address: .tcp(port: server.port), codec: EchoLineCodec(), sources: .manyAddresses)
        let scenario = try Scenario(
            parsing:
                "protocol echo\nc0 connect\nc1 connect\nc0 send {token}\nc1 send {token:3000}\nc0 expect\nc1 expect\n")
        var sources: Set<ClientSource> = []
        for execution in 1...50 {
            let binding = Binding(campaign: "t", execution: execution)
            let log = try engine.run(scenario, execution: execution, binding: binding)
            #expect(log.execution == execution)
            #expect(log.outcome == .completed)
            #expect(log.connections.map(\.receivedBytes) == log.connections.map(\.sentBytes))
            sources.formUnion(log.connections.map(\.source))
        }
        #expect(sources.count == 100)
    }
}
