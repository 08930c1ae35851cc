import Capture
import Fuzz
import Report
import Testing
import Verification

/// Goal: what a campaign says on a terminal stays as people know it. Method: golden texts of fixed inputs.
@Suite("Text of campaigns")
struct CampaignTextTests {
    let text = CampaignText(Sample.context, style: Sample.plain)

    @Test("progress is one line")
    func progress() {
        #expect(
            text.progress(Sample.result(.held).status)
                == "  3.2 s  4,100 executions (2,000/s)  65,600 operations, 41,203 overlapped  301,222 packets, 0 dropped  "
                + "0 findings")
        #expect(text.progress(CampaignStatus()).hasPrefix("  0.0 s  0 executions (0/s)"))
    }

    @Test("a suspicion and its finding, with the commands that show it again")
    func finding() throws {
        #expect(
            text.suspected(Sample.violation, execution: 12)
                == "execution 12: linearizability: INCR k answered 2 twice: packets 2 and 3")
        let finding = try Sample.finding()
        #expect(
            text.finding(finding, path: "out/findings/x") == """
                linearizability-cac115c6 saved in out/findings/x
                  must hold: Each operation takes effect at one instant between its request and its reply (Herlihy and Wing, 1990).
                  reproduced in 19 of 20 tries (95 % interval 76 to 99 %), up to 100 executions each on a fresh target
                  race: it needs clients at the same time; 19 of 20 as found, 0 of 20 with the clients one after the other, 0 of 20 with each client alone: 70 to 99 % more of the tries, p < 0.0001 (Fisher)
                  minimized from 4 to 3 steps
                  replay:  crossfire replay out/findings/x
                  inspect: crossfire inspect out/findings/x/capture.pcapng --protocol resp
                """)
        var unconfirmed = try Sample.finding(reproduced: false)
        unconfirmed.minimized = nil
        #expect(
            text.finding(unconfirmed, path: "f") == """
                linearizability-cac115c6 saved in f
                  must hold: Each operation takes effect at one instant between its request and its reply (Herlihy and Wing, 1990).
                  fault: one client suffices for it
                  replay:  crossfire replay f
                  inspect: crossfire inspect f/capture.pcapng --protocol resp
                """)
    }

    @Test("the last words of a run that held")
    func held() {
        #expect(
            text.summary(Sample.result(.held)) == """
                held: threaded/kv+lost-update, resp, seed 7
                  4,100 executions in 3.2 s, 2,000 a second; perturbation preload
                  65,600 operations, operations on the same key overlapped 41,203 times
                  301,222 packets captured, 0 dropped; 0 executions inconclusive
                """)
    }

    @Test("the last words of a run with everything")
    func everything() throws {
        var result = Sample.result(.violated, findings: [try Sample.finding()])
        result.status.inconclusive = 5
        result.status.unsupportedCommands = ["ECHO", "MSET"]
        result.status.crashes = 2
        result.inconclusiveReasons = ["one", "two", "three", "four"]
        result.interruptedBy = 2
        #expect(
            text.summary(result) == """
                violated: threaded/kv+lost-update, resp, seed 7
                  4,100 executions in 3.2 s, 2,000 a second; perturbation preload
                  65,600 operations, operations on the same key overlapped 41,203 times
                  301,222 packets captured, 0 dropped; 5 executions inconclusive
                    inconclusive: one
                    inconclusive: two
                    inconclusive: three
                  the target does not know ECHO, MSET
                  the target died 2 times
                  linearizability-cac115c6: INCR k answered 2 twice: packets 2 and 3
                    reproduced in 19 of 20 tries (95 % interval 76 to 99 %), up to 100 executions each on a fresh target
                    race: it needs clients at the same time; 19 of 20 as found, 0 of 20 with the clients one after the other, 0 of 20 with each client alone: 70 to 99 % more of the tries, p < 0.0001 (Fisher)
                  interrupted by signal 2
                """)
    }

    @Test("a run without overlap says that it tested no race")
    func noOverlap() {
        var context = Sample.context
        context.protocolName = "echo"
        context.target = .connect(.tcp(port: 7))
        var result = Sample.result(.nothingTested)
        result.status.exercised.overlaps = 0
        let summary = CampaignText(context, style: Sample.plain).summary(result)
        #expect(summary.hasPrefix("nothing tested: 127.0.0.1:7, echo, seed 7\n"))
        #expect(
            summary.contains("65,600 operations, no exchanges of different clients overlapped, so no race was tested"))
    }

    @Test("a count without tries says nothing, one on the same target says so")
    func reproduction() {
        #expect(text.reproduction(nil) == nil)
        #expect(text.reproduction(.init(hits: 0, tries: 0, executionsPerTry: 1, freshTarget: true)) == nil)
        #expect(
            text.reproduction(.init(hits: 0, tries: 1, executionsPerTry: 9, freshTarget: false))
                == "reproduced in 0 of 1 tries (95 % interval 0 to 79 %), up to 9 executions each on the same target")
        var rare = Finding.Reproduction(hits: 0, tries: 1, executionsPerTry: 9, freshTarget: true)
        rare.longerLook = .init(executions: 1_234, showed: true)
        #expect(text.reproduction(rare)?.hasSuffix(" on a fresh target; then after 1,234 executions in a row") == true)
        rare.longerLook?.showed = false
        #expect(text.reproduction(rare)?.hasSuffix(" on a fresh target; nor in 1,234 in a row") == true)
    }

    @Test("replays: seen again, and not")
    func replay() {
        let seen = ScenarioReplayer.Result(
            reproduction: .init(hits: 10, tries: 20, executionsPerTry: 100, freshTarget: true),
            violations: [Sample.violation], exercised: Exercised(), executions: 1234, inconclusive: [],
            verdict: .violated)
        #expect(
            ReplayText(seen, target: .command(["./server", "{port}"])).text(style: Sample.plain) == """
                seen again: 10 of 20 tries (95 % interval 30 to 70 %) on ./server {port}, 1,234 executions
                  linearizability: INCR k answered 2 twice: packets 2 and 3
                    must hold: Each operation takes effect at one instant between its request and its reply (Herlihy and Wing, 1990).
                """)
        var unseen = seen
        unseen.reproduction = .init(hits: 0, tries: 0, executionsPerTry: 100, freshTarget: true)
        unseen.violations = []
        unseen.inconclusive = ["a", "b", "c", "d"]
        unseen.verdict = .inconclusive
        #expect(
            ReplayText(unseen, target: .connect(.tcp(port: 7))).text(style: Sample.plain) == """
                inconclusive: 0 of 0 tries on 127.0.0.1:7, 1,234 executions
                  inconclusive: a
                  inconclusive: b
                  inconclusive: c
                """)
        unseen.verdict = .held
        #expect(
            ReplayText(unseen, target: .connect(.tcp(port: 7))).text(style: Sample.plain).hasPrefix(
                "not seen again: 0 of 0"))
    }

    @Test("replays as JSON")
    func replayJSON() throws {
        let result = ScenarioReplayer.Result(
            reproduction: .init(hits: 20, tries: 20, executionsPerTry: 100, freshTarget: true),
            violations: [Sample.violation], exercised: Exercised(), executions: 40, inconclusive: ["why"],
            verdict: .violated)
        let json = try ReplayText(result, target: .server("forked/echo")).json()
        #expect(
            json.hasPrefix(
                #"{"executions":40,"inconclusive":["why"],"policies":[],"reproduced":{"executions_per_try":100,"fresh_target":true,"high":1,"#
            ))
        #expect(json.contains(#""target":{"server":"forked/echo"}"#))
        #expect(json.contains(#""verdict":"violated""#))
        #expect(
            json.contains(
                #""violations":[{"oracle":"linearizability","summary":"INCR k answered 2 twice: packets 2 and 3"}]"#))
        #expect(!json.contains("\n"))
    }

    @Test("the summary's JSON has the fields of the contract")
    func summaryJSON() throws {
        let finding = try Sample.finding()
        let summary = CampaignSummary(
            Sample.result(.violated, findings: [finding]), Sample.context, paths: [finding.id: "out/findings/x"])
        let json = try object(try summary.json())
        for (key, value) in [
            "schema": 1, "seed": 7, "executions": 4100, "operations": 65_600, "overlaps": 41_203, "clients": 4,
        ] {
            #expect(json[key] as? Int == value, "\(key)")
        }
        #expect(json["verdict"] as? String == "violated")
        #expect(json["protocol"] as? String == "resp")
        #expect(json["perturbation"] as? String == "preload")
        #expect(json["elapsed_s"] as? Double == 3.21)
        let text = try summary.json()
        #expect(text.contains(#""capture":{"complete":true,"dropped":0,"packets":301222}"#))
        #expect(text.contains(#""target":{"crashed":0,"started":1}"#))
        #expect(text.contains(#""first_execution":12,"first_s":0.25,"id":"linearizability-cac115c6""#))
        #expect(text.contains(#""path":"out/findings/x""#))
        #expect(text.contains(#""hits":19"#))
    }

    @Test("the summary is written whole or not at all")
    func summaryFile() throws {
        let folder = try TemporaryFolder()
        let summary = CampaignSummary(Sample.result(.held), Sample.context, paths: [:])
        try summary.write(to: folder.path + "/summary.json")
        #expect(try object(folder.text("summary.json"))["verdict"] as? String == "held")
        #expect(throws: CaptureError.self) { try summary.write(to: folder.path + "/absent/summary.json") }
    }
}
