import Fuzz
import Report
import Testing
import Verification

/// Goal: who reads the gate's lines or its JUnit report sees what it decided. Method: golden text of one case of each outcome.
@Suite("Text of a gate")
struct GateTextTests {
    private static func gate() throws -> Gate {
        let finding = try Sample.finding()
        var accepted = Gate(accepted: [finding.id])
        accepted.note(fresh: Sample.result(.violated, findings: [finding]), paths: [:])
        accepted.leaveOut(.corpus, "a.crossfire")
        accepted.note(
            fresh: Sample.result(
                .violated,
                findings: [try Sample.finding(Violation(oracle: .loss, summary: "a reply is missing", signature: "s"))]
            ), paths: ["loss-5fb56ef8": "out/findings/x"])
        return accepted
    }

    @Test("a line for each case")
    func lines() throws {
        #expect(
            GateText(try Self.gate()).text() == """
                accepted  accepted by the baseline: fresh linearizability-cac115c6
                held       fresh 4100 fresh executions
                unknown   not run: the budget is spent: corpus a.crossfire
                VIOLATED  loss: a reply is missing: fresh \(try Self.id())
                held       fresh 4100 fresh executions
                """)
    }

    @Test("JUnit counts a violation as a failure, what was not run as an error, what is accepted as skipped")
    func junit() throws {
        let text = JUnit(suite: "s", try Self.gate()).text
        #expect(text.contains("tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\""))
        #expect(
            text.contains("<failure type=\"loss\" message=\"a reply is missing\">must hold: Each request that the "))
        #expect(text.contains("classname=\"crossfire.corpus\" name=\"a.crossfire\""))
    }

    private static func id() throws -> String {
        Finding.id(of: Violation(oracle: .loss, summary: "a reply is missing", signature: "s"), protocolName: "resp")
    }
}
