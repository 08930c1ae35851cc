import Foundation
import Testing

extension EndToEnd {
    /// Goal: the page of a check shows the violation at once, follows its keys, and its text is there without scripts.
    /// Method: headless Chromium's view of it, its text and a screenshot, of a violated capture, a violated history and
    /// a held one; keys are pressed by a script added to a copy of the page.
    @Suite("check --html and --annotate") struct CheckPage {
        static let chromium = CrossfireProcess.program("chromium")
        static let tshark = CrossfireProcess.program("tshark")

        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        /// The text of Chromium's document once the page's script has run, and the keys were pressed.
        private func document(_ page: String, pressing keys: [String] = []) throws -> String {
            var source = try String(contentsOfFile: page, encoding: .utf8)
            let presses = keys.map { "dispatchEvent(new KeyboardEvent('keydown',{key:'\($0)'}));" }.joined()
            source = source.replacingOccurrences(of: "</body>", with: "<script>\(presses)</script></body>")
            let copy = "\(folder.path)/copy.html"
            try source.write(toFile: copy, atomically: true, encoding: .utf8)
            let dump = try CrossfireProcess.start(Self.chromium!, common + ["--dump-dom", "file://\(copy)"]).finish()
            #expect(dump.status == 0, "\(dump.errors)")
            return dump.output
        }

        private var common: [String] {
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(folder.path)/profile", "--window-size=1200,1000",
            ]
        }

        private func expectPicture(_ page: String) throws {
            let picture = "\(folder.path)/page.png"
            let shot = try CrossfireProcess.start(
                Self.chromium!, common + ["--screenshot=\(picture)", "file://\(page)"]
            ).finish()
            #expect(shot.status == 0, "\(shot.errors)")
            let image = try Data(contentsOf: URL(fileURLWithPath: picture))
            #expect(image.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
            #expect(image.count > 30_000)
        }

        /// A history of a register; the last read is stale if `isViolated`.
        private func history(isViolated: Bool) throws -> String {
            var lines = ["{\"format\":\"linhist-1\",\"model\":\"kv\",\"ops\":400,\"clients\":4,\"keys\":2,\"seed\":1}"]
            for index in 0..<400 {
                let isWrite = index % 4 < 2
                let value = isViolated && index == 399 ? 2 * (index / 4) - 9 : 2 * (index / 4) + index % 2 + 1
                let (start, end) = (index / 2 * 100 + index % 2 * 10, index / 2 * 100 + 60 + index % 2 * 20)
                lines.append(
                    "{\"i\":\(index),\"c\":\(index % 4),\"f\":\"\(isWrite ? "write" : "read")\",\"k\":\(index % 2),"
                        + "\"v\":\(isWrite ? "\(value)" : "null"),\"r\":\(isWrite ? "null" : "\(value)"),"
                        + "\"t0\":\(start),\"t1\":\(end),\"s\":\"ok\"}")
            }
            let path = "\(folder.path)/history.jsonl"
            try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        private func check(_ arguments: [String], status: Int32) throws -> String {
            let page = "\(folder.path)/page.html"
            let result = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", ["check"] + arguments + ["--html", page]
            ).finish()
            #expect(result.status == status, "\(result.output)\(result.errors)")
            return page
        }

        @Test("a violated history", .enabled(if: chromium != nil, "chromium is not installed"))
        func violatedHistory() throws {
            let page = try check([try history(isViolated: true)], status: 1)
            let opened = try document(page)
            #expect(opened.contains("<section id=\"timeline\">"), "the script did not run")
            #expect(opened.contains("<span id=\"which\">1 of 1</span>"))
            #expect(opened.contains("The line goes through"))
            // It opens at the violation, not at everything.
            #expect(!opened.contains("400 of 400 operations in view"))
            let all = try document(page, pressing: ["0", "k", "?"])
            #expect(all.contains("400 of 400 operations in view"))
            #expect(all.contains("<span id=\"mode\">client</span>"))
            #expect(all.contains("<pre id=\"keys\">"))
            let near = try document(page, pressing: ["0", "+", "+", "+", "+", "ArrowRight", "n", "0", "-", "p"])
            #expect(!near.contains("400 of 400 operations in view"))
            try expectPicture(page)
        }

        @Test("a held history", .enabled(if: chromium != nil, "chromium is not installed"))
        func heldHistory() throws {
            let page = try check([try history(isViolated: false)], status: 0)
            let opened = try document(page)
            #expect(opened.contains("400 of 400 operations in view"))
            #expect(opened.contains("in an order that explains every answer."))
            #expect(opened.contains("<span id=\"steps\" hidden=\"\">"))
            try expectPicture(page)
        }

        @Test(
            "a finding's capture",
            .enabled(if: chromium != nil && canCapture, "chromium is not installed, or capturing is not permitted"))
        func finding() throws {
            let out = "\(folder.path)/out"
            let fuzz = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/kv+lost-update", "--protocol", "resp", "--corpus",
                "\(CrossfireProcess.root)/corpora/resp", "--stop-on-first", "--out", out, "--json")
            let finding = try #require(fuzz.paths.first, "\(fuzz.output)\(fuzz.errors)")
            let page = try check(["\(finding)/capture.pcapng", "--protocol", "resp"], status: 1)
            let opened = try document(page)
            for text in ["linearizability", "capture.pcapng", "what they show", "1 of ", "Point at an operation"] {
                #expect(opened.contains(text), "\(text)")
            }
            try expectPicture(page)
        }

        @Test("without a place to write there is no page, and the reason is told")
        func unwritable() throws {
            let result = try CrossfireProcess.run(
                "check", try history(isViolated: false), "--html", "/nonexistent/page.html")
            #expect(result.status == 74)
            #expect(result.errors.contains("cannot write /nonexistent/page.html"))
            let usage = try CrossfireProcess.run("check", "x", "--model", "kv", "--annotate", "y")
            #expect(usage.status == 64)
        }

        @Test("notes are comments of their packets", .enabled(if: tshark != nil, "tshark is not installed"))
        func annotate() throws {
            let capture = try TinyCapture.echo(loses: true).write("\(folder.path)/lossy.pcap")
            let annotated = "\(folder.path)/annotated.pcapng"
            let result = try CrossfireProcess.run(
                "check", capture, "--protocol", "echo", "--json", "--annotate", annotated)
            #expect(result.status == 1, "\(result.output)\(result.errors)")
            let violations = try #require(result.json["violations"] as? [[String: Any]])
            var expected: [String] = []
            for violation in violations {
                let oracle = try #require(violation["oracle"] as? String)
                for note in violation["evidence"] as? [[String: Any]] ?? [] {
                    expected.append("\(note["packet"] as? Int ?? 0)\t\(oracle): \(note["note"] as? String ?? "")")
                }
            }
            #expect(!expected.isEmpty)
            let fields = ["-T", "fields", "-e", "frame.number", "-e", "frame.comment", "-E", "aggregator=/s"]
            let shown = try CrossfireProcess.start(Self.tshark!, ["-r", annotated] + fields).finish()
            let lines = shown.output.split(separator: "\n").map(String.init)
            for line in expected { #expect(lines.contains(line), "\(line) in \(shown.output)") }
            #expect(lines.count { $0.split(separator: "\t").count == 2 } == Set(expected.map { $0.prefix(2) }).count)
            // All packets are there, as they were.
            let times = ["-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "tcp.seq_raw"]
            let before = try CrossfireProcess.start(Self.tshark!, ["-r", capture] + times).finish()
            let after = try CrossfireProcess.start(Self.tshark!, ["-r", annotated] + times).finish()
            #expect(before.output == after.output && !after.output.isEmpty)
        }
    }
}
