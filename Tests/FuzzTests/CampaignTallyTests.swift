import Capture
import Fuzz
import Testing
import Verification
import Wire

/// Goal: a campaign's verdict follows from all its judgements: few inconclusive executions in many do not undo it, and what is
/// no evidence does not count. Method: counted judgements, no target.
@Suite("What a campaign counts")
struct CampaignTallyTests {
    private static func execution(
        _ judgement: Judgement, _ outcome: ExecutionLog.Outcome = .completed, ending: ProcessEnding? = nil
    ) -> JudgedExecution {
        var log = ExecutionLog(1, [])
        log.outcome = outcome
        return JudgedExecution(
            PerformedExecution(scenario: Scenario(protocolName: "resp"), log: log, ending: ending), judgement,
            PacketBatch(linkTypes: [.ethernet]))
    }

    private static func held() -> Judgement {
        var judgement = Judgement()
        (judgement.exercised.answered, judgement.exercised.overlaps) = (4, 2)
        return judgement
    }

    private static func verdict(_ tally: CampaignTally) -> Verdict {
        tally.result([], wanted: [.race, .fault], interruptedBy: nil).verdict
    }

    @Test("one inconclusive execution in a thousand is tolerated, and its reason kept")
    func tolerated() {
        var tally = CampaignTally()
        #expect(Self.verdict(tally) == .nothingTested)
        var undecided = Self.held()
        undecided.inconclusive = ["a gap", "another"]
        tally.count(Self.execution(undecided))
        #expect(Self.verdict(tally) == .inconclusive)
        for _ in 0..<Campaign.toleratedInconclusive { tally.count(Self.execution(Self.held())) }
        #expect(Self.verdict(tally) == .held)
        #expect(tally.inconclusiveReasons == ["a gap"])
        tally.count(Self.execution(undecided))
        #expect(Self.verdict(tally) == .inconclusive)
        #expect(tally.status.inconclusive == 2)
        #expect(tally.status.judged == Campaign.toleratedInconclusive + 2)
    }

    @Test("what the end of the time cut short, and what a dying target left, is no doubt")
    func noEvidence() {
        var tally = CampaignTally()
        tally.count(Self.execution(Self.held()))
        var undecided = Self.held()
        undecided.inconclusive = ["a gap"]
        tally.count(Self.execution(undecided, .interrupted))
        tally.count(Self.execution(undecided, ending: .killed(signal: 6)))
        #expect(Self.verdict(tally) == .held)
    }

    @Test("clients that never met tested nothing")
    func alone() {
        var tally = CampaignTally()
        var judgement = Self.held()
        judgement.exercised.overlaps = 0
        tally.count(Self.execution(judgement))
        #expect(Self.verdict(tally) == .nothingTested)
    }

    @Test("a method that was always refused is not supported, one that was accepted once is")
    func methods() {
        var tally = CampaignTally()
        var judgement = Self.held()
        judgement.methods.add("PUT", isRefused: true)
        for _ in 0..<15 { tally.count(Self.execution(judgement)) }
        #expect(tally.unsupportedCommands(Judgement()) == [])
        tally.count(Self.execution(judgement))
        #expect(tally.unsupportedCommands(Judgement()) == ["PUT"])
        judgement.methods.add("PUT", isRefused: false)
        tally.count(Self.execution(judgement))
        #expect(tally.unsupportedCommands(Judgement(unsupportedCommands: ["MSET"])) == ["MSET"])
    }
}
