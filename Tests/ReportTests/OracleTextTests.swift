import Report
import Testing
import Verification

/// Goal: whoever has a finding learns what must hold, by whatever name he copies. Method: every oracle by each of its names, and
/// golden text.
@Suite("Text of oracles")
struct OracleTextTests {
    @Test("by its name, by a finding's id, by a finding's folder", arguments: OracleID.allCases)
    func names(oracle: OracleID) {
        let id = "\(oracle.rawValue)-1f3a9c20"
        for name in [oracle.rawValue, oracle.rawValue.uppercased(), id, "out/findings/\(id)", "/tmp/\(id)/"] {
            #expect(OracleText.oracle(named: name) == oracle, "\(name)")
        }
        #expect(OracleText.list().contains(oracle.requirement))
    }

    @Test("what is no oracle's name", arguments: ["", "/", "los", "lossy", "loss-1/finding.json", "findings"])
    func strange(name: String) {
        #expect(OracleText.oracle(named: name) == nil)
    }

    @Test("what must hold, and who breaks it")
    func text() {
        let text = OracleText(.loss)
        #expect(text.text([]) == "loss: \(OracleID.loss.requirement)")
        #expect(
            text.text([
                .init(defect: "early-close", summary: "closes too early", command: "crossfire fuzz a"),
                .init(defect: "leak", summary: "leaks", command: "crossfire fuzz b"),
            ]) == """
                loss: \(OracleID.loss.requirement)

                Reference servers break it on purpose:
                  early-close  closes too early
                  leak         leaks
                Try one: crossfire fuzz a
                """)
    }
}
