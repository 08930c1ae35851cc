import Capture
import Testing
import Verification

/// Goal: who judges a capture that a campaign wrote finds what the campaign saw and packets do not show. Method: notes written and
/// read back, and judged beside a healthy exchange.
@Suite("Campaign notes")
struct CampaignNoteTests {
    @Test("only what packets do not show is noted")
    func noted() {
        for oracle in OracleID.allCases {
            let violation = Violation(oracle: oracle, summary: "it: broke", signature: "s")
            let isObserved = [.crash, .sanitizer, .resources, .hang, .stall, .spin, .isolation].contains(oracle)
            let comment = CampaignNote.comment(on: violation)
            #expect((comment != nil) == isObserved, "\(oracle)")
            var seen = violation
            seen.restsOnLog = true
            let read = CampaignNote.violations(in: ["another comment", CampaignNote.comment(on: seen) ?? ""])
            #expect(read.map(\.oracle) == [oracle])
            #expect(read.map(\.summary) == ["noted by the campaign: it: broke"])
        }
    }

    @Test("a note makes a healthy capture violated, and nothing else does")
    func judged() {
        let tape = Tape()
        let flow = tape.connect()[0]
        tape.exchange(flow, "PING", "+PONG\r\n")
        tape.close(flow)
        #expect(Judge().judge(tape.evidence, notedIn: ["of somebody"]).verdict == .held)
        let judgement = Judge().judge(tape.evidence, notedIn: ["of somebody", "crossfire observed crash: it died"])
        #expect(judgement.verdict == .violated)
        #expect(judgement.oracles == [.crash])
    }
}
