import Testing
import Verification

/// Goal: every verdict is made in one place, and no missing evidence hides a violation or makes a green answer. Method: the table
/// of all that can be found.
@Suite("Verdict")
struct VerdictTests {
    @Test("a violation stands; what is undecided has not held; what was not tried was not tested")
    func table() {
        let table: [(isViolated: Bool, isUndecided: Bool, isTested: Bool, verdict: Verdict)] = [
            (false, false, false, .nothingTested), (false, false, true, .held),
            (false, true, false, .inconclusive), (false, true, true, .inconclusive),
            (true, false, false, .violated), (true, false, true, .violated),
            (true, true, false, .violated), (true, true, true, .violated),
        ]
        for row in table {
            let verdict = Verdict(isViolated: row.isViolated, isUndecided: row.isUndecided, isTested: row.isTested)
            #expect(verdict == row.verdict, "\(row)")
        }
    }

    @Test("of several questions the worst answer counts, and one that nobody could ask is no answer")
    func several() {
        let table: [([Verdict], Verdict)] = [
            ([], .nothingTested), ([.held], .held), ([.held, .held], .held), ([.nothingTested], .nothingTested),
            ([.held, .nothingTested], .inconclusive), ([.held, .inconclusive], .inconclusive),
            ([.inconclusive, .nothingTested], .inconclusive), ([.nothingTested, .violated], .violated),
            ([.held, .inconclusive, .violated], .violated),
        ]
        for (verdicts, whole) in table {
            #expect(Verdict.all(of: verdicts) == whole, "\(verdicts)")
            #expect(Verdict.all(of: verdicts.reversed()) == whole, "\(verdicts)")
        }
    }

    @Test("a judgement's verdict follows from what it holds")
    func judgement() {
        var judgement = Judgement()
        #expect(judgement.verdict == .nothingTested)
        judgement.exercised.answered = 1
        #expect(judgement.verdict == .held)
        judgement.inconclusive = ["a packet is missing"]
        #expect(judgement.verdict == .inconclusive)
        judgement.violations = [Violation(oracle: .loss, summary: "a reply is missing", signature: "loss")]
        #expect(judgement.verdict == .violated)
    }
}
