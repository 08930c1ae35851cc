import Foundation
import Testing

extension EndToEnd {
    /// Goal: a model of the user's own judges a capture from the command line. Method: a capture of a turnstile, written
    /// byte by byte, and models as files.
    @Suite("models on captures") struct CaptureModels {
        private static let turnstile = """
            model: turnstile
            states: [locked, open]
            operations:
              coin: [{to: open, answer: ok}]
              push: [{from: open, to: locked, answer: passed}, {from: locked, answer: ERR locked}]
            """

        /// Requests for one gate, one after the other, with their answers.
        private func capture(_ exchanges: [(String, String)], in folder: TemporaryFolder) throws -> String {
            var capture = TinyCapture()
            let data = TinyCapture.push | TinyCapture.ack
            capture.open(40_001)
            var (up, down): (UInt32, UInt32) = (101, 501)
            for (request, answer) in exchanges {
                let words = request.split(separator: " ")
                let sent = "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
                capture.add(40_001, data, seq: up, ack: down, sent)
                up += UInt32(sent.utf8.count)
                capture.add(40_001, down: true, data, seq: down, ack: up, answer + "\r\n")
                down += UInt32(answer.utf8.count) + 2
            }
            capture.add(40_001, TinyCapture.fin | TinyCapture.ack, seq: up, ack: down)
            return try capture.write("\(folder.path)/\(exchanges.count).pcap")
        }

        private func file(_ text: String, _ name: String, in folder: TemporaryFolder) throws -> String {
            try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
            return "\(folder.path)/\(name)"
        }

        @Test("a table of states: held, violated with its packets, and from a beginning that is known")
        func table() throws {
            let folder = try TemporaryFolder()
            let model = try file(Self.turnstile, "own.yaml", in: folder)
            let good = [("PUSH gate", "+passed"), ("PUSH gate", "-ERR locked"), ("COIN gate", "+ok")]
            let held = try capture(good, in: folder)
            let page = "\(folder.path)/page.html"
            let first = try CrossfireProcess.run(
                "check", held, "--protocol", "resp", "--model", model, "--html", page)
            #expect(first.status == 0 && first.output.hasPrefix("held"), "\(first.output)\(first.errors)")
            #expect(try String(contentsOfFile: page, encoding: .utf8).contains("Checked as turnstile"))
            let begun = try CrossfireProcess.run(
                "check", held, "--protocol", "resp", "--model", model, "--initial", "nil")
            #expect(begun.status == 1, "it was open before: \(begun.output)\(begun.errors)")
            let bad = try capture(good + [("PUSH gate", "+passed"), ("PUSH gate", "+passed")], in: folder)
            let found = try CrossfireProcess.run("check", bad, "--protocol", "resp", "--model", model, "--json")
            #expect(found.status == 1, "\(found.output)\(found.errors)")
            let violation = (found.json["violations"] as? [[String: Any]])?.first
            let shown = violation?["evidence"] as? [[String: Any]]
            #expect(shown?.map { $0["packet"] as? Int } == [12, 13], "\(found.output)")
            #expect(shown?.map { $0["note"] as? String } == ["push is sent", "answered passed"], "\(found.output)")
        }

        @Test("built-in models by effect and under other names; what is wrong is said")
        func builtIn() throws {
            let folder = try TemporaryFolder()
            let counts = [("INCR n", ":8"), ("INCR n", ":9"), ("GET n", "$1\r\n9")]
            let path = try capture(counts, in: folder)
            let renamed = try file(
                "{model: machine, kind: counter, functions: {INCR: increment, GET: read}}", "machine.yml", in: folder)
            for model in ["counter", renamed] {
                let result = try CrossfireProcess.run("check", path, "--protocol", "resp", "--model", model)
                #expect(result.status == 0, "\(model): \(result.output)\(result.errors)")
            }
            let stale = try capture(counts + [("GET n", "$1\r\n8")], in: folder)
            let found = try CrossfireProcess.run("check", stale, "--protocol", "resp", "--model", "counter")
            #expect(found.status == 1 && found.output.contains("packet"), "\(found.output)\(found.errors)")
            let set = try CrossfireProcess.run("check", path, "--protocol", "resp", "--model", "queue")
            #expect(set.status == 2 && set.output.contains("has no function"), "\(set.output)\(set.errors)")
            let begins = try CrossfireProcess.run(
                "check", path, "--protocol", "resp", "--model", "queue", "--initial", "5")
            #expect(begins.status == 64 && begins.errors.contains("begins empty"), "\(begins.errors)")
            let unknown = try CrossfireProcess.run("check", path, "--protocol", "resp", "--model", "countr")
            #expect(unknown.status == 64 && unknown.errors.contains("unknown model 'countr'"), "\(unknown.errors)")
            let missing = try CrossfireProcess.run("check", path, "--protocol", "resp", "--model", "none.yaml")
            #expect(missing.status == 78 && missing.errors.contains("none.yaml"), "\(missing.errors)")
        }
    }
}
