import Capture
import Fuzz
import Protocols
import Testing
import Verification
import Wire

/// Goal: what the wire alone does not tell is said in one place: that the target died, and that it left a client without an
/// answer for longer than its clients have seen it need. Method: hand-made packets beside hand-made logs, with what ends an
/// execution; each accusation with its innocent neighbours.
@Suite("Oracles of executions")
struct ExecutionOracleTests {
    private let judge = ExecutionJudge(codec: RESPCodec(), serverPort: Packets.serverPort)
    private static let millisecond: Int64 = 1_000_000

    /// A client that asked and got nothing for so long; before that, another was answered after `slowest`.
    private static func silence(
        _ request: String = "PING\r\n", for milliseconds: Int64 = 200
    ) -> (Packets, ExecutionLog) {
        var packets = Packets()
        packets.request(Packets.address(4), request, waits: milliseconds * millisecond)
        var log = ExecutionLog(1, [4])
        log.note(0, sent: request, received: "")
        log.outcome = .stalled(client: 0)
        log.endNanoseconds = packets.now
        return (packets, log)
    }

    @Test("the death of the target is a crash, whatever the wire shows, and the only accusation")
    func crash() {
        for (packets, log) in [ExecutionJudgeTests.exchange(), Self.silence(for: 11_000)] {
            let judgement = judge.judge(packets.batch, log, ending: .killed(signal: 11), trouble: [])
            #expect(judgement.violations.first?.oracle == .crash)
            #expect(judgement.violations.first?.summary == "the target was killed by SIGSEGV during an execution")
            let judged = JudgedExecution(
                PerformedExecution(scenario: Scenario(protocolName: "resp"), log: log, ending: .killed(signal: 11)),
                judgement, packets.batch)
            #expect(judged.accusations.map(\.oracle) == [.crash])
        }
        let (packets, log) = ExecutionJudgeTests.exchange()
        #expect(judge.judge(packets.batch, log, trouble: []).verdict == .held)
    }

    @Test("one that the judge has not come to has died all the same, and shows nothing else")
    func unjudged() {
        let (_, log) = Self.silence()
        let scenario = Scenario(protocolName: "resp")
        let dead = JudgedExecution(
            unjudged: PerformedExecution(scenario: scenario, log: log, ending: .exited(status: 1)))
        #expect(dead.accusations.map(\.signature) == ["crash exited with status 1"])
        #expect(dead.scenario == scenario)
        let alive = JudgedExecution(unjudged: PerformedExecution(scenario: scenario, log: log, ending: nil))
        #expect(alive.accusations.isEmpty)
    }

    @Test("a target that ended without an answer to anybody may have been dying of what came before")
    func dying() {
        let (scenario, before) = (Scenario(protocolName: "resp"), Scenario(protocolName: "echo"))
        let (_, answered) = ExecutionJudgeTests.exchange()
        let (_, silent) = Self.silence()
        let earlier = { (log: ExecutionLog, ending: ProcessEnding?) in
            let performed = PerformedExecution(scenario: scenario, log: log, ending: ending, before: before)
            return JudgedExecution(unjudged: performed).earlier
        }
        #expect(earlier(silent, .killed(signal: 6)) == before)
        #expect(earlier(answered, .killed(signal: 6)) == nil)
        #expect(earlier(silent, nil) == nil)
    }

    @Test("who gave up on a request that is on the wire was left without an answer, and one fault has one id")
    func silent() {
        let (packets, log) = Self.silence()
        let judgement = judge.judge(packets.batch, log, trouble: [])
        #expect(judgement.violations.map(\.oracle) == [.hang])
        #expect(judgement.violations.first?.restsOnLog == true)
        let (others, other) = Self.silence(for: 11_000)
        let proved = judge.judge(others.batch, other, trouble: [])
        #expect(proved.violations.map(\.signature) == judgement.violations.map(\.signature))
        #expect(proved.violations.first?.restsOnLog == false)
    }

    @Test("nobody is owed an answer to half a request, to nothing, or in the listen queue")
    func innocent() {
        let (half, halfLog) = Self.silence("*1\r\n$4\r\nPI")
        #expect(judge.judge(half.batch, halfLog, trouble: []).violations.isEmpty)
        var (packets, log) = Self.silence()
        log.outcome = .completed
        #expect(judge.judge(packets.batch, log, trouble: []).violations.isEmpty)
        log.outcome = .stalled(client: 3)
        #expect(judge.judge(packets.batch, log, trouble: []).violations.isEmpty)
        (packets, log) = Self.silence()
        log.connections[0].isUnheard = true
        #expect(judge.judge(packets.batch, log, trouble: []).violations.isEmpty)
        (packets, log) = Self.silence()
        #expect(judge.judge(packets.batch, log, trouble: ["the capture dropped 2 packets"]).violations.isEmpty)
        log.droppedDatagrams = 1
        #expect(judge.judge(packets.batch, log, trouble: []).violations.isEmpty)
    }
}
