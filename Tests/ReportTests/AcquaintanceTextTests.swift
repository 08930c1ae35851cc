import Foundation
import Fuzz
import Report
import Testing

/// Goal: what is known of a target fits four lines, and a stranger's bytes in them harm nobody. Method: acquaintances of all kinds,
/// as text and as JSON.
@Suite("What is told of a target")
struct AcquaintanceTextTests {
    @Test("four lines, whatever is known")
    func lines() {
        var known = Acquaintance()
        #expect(AcquaintanceText(known, clients: 4).lines.count == 4)
        known.known = ["GET", "SET"]
        known.greeting = Array("220 hello\r\n\u{1B}[31m".utf8)
        known.requestsPerConnection = 1
        known.thinking = .milliseconds(60)
        known.sleeps = false
        known.pipelined = 1
        known.servesHalfClosed = false
        let lines = AcquaintanceText(known, clients: 4).lines
        #expect(lines.count == 4 && lines.allSatisfy { !$0.contains("\n") && !$0.contains("\u{1B}") })
        let text = lines.joined(separator: "\n")
        for part in [
            "answers GET, SET", "closes after each request", "greets with 220 hello\\r\\n\\x1b",
            "takes a half-closed client for gone", "only the first is answered", "60.0 ms", "never sleeps",
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
    }

    @Test("many commands are counted, not listed")
    func many() {
        var known = Acquaintance()
        known.known = (0..<40).map { "COMMAND\($0)" }
        let line = AcquaintanceText(known, clients: 4).lines[0]
        #expect(line.contains("and 32 more") && line.count < 200, "\(line)")
    }

    @Test("the record has what is known, and not what is not")
    func record() throws {
        var known = Acquaintance()
        known.closesIdle = true
        let json = try AcquaintanceRecord(known).json()
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["closes_idle"] as? Bool == true && object["pipelined"] == nil)
        #expect((object["commands"] as? [String: Any])?["answered"] as? [String] == [])
    }
}
