import Capture
import Fuzz
import Protocols
import Glibc
import Testing
import Verification
import Wire

/// Goal: who waits to be accepted is owed nothing, and who waits for ever is. Method: servers that accept nobody until the
/// clients have waited for some time, or left, on every kind of stream; patience that is shorter or longer than that; what the log says, and what the judge says
/// of the recording.
@Suite("Listen queues")
struct ListenQueueTests {
    /// Runs a scenario against a server that echoes, once its clients have waited for so many milliseconds, or left.
    private static func run(
        _ steps: String, acceptingAfter milliseconds: Int64 = .max / 1_000_000, unix: Bool, longest: Int
    ) throws -> ExecutionLog {
        let folder = TemporaryFolder()
        let path = unix ? folder.path + "/socket" : nil
        let late = Latch()
        let server = LoopbackServer(unixPath: path, acceptingAfter: late) { peer in
            while let bytes = peer.receive() { peer.send(bytes) }
        }
        var patience = ClientPatience()
        (patience.asleepMilliseconds, patience.firstMilliseconds) = (250, 250)
        patience.longestMilliseconds = longest
        defer { server.stop() }
        return try TransportTests.run(
            steps, on: path.map { .unix(path: $0) } ?? .tcp(port: server.port), patience: patience,
            targetSleeps: asleep(opening: late, afterMilliseconds: milliseconds))
    }

    private static func judgement(_ log: ExecutionLog) throws -> Judgement {
        let judge = ExecutionJudge(codec: EchoLineCodec(), serverPort: TargetAddress.unix(path: "").port)
        return judge.judge(try #require(log.packets), log, trouble: [])
    }

    @Test(
        "a server that accepts late is slow, though it sleeps for longer than it may think", arguments: [false, true])
    func late(unix: Bool) throws {
        let log = try Self.run(
            "c0 connect\nc1 connect\nc0 send a\nc1 send b\nc0 expect\nc1 expect\n", acceptingAfter: 900, unix: unix,
            longest: 20_000)
        #expect(log.outcome == .completed)
        #expect(log.connections.map(\.receivedBytes) == [2, 2])
        #expect(log.connections.allSatisfy { $0.owedSince ?? 0 > log.startNanoseconds })
        #expect(log.waits.connecting > log.waits.replying)
    }

    @Test("a server that accepts nobody hangs, when the longest patience is over", arguments: [false, true])
    func never(unix: Bool) throws {
        let log = try Self.run(
            "c0 connect\nc0 send a\nc0 expect\n", unix: unix, longest: 600)
        #expect(log.outcome == .stalled(client: 0))
        #expect(log.connections.map(\.isUnheard) == [false])
        // What nobody owed would be no hang.
        #expect(log.connections.allSatisfy { $0.owedSince.map { $0 < log.endNanoseconds - 500_000_000 } ?? true })
        if unix { #expect(try Self.judgement(log).violations.map(\.oracle) == [.hang]) }
    }

    @Test("clients that leave while they wait accuse nobody", arguments: ["close", "reset", "shutdown", "pause 1ms"])
    func leaving(step: String) throws {
        let log = try Self.run(
            "c0 connect\nc0 send a\nc0 \(step)\nc1 connect\nc1 send b\nc1 pause 1300ms\nc1 close\n",
            unix: true, longest: 20_000)
        #expect(log.outcome == .completed)
        #expect(try Self.judgement(log).violations.map(\.summary) == [])
    }
}
