import Capture
import Foundation
import Report
import Testing
import Verification
import Wire
import Protocols

/// Goal: the page of `check` says what was decided and why without scripts, whatever is on the wire, and says what it
/// leaves out. Method: parts of the pages of small hand-made histories and captures, and the data for the script read
/// back.
@Suite("The page of a check")
struct CheckPageTests {
    private func page(_ history: History, _ model: CheckModel, maximumOperations: Int = 1000) -> String {
        let result = Checker().check(history, model: model)
        let judgement = Judgement(
            violations: result.violations.map {
                Violation(oracle: .linearizability, summary: $0.summary, signature: $0.signature)
            }, inconclusive: result.inconclusive, exercised: result.exercised)
        return CheckPage(
            title: "h.jsonl", history: history, model: model, result: result, judgement: judgement,
            maximumOperations: maximumOperations
        ).text()
    }

    /// 1 is overwritten by 2, which is read, and then read again.
    private var stale: History {
        var history = History()
        history.append(.write, client: 0, argument: 1, invoked: 1000, completed: 2000, id: 10)
        history.append(.write, client: 1, argument: 2, invoked: 3000, completed: 5000, id: 11)
        history.append(.read, client: 0, result: 2, invoked: 4000, completed: 6000, id: 12)
        history.append(.read, client: 2, result: 1, invoked: 7000, completed: 9000, id: 13)
        history.append(.write, client: 3, argument: 3, invoked: 7500, status: .info, id: 14)
        history.append(.write, client: 4, argument: 4, invoked: 7600, completed: 7700, status: .fail, id: 15)
        return history
    }

    @Test("a violated history: verdict, sentences, table, figure and line")
    func violated() {
        let text = page(stale, .register)
        for part in [
            "<span class=\"verdict violated\">violated</span> h.jsonl",
            "Checked as register: 5 clients, 6 operations, 5 answered, overlapped",
            "<li>First inexplicable answer: of operation 13, after 0.008000 ms; the history before it has an order.</li>",
            "<li>Margin: stamps would have to be wrong by 2.00 µs.</li>",
            "<tr><td>1</td><td>client 0</td><td>write 1</td><td>0.000000 ms</td><td>0.001000 ms</td><td>1.00 µs</td>"
                + "<td>10</td></tr>",
            "<td>read → 1</td><td>0.006000 ms</td><td>0.008000 ms ← inexplicable</td>",
            "no order explains this answer", "write 3 … no answer", "write 4 → refused", "class=\"op refused\"",
            "The line goes through 3 operations on the register in an order that explains every answer before the first "
                + "inexplicable one.",
            "Nothing is left out of this page.",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        // The three operations of the order in the figure.
        #expect(text.components(separatedBy: "<circle").count == 4)
        for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
            #expect(!text.contains(outside), "\(outside)")
        }
    }

    @Test("a held history has a figure and a line of what was open most at once")
    func held() {
        var history = stale
        history.results[3] = 2
        let text = page(history, .register)
        #expect(text.contains("<span class=\"verdict held\">held</span>"))
        #expect(text.contains("Where most on the register was open at once"))
        #expect(text.contains("on the register in an order that explains every answer."))
        #expect(!text.contains("no order explains this answer</text>"))
    }

    @Test("a user's own models have a page with a line too") func ownModels() throws {
        let turnstile = try ModelFile(
            "model: turnstile\nstates: [locked, open]\noperations:\n  coin:\n    - {to: open}\n  push:\n"
                + "    - {from: open, to: locked, answer: passed}\n    - {from: locked, answer: refused}\n",
            name: "turnstile.yaml")
        let machine = try ModelFile(
            "model: ticket machine\nkind: counter\nfunctions: {take: increment}\ninitial: 100\n", name: "m.yaml")
        let header = "{\"format\":\"linhist-1\",\"model\":\"x\",\"ops\":2,\"clients\":2,\"keys\":1,\"seed\":1}\n"
        let rows = [
            "{\"i\":0,\"c\":0,\"f\":\"coin\",\"k\":0,\"v\":null,\"r\":null,\"t0\":0,\"t1\":5,\"s\":\"ok\"}\n"
                + "{\"i\":1,\"c\":1,\"f\":\"push\",\"k\":0,\"v\":null,\"r\":\"passed\",\"t0\":7,\"t1\":9,\"s\":\"ok\"}\n",
            "{\"i\":0,\"c\":0,\"f\":\"take\",\"k\":0,\"v\":null,\"r\":101,\"t0\":0,\"t1\":5,\"s\":\"ok\"}\n"
                + "{\"i\":1,\"c\":1,\"f\":\"take\",\"k\":0,\"v\":null,\"r\":102,\"t0\":7,\"t1\":9,\"s\":\"ok\"}\n",
        ]
        for (own, lines) in zip([turnstile, machine], rows) {
            let history = try HistoryFile.read(bytes: Array((header + lines).utf8), HistoryOptions(own.vocabulary))
            let result = own.check(history, Checker())
            let judgement = Judgement(exercised: result.exercised)
            let text = CheckPage(title: "h", history: history, own: own, result: result, judgement: judgement).text()
            #expect(text.contains("Checked as \(own.name): 2 clients") && result.verdict == .held, "\(result)")
            #expect(text.contains("The line goes through 2 operations on the object in an order that explains every"))
            #expect(text.contains(own.name == "turnstile" ? "push → passed" : "increment → 102"))
        }
    }

    @Test("nothing of a history or of the wire becomes markup")
    func hostile() throws {
        let evil = "</script><script>alert(1)</script><img src=x>\"'&\u{0}"
        var history = History()
        _ = history.values.code(.text(ExactText(evil)))
        history.append(.write, client: 0, key: History.firstName, argument: 5, invoked: 0, completed: 1)
        history.append(.read, client: 0, key: 7, result: History.firstName, invoked: 2, completed: 3)
        expectHarmless(page(history, .kv))

        var flow = Sample.flow()
        flow.toServer = ByteStream()
        flow.toClient = ByteStream()
        Sample.append("*2\r\n$3\r\nGET\r\n$\(evil.utf8.count)\r\n\(evil)\r\n", 4, 1_100_000, &flow.toServer)
        Sample.append("$\(evil.utf8.count)\r\n\(evil)\r\n+\(evil)\r\n", 5, 1_350_500, &flow.toClient)
        let evidence = Evidence(
            flows: [flow], codec: RESPCodec(), names: { _ in evil }, end: Timestamp(nanoseconds: 5_000_000))
        let judgement = Judge().judge(evidence)
        #expect(judgement.verdict == .violated)
        expectHarmless(
            CheckPage(title: evil, evidence: evidence, judgement: judgement, warnings: [evil]).text())
    }

    private func expectHarmless(_ text: String) {
        #expect(!text.contains("<script>alert") && !text.contains("<img"))
        #expect(text.components(separatedBy: "</script").count == 4)
        #expect(text.contains("&lt;/script&gt;"))
    }

    @Test("a capture: packets, notes and the line on the key")
    func capture() {
        var flow = Sample.flow()
        flow.toServer = ByteStream()
        flow.toClient = ByteStream()
        var other = flow
        other.id = 4
        other.client.port = 41_000
        let increment = "*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n"
        Sample.append(increment, 4, 1_000_000, &flow.toServer)
        Sample.append(increment, 5, 1_001_000, &other.toServer)
        Sample.append(":1\r\n", 6, 1_002_000, &flow.toClient)
        Sample.append(":1\r\n", 7, 1_003_000, &other.toClient)
        let evidence = Evidence(flows: [flow, other], codec: RESPCodec(), end: Timestamp(nanoseconds: 5_000_000))
        let judgement = Judge().judge(evidence)
        let text = CheckPage(title: "c", evidence: evidence, judgement: judgement, warnings: []).text()
        for part in [
            "INCR k answered 1 twice (packets 6 and 7): one increment was lost.",
            "First inexplicable answer: packet 7, after 0.003000 ms.", "<td>4 → 6</td>",
            "<td>5: INCR k is sent; 7: answered 1 again</td>", "The line goes through 1 operation on k",
        ] {
            #expect(text.contains(part), "\(part)\n\(judgement)")
        }
    }

    @Test("of more operations than a page holds those around the violation are drawn, and the rest is counted")
    func limits() throws {
        var history = stale
        for index in 0..<500 {
            let time = 20_000 + Int64(index) * 10
            history.append(.read, client: 9, result: 2, invoked: time, completed: time + 5, id: 100 + index)
        }
        let text = page(history, .register, maximumOperations: 50)
        // The last read shows it too, by the widest margin, so it is kept.
        #expect(text.contains("455 of 506 operations: those nearest to the first violation are drawn."))
        #expect(text.contains("<td>read → 1</td>"))
        #expect(try operations(text) == 51)
        #expect(try operations(page(history, .register)) == 506)

        var log = History()
        for index in 0..<4001 {
            log.append(
                .append, client: 0, argument: index, result: index, invoked: Int64(index) * 10,
                completed: Int64(index) * 10 + 5)
        }
        #expect(
            page(log, .log, maximumOperations: 5000).contains(
                "No line: 4,001 operations on the log are more than the 4,000 for which an order is looked for."))
    }

    /// How many operations the data for the script begins with.
    private func operations(_ text: String) throws -> Int {
        let start = try #require(text.range(of: "id=\"d-operations\">"))
        let end = try #require(text.range(of: "</script>", range: start.upperBound..<text.endIndex))
        let data = try #require(Data(base64Encoded: String(text[start.upperBound..<end.lowerBound])))
        var (value, shift) = (0, 0)
        for byte in data {
            value |= Int(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        return value
    }

    @Test("extreme times and values are no trap")
    func extremes() {
        var history = History()
        history.append(.write, client: .min, argument: 1, invoked: .min, completed: .min, id: .max)
        history.append(.read, client: .max, result: .max, invoked: .max - 1, completed: .max - 1, id: .min)
        history.append(.read, client: 0, result: 1, invoked: 0, completed: .max, id: 0)
        for model in CheckModel.allCases { #expect(page(history, model).contains("</html>")) }
        #expect(page(History(), .queue).contains("nothing tested"))
    }
}
