import Report
import Testing

/// Goal: a baseline accepts what it names, and a typing error is named with its place. Method: small texts.
@Suite("Baselines")
struct BaselineTests {
    @Test("ids, comments, empty lines, and what editors leave")
    func ids() throws {
        let text = "\u{FEFF}# accepted\r\nhang-b1d0c29c\t# why\r\n\n  loss-6cb11211  \nhang-b1d0c29c"
        #expect(try Baseline(parsing: text, file: "b").ids == ["hang-b1d0c29c", "loss-6cb11211"])
        #expect(try Baseline(parsing: "", file: "b").ids.isEmpty)
        #expect(Baseline().ids.isEmpty)
    }

    @Test("what is no id", arguments: ["nonsense-1", "hang", "hang-1 loss-2", "Hang-1", "hang-1\u{0B}", "hang-é"])
    func wrong(line: String) {
        let failure = #expect(throws: Baseline.Failure.self) {
            try Baseline(parsing: "# a\nhang-1\n\(line)\n", file: "b.txt")
        }
        #expect(failure?.description == "b.txt:3: expected a finding's id, as linearizability-1f3a9c20")
    }
}
