import Fuzz
import Protocols
import System
import Testing
import Verification
import Wire

/// Goal: what a target says of its own death is found and told, one fault has one signature whatever differs from run to run
/// and from build to build, and another fault has another. Method: reports of real tools, with a log around them; then the same
/// with other addresses, ids, lines and folders, drawn at random, and with other functions.
@Suite("Reports of errors")
struct ErrorReportTests {
    @Test("each is found, with its decisive line and what it is told apart by", arguments: ReportSample.all)
    func samples(_ sample: ReportSample) throws {
        let report = try #require(Self.read(sample.text).first)
        #expect(report.signature == sample.signature)
        #expect(report.headline == sample.headline)
        #expect(Self.read(sample.text).count == 1)
        #expect(report.lines.count <= sample.text.split(separator: "\n", omittingEmptySubsequences: false).count)
        #expect(
            report.lines.contains { sample.headline.hasPrefix($0.drop { $0 == " " }) || $0.contains(sample.headline) })
    }

    @Test("with a log around it it is the same", arguments: ReportSample.all)
    func withinLog(_ sample: ReportSample) throws {
        let log = "kv: listening on 127.0.0.1:4711\nGET k1 -> 200\n\(sample.text)\n\nkv: GET k2 -> 200 in 3 ms\n"
        #expect(Self.read(log).map(\.signature) == [sample.signature])
        #expect(Self.read(log.replacing("\n", with: "\r\n")).map(\.signature) == [sample.signature])
    }

    @Test("what differs from run to run and from build to build tells nothing", arguments: ReportSample.all)
    func stable(_ sample: ReportSample) {
        var random = SeededGenerator(seed: 4711)
        for _ in 0..<20 {
            let other = Self.anotherRun(sample.text, &random)
            #expect(Self.read(other).map(\.signature) == [sample.signature], "\(other)")
        }
    }

    @Test("a fault at another place is another", arguments: ReportSample.all.filter { $0.place != nil })
    func another(_ sample: ReportSample) {
        let place = sample.place!
        let other = sample.text.replacing(place, with: "\(place.prefix { $0 != "." })_other")
        #expect(Self.read(other).map(\.signature) != [sample.signature])
    }

    @Test("no two of these faults are one, but those that differ in words alone")
    func distinct() {
        let signatures = ReportSample.all.map(\.signature)
        #expect(Set(signatures).count == signatures.count - 2)
    }

    @Test("what a server prints all day is no report")
    func innocent() {
        let log = """
            127.0.0.1 - - [30/Nov/2026 16:00:00] "GET /panic: HTTP/1.1" 404 -
            INFO: no errors, 0 warnings; assertions enabled
            at 12:00 the error log was rotated
            ERROR: key 'x' not found
            panic: is a word that clients may send
            ==4711== is printed by no tool alone
              at the end: nothing
            """
        #expect(Self.read(log).isEmpty)
    }

    @Test("what a tool reports of a target that lives on is a finding by its stack; a race is one, whatever runs show")
    func livesOn() throws {
        let judge = ExecutionJudge(codec: RESPCodec(), serverPort: Packets.serverPort)
        for sample in ReportSample.sanitizers + ReportSample.valgrind {
            let (packets, log) = ExecutionJudgeTests.exchange()
            let judgement = judge.judge(packets.batch, log, output: Array(sample.text.utf8), trouble: [])
            let violation = try #require(judgement.violations.first)
            #expect(judgement.violations.count == 1)
            #expect(violation.oracle == .sanitizer && violation.signature == "sanitizer \(sample.signature)")
            #expect(violation.isSeenAsRace == ["data race", "lock-order"].contains { sample.signature.hasPrefix($0) })
        }
        // Exceptions that a server reports and survives are no tool's words.
        for sample in ReportSample.languages where sample.name.hasPrefix("Python") || sample.name == "Java" {
            let (packets, log) = ExecutionJudgeTests.exchange()
            #expect(judge.judge(packets.batch, log, output: Array(sample.text.utf8), trouble: []).verdict == .held)
        }
    }

    @Test("whatever bytes a target prints, they are read within bounds, and told without what acts on a terminal")
    func hostile() throws {
        var random = SeededGenerator(seed: 1)
        let seeds = ReportSample.all.map { Array($0.text.utf8) }
        for _ in 0..<300 {
            var bytes = seeds[random.below(seeds.count)]
            for _ in 0..<random.below(8) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            bytes.removeLast(random.below(bytes.count))
            for report in ErrorReportReader.reports(in: bytes) { #expect(report.lines.count <= 200) }
        }
        let escape = ReportSample.sanitizers[0].text.replacing("handle_get", with: "\u{1B}]0;x\u{7}\u{202E}get")
        let crash = try #require(Self.crash(.exited(status: 1), escape))
        #expect(!crash.targetWords.isEmpty)
        for text in [crash.summary] + crash.targetWords {
            #expect(
                text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.isASCII || "…‘’".unicodeScalars.contains($0) })
        }
    }

    /// The accusation of a target that printed this and ended.
    static func crash(_ ending: ProcessEnding, _ output: String) -> Violation? {
        let log = ExecutionLog(
            execution: 1, connections: [], outcome: .completed, startNanoseconds: 0, endNanoseconds: 0)
        var performed = PerformedExecution(scenario: Scenario(protocolName: "resp"), log: log, ending: ending)
        performed.output = Array(output.utf8)
        return JudgedExecution(unjudged: performed).accusations.first
    }

    static func read(_ text: String) -> [ErrorReport] { ErrorReportReader.reports(in: Array(text.utf8)) }

    /// The same report of another run of another build.
    private static func anotherRun(_ text: String, _ random: inout SeededGenerator) -> String {
        var text = text
        var ids: [Substring: String] = [:]
        text.replace(#/0x[0-9a-fA-F]{3,}/#) { match in
            let isUpper = match.0.contains { "ABCDEF".contains($0) }
            let digits = String(random.below(1 << 40), radix: 16, uppercase: isUpper)
            return "0x" + String(repeating: "0", count: 12 - min(12, digits.count)) + digits
        }
        text.replace(#/==\d+==/#) { match in
            if ids[match.0] == nil { ids[match.0] = "==\(1 + random.below(99_999))==" }
            return ids[match.0]!
        }
        text.replace(#/(pid=|tid=|thread T|goroutine |thread #|worker-|\()\d+/#) { "\($0.1)\(random.below(999))" }
        let folder = ["/build", "/home/a b/src", "/tmp/x-1.2/kv", "C:/kv"][random.below(3)]
        text.replace("/build", with: folder)
        text.replace(#/\.(c|cc|go|rs|py|java|js|swift|cs)(:|", line |:line )\d+/#) {
            ".\($0.1)\($0.2)\(1 + random.below(3_000))"
        }
        return text
    }
}

extension SeededGenerator {
    /// From 0 to below a bound.
    fileprivate mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }
}

extension ReportSample: CustomTestStringConvertible {
    var testDescription: String { name }
}
