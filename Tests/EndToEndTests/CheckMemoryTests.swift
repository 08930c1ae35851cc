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
            return try check(path, ["--model", "stack"] + more)
        }

        private func check(_ path: String, _ more: [String]) throws -> (CrossfireProcess.Result, kibibytes: Int) {
            let peak = "\(folder.path)/peak"
            let words = ["-c", PeakMemory.script, peak, "\(CrossfireProcess.folder)/crossfire", "check", path]
            let result = try CrossfireProcess.start(
                CrossfireProcess.program("python3")!, words + ["--json"] + more
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
            // Lists are kept, each is another, and their numbers lie far apart.
            let lines = (0..<40_000).flatMap { row in
                let list = (0..<100).map { String((row * 400 + $0) * 7_919_333_777 % 1_000_003_579) }
                    .joined(separator: " ")
                return ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :push, :value [\(row) \(list)]}" }
            }
            let (result, peak) = try check(lines, "--max-memory", "16MiB")
            #expect(result.status == 2, "\(result.output) \(result.errors)")
            // Who is told first that memory is short, the reading or a search after it, is up to the scheduler.
            let reason = "\(result.json["inconclusive"] ?? "")"
            #expect(reason.contains("--max-memory") && reason.contains("16 MiB"), "\(reason)")
            let file = lines.reduce(0) { $0 + $1.utf8.count } >> 10
            #expect(peak < 16 << 10 + Self.pages + file, "\(peak) KiB")
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

        /// Checks a file within so much memory, pages of the program and of the file aside.
        private func isHeld(_ path: String, within mebibytes: Int, _ words: String...) throws {
            let result = try CrossfireProcess.run(
                ["check", path, "--json", "--max-memory", "\(mebibytes)MiB"] + words)
            #expect(result.status == 0, "\(result.output.prefix(1000)) \(result.errors)")
            #expect(result.json["verdict"] as? String == "held")
        }

        @Test("a file is not there beside what is made of it, and the text of a compressed one is there once")
        func pagesOfFiles() throws {
            let operations = 100_000
            let path = "\(folder.path)/notes.edn"
            let note = String(repeating: "x", count: 400)
            let lines = (0..<operations).flatMap { row in
                ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :write, :value \(row), :note \"\(note)\"}" }
            }
            let text = Data(lines.joined(separator: "\n").utf8)
            try text.write(to: URL(fileURLWithPath: path))
            let script =
                "import gzip, shutil, sys; shutil.copyfileobj(open(sys.argv[1], 'rb'), gzip.open(sys.argv[2], 'wb', 1))"
            _ = try CrossfireProcess.start(
                CrossfireProcess.program("python3")!, ["-c", script, path, path + ".gz"]
            ).finish()
            let most = Self.pages + (operations * 160) >> 10
            for (path, more) in [(path, 0), (path + ".gz", text.count >> 10)] {
                let (result, peak) = try check(path, ["--model", "register"])
                #expect(result.status == 0, "\(result.output) \(result.errors)")
                #expect(peak < most + more, "\(path): \(peak) KiB")
            }
        }

        @Test("sets that are read as a whole, each time another, take not much more than a byte an element")
        func wholeSets() throws {
            let (elements, between) = (16_000, 16)
            let path = "\(folder.path)/sets.edn"
            var text = ""
            var inside = ""
            func add(_ function: String, _ argument: String, _ answer: String) {
                for (type, value) in [("invoke", argument), ("ok", answer)] {
                    text += "{:process 0, :type :\(type), :f :\(function), :value \(value)}\n"
                }
            }
            for element in 0..<elements {
                add("add", "\(element)", "\(element)")
                inside += "\(element) "
                if element % between == between - 1 { add("read", "nil", "#{\(inside)}") }
            }
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            // They show eight million elements.
            try isHeld(path, within: 32, "--model", "set")
        }

        @Test("long messages are there once, however many connections bring them", arguments: [1, 100])
        func longMessages(connections: Int) throws {
            let (exchanges, bytes) = (40_000, 480)
            var capture = TinyCapture()
            let ports = (0..<connections).map { UInt16(30_000 + $0) }
            for port in ports { capture.open(port) }
            var (up, down) = (
                Array(repeating: UInt32(101), count: connections), Array(repeating: UInt32(501), count: connections)
            )
            let filler = String(repeating: "x", count: bytes / 2 - 60)
            for number in 0..<exchanges {
                let client = number % connections
                let request = "GET /\(number % 100) HTTP/1.1\r\nHost: a\r\nX: \(number)\(filler)\r\n\r\n"
                let reply = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: \(number)\(filler)\r\n\r\n1"
                capture.add(
                    ports[client], TinyCapture.push | TinyCapture.ack, seq: up[client], ack: down[client], request)
                up[client] += UInt32(request.utf8.count)
                capture.add(
                    ports[client], down: true, TinyCapture.push | TinyCapture.ack, seq: down[client], ack: up[client],
                    reply)
                down[client] += UInt32(reply.utf8.count)
            }
            let path = try capture.write("\(folder.path)/long.pcap")
            // The messages, and what is known of each.
            try isHeld(path, within: 16 + (exchanges * (bytes + 320)) >> 20, "--protocol", "http")
        }

        @Test("transactions take a bounded number of bytes, also where each has keys of its own")
        func transactions() throws {
            let transactions = 100_000
            let lines = (0..<transactions).flatMap { row in
                let (own, before) = (row + 1, row == 0 ? "nil" : "\(row)")
                return [("invoke", "nil"), ("ok", before)].map { type, seen in
                    "{:process \(row % 5), :type :\(type), :f :txn, :value [[:r \(row) \(seen)] [:w \(row + 1) \(own)]]}"
                }
            }
            let path = "\(folder.path)/transactions.edn"
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
            try isHeld(path, within: 16 + (transactions * 240) >> 20, "--model", "txn")
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
