import Report
import Testing

/// Goal: no model file ends the program, or takes more than a moment: each is read, or refused in one line. Method: what
/// lets YAML grow, nest and refer to itself, and numbers at the ends of what integers hold.
@Suite("Model files from outside")
struct BoundedYAMLTests {
    private func refusal(_ text: String) -> String? {
        do {
            _ = try ModelFile(text, name: "m.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    static let head = "model: m\nkind: counter\n"

    @Test(
        "what is too deep, too large, or refers to itself is refused in a short line",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "- ", count: 100_000) + "a",
            (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            "a: &a [x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n", "model: *nowhere", "&x model: y",
            head + "# " + String(repeating: "x", count: 2 << 20),
            "[a]: b", "{[a, b]: c}", "? {a: b}\n: c", "? [a]\n: b",
            "- " + String(repeating: "\u{9B}", count: 1000), "\u{0}", "\u{FEFF}", "---\n---\n", "%YAML 9.9\n---\na",
            "!!binary x",
            "!<tag:yaml.org,2002:python/object> {}", "\t", "a: b: c", "'", "\"\\", "|", ">-", "<<: {a: b}",
        ])
    func refused(_ text: String) {
        let told = refusal(text) ?? ""
        #expect(!told.isEmpty)
        #expect(told.count < 500 && !told.contains("\n"), "\(told.prefix(600))")
    }

    @Test(
        "numbers at the ends are refused, or bounded",
        arguments: [
            "-9223372036854775807", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "1e400",
            "-.inf",
            ".nan", "0x7fffffffffffffff", "0o777777777777777777777", "9007199254740993",
            "1_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0",
            "246116674273879073:7:04", "-1:9223372036854775807:59", "!!int 9223372036854775807:7:0",
            "!!float 1:1e308:60.5", "12:30",
        ])
    func numbers(_ number: String) {
        #expect(refusal(Self.head + "initial: \(number)\n")?.contains("initial must be a whole number") ?? false)
    }

    @Test("quotes, comments and marks within words are no anchors")
    func harmless() {
        let states =
            "model: m\nstates: [a*b, 'it''s', \"x\\\"&y\"] # *not &one\noperations:\n  go:\n    - {to: a*b, answer: \"*\"}\n"
        #expect(refusal(states) == nil)
        #expect(refusal(Self.head + "initial: -100\n") == nil)
    }
}
