import Foundation
import Testing

extension EndToEnd {
    /// Goal: `check` keeps to its memory and says so. Method: histories whose search or values would take gigabytes, with a
    /// limit and without one; what the process held at most is measured.
    @Suite("memory of check", .enabled(if: CrossfireProcess.program("python3") != nil, "needs python3"))
    struct CheckMemory {
        let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        /// Pages of the program itself and of the file, beside the memory that is limited. Kibibytes.
        private static let pages = 64 << 10

        /// Checks a history of a stack.
        ///
        /// - Returns: With the result, the most that the process held, in kibibytes.
        private func check(_ lines: [String], _ more: String...) throws -> (CrossfireProcess.Result, kibibytes: Int) {
            let path = "\(folder.path)/history.edn"
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
            let peak = "\(folder.path)/peak"
            let words = ["-c", PeakMemory.script, peak, "\(CrossfireProcess.folder)/crossfire", "check", path]
            let result = try CrossfireProcess.start(
                CrossfireProcess.program("python3")!, words + ["--model", "stack", "--json"] + more
            ).finish()
            return (result, try PeakMemory.kibibytes(peak))
        }

        /// Values that are pushed at once, and a pop after them that finds nothing: all their orders have to be tried.
        private var hardHistory: [String] {
            let pushes = (0..<40).map { "{:process \($0), :type :invoke, :f :push, :value \($0)}" }
            let pushed = pushes.map { $0.replacingOccurrences(of: ":invoke", with: ":ok") }
            let pop = ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :pop, :value nil}" }
            return pushes + pushed + pop
        }

        @Test("a search ends where its memory ends", arguments: [nil, 100, 300])
        func search(_ mebibytes: Int?) throws {
            let (result, peak) =
                if let mebibytes { try check(hardHistory, "--max-memory", "\(mebibytes)MiB") } else {
                    try check(hardHistory)
                }
            #expect(result.status == 2, "\(result.output) \(result.errors)")
            #expect(result.json["verdict"] as? String == "inconclusive")
            #expect("\(result.json["inconclusive"] ?? "")".contains("--max-memory"), "\(result.output)")
            #expect(peak < (mebibytes ?? 200) << 10 + Self.pages, "\(peak) KiB")
        }

        @Test("so does the reading of what is larger than its memory")
        func values() throws {
            // Lists are kept, and each is another.
            let list = (0..<400).map(String.init).joined(separator: " ")
            let lines = (0..<40_000).flatMap { row in
                ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :push, :value [\(row) \(list)]}" }
            }
            let (result, peak) = try check(lines, "--max-memory", "60MiB")
            #expect(result.status == 2, "\(result.output) \(result.errors)")
            #expect("\(result.json["inconclusive"] ?? "")".contains("more than --max-memory, 60 MiB"))
            let file = lines.reduce(0) { $0 + $1.utf8.count } >> 10
            #expect(peak < 60 << 10 + Self.pages + file, "\(peak) KiB")
        }

        @Test("a page for which there is no memory is not written, and the verdict stands", arguments: [60, 400])
        func page(_ mebibytes: Int) throws {
            // One client writes and reads in turn.
            let lines = (0..<300_000).map { row in
                let what = row.isMultiple(of: 2) ? "\"write\",\"v\":\(row)" : "\"read\",\"r\":\(row - 1)"
                return "{\"c\":0,\"f\":\(what),\"t0\":\(10 * row),\"t1\":\(10 * row + 5),\"s\":\"ok\"}"
            }
            let (path, page) = ("\(folder.path)/history.jsonl", "\(folder.path)/page.html")
            let header = "{\"format\":\"linhist-1\",\"model\":\"register\"}"
            try Data(([header] + lines).joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
            let result = try CrossfireProcess.run(
                "check", path, "--json", "--html", page, "--max-memory", "\(mebibytes)MiB")
            let isEnough = mebibytes > 100
            #expect(result.status == (isEnough ? 0 : 74), "\(result.output) \(result.errors)")
            #expect(result.json["verdict"] as? String == "held")
            #expect(result.errors.contains("--max-memory") != isEnough)
            #expect(FileManager.default.fileExists(atPath: page) == isEnough)
        }

        @Test(
            "amounts that are none are wrong usage",
            arguments: ["0", "-1", "1e3", "MiB", "99999999999999999999", "9999999999GiB", "1TiBx"])
        func amounts(_ amount: String) throws {
            let (result, _) = try check(hardHistory, "--max-memory=\(amount)")
            #expect(result.status == 64, "\(result.errors)")
            #expect(result.errors.contains("max-memory"))
        }
    }
}
