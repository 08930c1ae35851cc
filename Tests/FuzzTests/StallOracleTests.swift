import Capture
import Fuzz
import Protocols
import Testing
import Verification
import Wire

/// Goal: a late reply is suspected only where nothing that others do explains the wait, and accused only where a client alone
/// does not wait as long. Method: hand-made packets, each case beside its innocent neighbours; counts of control runs.
@Suite("Late replies")
struct StallOracleTests {
    private static let millisecond: Int64 = 1_000_000

    /// Two clients: the second asks, and is answered after so long; after a part of the wait the first may be answered.
    private static func judge(
        after milliseconds: Int64, starved: Int64 = 0, alone: Bool = false, judge: ExecutionJudge? = nil,
        share: Double = 0.75, firstAsks: Bool = false
    ) -> [OracleID] {
        let judge = judge ?? ExecutionJudge(codec: RESPCodec(), serverPort: Packets.serverPort)
        let (first, second) = (Packets.address(4), Packets.address(5))
        var packets = Packets()
        var log = ExecutionLog(1, alone ? [5] : [4, 5])
        if !alone { packets.handshake(first) }
        packets.handshake(second)
        packets.tcp(second, [.ack, .psh], "PING\r\n")
        packets.wait(Int64(Double(milliseconds * millisecond) * share))
        if firstAsks {
            packets.tcp(first, [.ack, .psh], "PING\r\n")
            packets.tcp(first, fromServer: true, [.ack, .psh], "+PONG\r\n")
            log.note(0, sent: "PING\r\n", received: "+PONG\r\n")
        }
        packets.wait(Int64(Double(milliseconds * millisecond) * (1 - share)))
        packets.tcp(second, fromServer: true, [.ack, .psh], "+PONG\r\n")
        log.note(alone ? 0 : 1, sent: "PING\r\n", received: "+PONG\r\n")
        log.starved = starved * millisecond
        for address in alone ? [second] : [first, second] {
            packets.tcp(address, [.ack, .fin])
            packets.tcp(address, fromServer: true, [.ack, .fin])
        }
        return judge.judge(packets.batch, log, trouble: []).violations.map(\.oracle)
    }

    @Test("a reply that comes late while another client is idle is suspected")
    func late() {
        #expect(Self.judge(after: 301) == [.stall])
        #expect(Self.judge(after: 299).isEmpty)
        #expect(Self.judge(after: 1_800) == [.stall])
    }

    @Test("what load took from the target is none of its time")
    func starved() {
        #expect(Self.judge(after: 900, starved: 650).isEmpty)
        #expect(Self.judge(after: 900, starved: 500) == [.stall])
    }

    @Test("what another client does in the second half of the wait may be what ends it; before, it is not")
    func released() {
        #expect(Self.judge(after: 900, share: 0.75, firstAsks: true).isEmpty)
        #expect(Self.judge(after: 900, share: 0.25, firstAsks: true) == [.stall])
    }

    @Test("a server that needs as long for a client alone is slow, and its factor counts")
    func slow() {
        let judge = ExecutionJudge(codec: RESPCodec(), serverPort: Packets.serverPort)
        // Of a lone client any such wait is told: it counts against a suspicion.
        #expect(Self.judge(after: 400, alone: true, judge: judge) == [.stall])
        #expect(Self.judge(after: 1_500, judge: judge).isEmpty)
        #expect(Self.judge(after: 1_700, judge: judge) == [.stall])
    }

    @Test("a suspicion is no accusation, and a lone client's none at all")
    func accusation() {
        let stall = Violation(oracle: .stall, summary: "", signature: "stall")
        for sources in [[UInt32(4)], [4, 5]] {
            let performed = PerformedExecution(
                scenario: Scenario(protocolName: "resp"), log: ExecutionLog(1, sources), ending: nil)
            let judged = JudgedExecution(
                performed, Judgement(violations: [stall]), PacketBatch(linkTypes: [.ethernet]))
            #expect(judged.accusations.isEmpty)
        }
    }

    @Test("it is one where other clients make it, at the same time or before, and a client alone does not see it")
    func proved() {
        func control(_ together: Int, _ oneAfterTheOther: Int, _ alone: Int, of tries: Int = 20) -> Bool {
            let arm = { FindingControl.Arm(hits: $0, tries: tries) }
            return FindingControl(
                together: arm(together), oneAfterTheOther: arm(oneAfterTheOther), alone: arm(alone), executionsPerTry: 1
            ).isStall
        }
        #expect(control(20, 0, 0) && control(0, 20, 0) && control(20, 20, 0))
        #expect(!control(20, 20, 20) && !control(3, 0, 0) && !control(20, 20, 14))
        #expect(control(5, 5, 0, of: 5) && !control(5, 5, 1, of: 5) && !control(0, 0, 0, of: 0))
    }

    @Test("a target spins that is busy in every window, and no other")
    func spin() {
        var windows = [1.0, 0.9, 0.85, 2.5]
        #expect(RestLoad.isSpinning(4) { windows.removeFirst() })
        windows = [1.0, 0.1, 1.0, 1.0]
        #expect(!RestLoad.isSpinning(4) { windows.removeFirst() })
        #expect(windows.count == 2)
        #expect(!RestLoad.isSpinning(4) { nil })
    }
}
