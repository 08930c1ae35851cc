import Report
import Testing

/// Goal: nothing that came from outside acts on a terminal, and JSON means the same as before. Method: every character
/// that a terminal or a reader of bidirectional text acts on, alone and between others.
@Suite("Text for terminals")
struct TerminalTextTests {
    private func escaped(_ text: String) -> String { String(decoding: TerminalText.escaped(text), as: UTF8.self) }

    @Test("controls and marks of direction are written out, all else stays")
    func acting() throws {
        for value in Array(UInt32(0)...0x24F) + Array(0x600...0x61F) + Array(0x2000...0x206F) + [
            0xFEFF, 0xFFFD, 0x1F600,
        ] {
            let scalar = try #require(Unicode.Scalar(value))
            let acts: Bool
            switch value {
            case 0x0A, 0x09: acts = false
            case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: acts = true
            default: acts = false
            }
            let hex = String(value, radix: 16)
            let code = "\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
            for (before, after) in [("", ""), ("a", "b"), ("é\u{1F600}", "\n\t")] {
                let whole = before + String(Character(scalar)) + after
                #expect(escaped(whole) == (acts ? before + code + after : whole), "\(hex)")
            }
        }
    }

    @Test("sequences lose their escape, and styles without a terminal are none")
    func sequences() {
        #expect(escaped("\u{1B}[31mred\u{1B}]0;title\u{7}") == "\\u001b[31mred\\u001b]0;title\\u0007")
        #expect(escaped("\r\u{9B}2J") == "\\u000d\\u009b2J")
        #expect(escaped("").isEmpty)
    }
}
