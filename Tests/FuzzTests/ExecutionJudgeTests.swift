import Capture
import Fuzz
import Testing
import Verification
import Wire
import Protocols

/// Goal: where clients and capture differ over what crossed the wire, the verdict is inconclusive and says why; where they
/// agree, the wire decides. Method: hand-made packets beside hand-made logs.
@Suite("The clients' log as second witness")
struct ExecutionJudgeTests {
    let judge = ExecutionJudge(codec: RESPCodec(), serverPort: Packets.serverPort)

    static func flows(_ packets: Packets) -> [Flow] {
        var table = FlowTable(serverPort: Packets.serverPort)
        table.add(packets.batch)
        return table.finish()
    }

    static func exchange() -> (Packets, ExecutionLog) {
        var packets = Packets()
        packets.connection(Packets.address(4), "PING\r\n", "+PONG\r\n")
        var log = ExecutionLog(1, [4])
        log.note(0, sent: "PING\r\n", received: "+PONG\r\n")
        return (packets, log)
    }

    @Test("agreement is silent")
    func agreement() {
        let (packets, log) = Self.exchange()
        #expect(ExecutionJudge.disagreements(Self.flows(packets), log).isEmpty)
        let judgement = judge.judge(packets.batch, log, trouble: [])
        #expect(judgement.verdict == .held)
        #expect(judgement.exercised.answered == 1)
    }

    @Test("who had to leave at the end of the time proves no hang", arguments: [300, 9_000, 11_000])
    func interrupted(milliseconds: Int64) {
        var packets = Packets()
        packets.request(Packets.address(4), "PING\r\n", waits: milliseconds * 1_000_000)
        let verdict = { (outcome: ExecutionLog.Outcome) in
            var log = ExecutionLog(1, [4])
            log.note(0, sent: "PING\r\n", received: "")
            log.outcome = outcome
            return judge.judge(packets.batch, log, trouble: []).verdict
        }
        #expect(verdict(.stalled(client: 0)) == .violated)
        #expect((verdict(.interrupted) == .violated) == (milliseconds > 10_000))
    }

    @Test("an endless reply is an accusation only where nothing that was written or stored can be so long")
    func endless() {
        let (packets, original) = Self.exchange()
        let half = ExecutionLimits.readBytes / 2
        let verdict = { (codec: any WireCodec, isFresh: Bool, unfinished: Int, written: Int) in
            var log = original
            log.outcome = .flooded(client: 0, unfinished: unfinished)
            log.connections[0].sentBytes = written
            let judge = ExecutionJudge(codec: codec, serverPort: Packets.serverPort, isFreshTarget: isFresh)
            let judgement = judge.judge(packets.batch, log, trouble: [])
            #expect(judgement.verdict == .violated || judgement.inconclusive.contains { $0.contains("sent more than") })
            return judgement.verdict
        }
        #expect(verdict(RESPCodec(), true, half + 1, 6) == .violated)
        #expect(verdict(RESPCodec(), true, half, 6) == .inconclusive)
        #expect(verdict(RESPCodec(), true, half + 1, ExecutionLimits.modestBytes) == .inconclusive)
        #expect(verdict(RESPCodec(), false, half + 1, 6) == .inconclusive)
    }

    @Test("the wire's intervals lie beside the clients'")
    func intervals() throws {
        let (packets, original) = Self.exchange()
        var log = original
        let flow = try #require(Self.flows(packets).first)
        let request = try #require(flow.toServer.packet(at: 0)).time.nanoseconds
        let reply = try #require(flow.toClient.packet(at: 6)).time.nanoseconds
        log.connections[0].sends = [.init(offset: 0, nanoseconds: request - 300)]
        log.connections[0].replies = [.init(offset: 7, nanoseconds: reply + 700)]
        let intervals = judge.judge(packets.batch, log, trouble: []).exercised.intervals
        #expect(intervals.operations == 1)
        #expect(intervals.wireNanoseconds == reply - request)
        #expect(intervals.clientNanoseconds == reply - request + 1000)
    }

    @Test("each difference has its sentence, and none is blamed on the server")
    func differences() {
        let table: [(sent: String, received: String, sentence: String)] = [
            ("PING\r\nPING\r\n", "+PONG\r\n", "c0 sent 12 bytes, the capture holds 6"),
            ("PIN", "+PONG\r\n", "c0 sent 3 bytes, the capture holds 6"),
            ("PING\r\n", "+PONG\r\n+PONG\r\n", "c0 received 14 bytes, the capture holds 7"),
            ("PING\r\n", "+PANG\r\n", "c0 received other bytes than the capture holds"),
        ]
        let (packets, original) = Self.exchange()
        for (sent, received, sentence) in table {
            var log = original
            log.note(0, sent: sent, received: received)
            #expect(ExecutionJudge.disagreements(Self.flows(packets), log) == [sentence])
            let judgement = judge.judge(packets.batch, log, trouble: [])
            #expect(judgement.verdict == .inconclusive)
            #expect(judgement.inconclusive.contains(sentence))
        }
    }

    @Test("stamps outside the client's own interval say that the clocks differ")
    func clocks() throws {
        let (packets, original) = Self.exchange()
        let flow = try #require(Self.flows(packets).first)
        let request = try #require(flow.toServer.packet(at: 0)).time.nanoseconds
        let reply = try #require(flow.toClient.packet(at: 6)).time.nanoseconds
        let second = 1_000_000_000 as Int64
        func judged(sent: Int64, received: Int64) -> [String] {
            var log = original
            log.connections[0].sends = [.init(offset: 0, nanoseconds: sent)]
            log.connections[0].replies = [.init(offset: 7, nanoseconds: received)]
            return ExecutionJudge.disagreements(Self.flows(packets), log)
        }
        #expect(judged(sent: request, received: reply).isEmpty)
        #expect(judged(sent: request - second, received: reply + second).isEmpty)
        #expect(judged(sent: request + second, received: reply) == ["c0's first request is stamped before it was sent"])
        #expect(judged(sent: request, received: reply - second) == ["c0's last reply is stamped after it was received"])
    }

    @Test("a client need not have read all that the capture holds")
    func unread() {
        let (packets, original) = Self.exchange()
        var log = original
        log.note(0, sent: "PING\r\n", received: "+PO")
        #expect(ExecutionJudge.disagreements(Self.flows(packets), log).isEmpty)
    }

    @Test("a whole connection may be missing, but one that said nothing is not missed")
    func missingConnection() {
        let (packets, _) = Self.exchange()
        var log = ExecutionLog(1, [4, 5, 6])
        log.note(0, sent: "PING\r\n", received: "+PONG\r\n")
        log.note(1, sent: "PING\r\n", received: "")
        let sentence = "the capture misses the whole connection of c1"
        #expect(ExecutionJudge.disagreements(Self.flows(packets), log) == [sentence])
        #expect(judge.judge(packets.batch, log, trouble: []).verdict == .inconclusive)
    }

    @Test("a reset may keep sent bytes off the wire, but brings none onto it")
    func resets() {
        let (packets, original) = Self.exchange()
        for byClient in [true, false] {
            var log = original
            log.note(0, sent: "PING\r\nPING\r\n", received: "")
            log.connections[0].clientReset = byClient
            log.connections[0].wasReset = !byClient
            #expect(ExecutionJudge.disagreements(Self.flows(packets), log).isEmpty)
            log.note(0, sent: "PIN", received: "")
            #expect(
                ExecutionJudge.disagreements(Self.flows(packets), log) == ["c0 sent 3 bytes, the capture holds 6"])
        }
        // The log of a client that gave up says nothing of the reset; the wire does.
        var cut = Packets()
        cut.handshake(Packets.address(4))
        cut.tcp(Packets.address(4), [.ack, .psh], "PING\r\n")
        cut.tcp(Packets.address(4), [.rst])
        var log = ExecutionLog(1, [4])
        log.note(0, sent: "PING\r\nPING\r\n", received: "")
        #expect(ExecutionJudge.disagreements(Self.flows(cut), log).isEmpty)
    }

    @Test("trouble of the capture makes the verdict inconclusive")
    func trouble() {
        let (packets, log) = Self.exchange()
        let judgement = judge.judge(packets.batch, log, trouble: ["the capture misses the end of the execution"])
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.inconclusive == ["the capture misses the end of the execution"])
    }

    @Test("a violation names the client by its number in the scenario")
    func names() throws {
        var packets = Packets()
        for client in [8, 9] as [UInt32] {
            packets.connection(Packets.address(client), "*2\r\n$4\r\nECHO\r\n$2\r\nv\(client)\r\n", "$2\r\nv8\r\n")
        }
        var log = ExecutionLog(1, [8, 9])
        for (index, client) in [8, 9].enumerated() {
            log.note(index, sent: "*2\r\n$4\r\nECHO\r\n$2\r\nv\(client)\r\n", received: "$2\r\nv8\r\n")
        }
        let judgement = judge.judge(packets.batch, log, trouble: [])
        #expect(judgement.verdict == .violated)
        let violation = try #require(judgement.violations.first)
        #expect(violation.summary.contains("c1"))
        #expect(!violation.packets.isEmpty)
        #expect(violation.packets.allSatisfy { (1...packets.batch.records.count).contains($0) })
    }

    @Test("nothing captured and nothing sent is nothing tested")
    func nothing() {
        let judgement = judge.judge(PacketBatch(linkTypes: [.ethernet]), ExecutionLog(1, []), trouble: [])
        #expect(judgement.verdict == .nothingTested)
    }
}
