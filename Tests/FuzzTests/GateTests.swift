import Capture
import Fuzz
import Testing
import Verification
import Wire

/// Goal: a gate fails for what shows again and the baseline does not name, and is never green where something could not be run.
/// Method: outcomes of replays and campaigns as they are noted, without a server.
@Suite("Gate")
struct GateTests {
    private static let violation = Violation(oracle: .loss, summary: "a reply is missing", signature: "loss")

    private static func result(
        _ hits: Int, of tries: Int, verdict: Verdict, inconclusive: [String] = []
    ) -> ScenarioReplayer.Result {
        ScenarioReplayer.Result(
            reproduction: .init(hits: hits, tries: tries, executionsPerTry: 100, freshTarget: true),
            violations: verdict == .violated ? [violation] : [], exercised: Exercised(), executions: 100,
            inconclusive: inconclusive, verdict: verdict)
    }

    private static func campaign(_ verdict: Verdict, findings: [String] = [], reasons: [String] = []) -> CampaignResult
    {
        var status = CampaignStatus()
        status.executions = 4100
        return CampaignResult(
            verdict: verdict, status: status,
            findings: findings.map { id in
                Finding(
                    id: id, violation: violation, scenario: Scenario(protocolName: "p"),
                    firstExecution: 1, firstSeen: .zero, packets: .init(linkTypes: []), targetOutput: [])
            }, inconclusiveReasons: reasons, interruptedBy: nil)
    }

    private static func saved(_ level: FindingLevel? = nil) -> Gate.SavedFinding {
        Gate.SavedFinding(id: "loss-1", scenario: Scenario(protocolName: "p"), oracle: .loss, level: level)
    }

    @Test("a gate fails on the levels that are wanted; what is unproved counts as a race")
    func levels() {
        let seen = Self.result(5, of: 5, verdict: .violated)
        for (level, wanted, verdict) in [
            (FindingLevel.fault, [FindingLevel.race], Verdict.held), (.fault, [.fault], .violated),
            (.race, [.fault], .held), (.unproved, [.race], .violated), (.policy, [.race, .fault], .held),
            (nil, [.race], .violated),
        ] as [(FindingLevel?, [FindingLevel], Verdict)] {
            var gate = Gate(accepted: [], wanted: Set(wanted))
            gate.note(Self.saved(level), seen, of: 5, took: .seconds(1))
            #expect(gate.verdict == verdict, "\(String(describing: level)), \(wanted)")
        }
    }

    @Test("a gate that checked nothing has tested nothing")
    func empty() {
        #expect(Gate(accepted: []).verdict == .nothingTested)
    }

    @Test("a saved finding: seen again, accepted, not seen, not looked for long enough, not judged")
    func findings() {
        let table: [(ScenarioReplayer.Result, GateCase.Outcome, Verdict)] = [
            (
                Self.result(2, of: 5, verdict: .violated),
                .violated(.loss, summary: "seen again in 2 of 5 tries", details: "loss: a reply is missing"), .violated
            ),
            (Self.result(0, of: 5, verdict: .held), .held, .held),
            (
                Self.result(0, of: 3, verdict: .held),
                .undecided("not seen in 0 of 3 tries, and the budget is spent"), .inconclusive
            ),
            (
                Self.result(0, of: 5, verdict: .inconclusive, inconclusive: ["packets were dropped"]),
                .undecided("packets were dropped"), .inconclusive
            ),
            (
                Self.result(0, of: 5, verdict: .nothingTested),
                .undecided("no reply was seen: nothing was tested"), .inconclusive
            ),
            (
                // Another fault than the one that was looked for.
                Self.result(0, of: 5, verdict: .violated),
                .violated(.loss, summary: "a reply is missing", details: "loss: a reply is missing"), .violated
            ),
        ]
        for (result, outcome, verdict) in table {
            var gate = Gate(accepted: ["loss-2"])
            gate.note(Self.saved(), result, of: 5, took: .seconds(1))
            #expect(gate.cases == [GateCase(kind: .finding, name: "loss-1", duration: .seconds(1), outcome: outcome)])
            #expect(gate.verdict == verdict)
        }
        var gate = Gate(accepted: ["loss-1"])
        gate.note(Self.saved(), Self.result(5, of: 5, verdict: .violated), of: 5, took: .seconds(1))
        #expect(gate.cases.map(\.outcome) == [.accepted("accepted by the baseline; seen in 5 of 5 tries")])
        #expect(gate.verdict == .held)
    }

    @Test("fresh findings fail unless they are accepted; the campaign besides is green only if it tested something")
    func fresh() {
        var gate = Gate(accepted: ["loss-1"])
        gate.note(fresh: Self.campaign(.violated, findings: ["loss-1"]), paths: [:])
        #expect(gate.verdict == .held)
        gate.note(fresh: Self.campaign(.violated, findings: ["loss-2"]), paths: ["loss-2": "out/findings/loss-2"])
        #expect(gate.verdict == .violated)
        #expect(
            gate.cases.map(\.outcome) == [
                .accepted("accepted by the baseline"), .held,
                .violated(.loss, summary: "a reply is missing", details: "out/findings/loss-2"), .held,
            ])
        for (result, reason) in [
            (Self.campaign(.inconclusive, reasons: ["packets were dropped"]), "packets were dropped"),
            (Self.campaign(.nothingTested), "no operations overlapped: nothing was tested"),
        ] {
            var gate = Gate(accepted: [])
            gate.note(fresh: result, paths: [:])
            #expect(gate.cases.map(\.outcome) == [.undecided(reason)])
            #expect(gate.verdict == .inconclusive)
        }
    }

    @Test("what the time did not suffice for keeps the gate from being green, and hides no violation")
    func leftOut() {
        var gate = Gate(accepted: [])
        gate.note(corpus: "a.crossfire", Self.result(0, of: 1, verdict: .held), protocolName: "resp", took: .seconds(1))
        #expect(gate.isComplete && gate.verdict == .held)
        gate.leaveOut(.corpus, "b.crossfire")
        #expect(!gate.isComplete && gate.verdict == .inconclusive)
        gate.note(
            corpus: "c.crossfire", Self.result(1, of: 1, verdict: .violated), protocolName: "resp", took: .seconds(1))
        #expect(gate.verdict == .violated)
    }

    @Test("the baseline covers what scenarios of the corpus show, where it names all of it")
    func corpusBaseline() {
        var result = Self.result(1, of: 1, verdict: .violated)
        result.violations = [
            Violation(oracle: .loss, summary: "lost", signature: "a"),
            Violation(oracle: .hang, summary: "hangs", signature: "b"),
        ]
        let ids = result.violations.map { Finding.id(of: $0, protocolName: "resp") }
        for (accepted, verdict) in [(ids, Verdict.held), ([ids[0]], .violated), ([], .violated)] {
            var gate = Gate(accepted: Set(accepted))
            gate.note(corpus: "a.crossfire", result, protocolName: "resp", took: .seconds(1))
            #expect(gate.verdict == verdict)
            guard case .violated(_, _, let details) = gate.cases[0].outcome else { continue }
            #expect(ids.allSatisfy { details.contains("id \($0)") }, "a baseline needs the ids: \(details)")
        }
    }

    @Test("all tries together leave half of the time, and none gets less than a few executions")
    func pace() {
        var pace = GatePace(.seconds(10), usual: .milliseconds(500), tries: 20)
        #expect(pace.next(.seconds(10), tries: 5) == .milliseconds(250))
        // The first five took nothing.
        #expect(pace.next(.seconds(10), tries: 5) == .seconds(5) / 15)
        // They took all of it.
        #expect(pace.next(.seconds(5), tries: 5) == GatePace.least)
        #expect(pace.next(.seconds(1), tries: 5) == GatePace.least)
        var unlimited = GatePace(nil, usual: .milliseconds(500), tries: 20)
        #expect(unlimited.next(nil, tries: 20) == .milliseconds(500))
        var few = GatePace(.seconds(10), usual: .milliseconds(500), tries: 1)
        #expect(few.next(.seconds(10), tries: 1) == .milliseconds(500))
    }
}
