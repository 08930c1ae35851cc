import Foundation
import System
import Testing

extension EndToEnd {
    /// Goal: whatever becomes of a file while it is read, nobody dies of a signal: what is gone is one line and 65, or the
    /// part that was there is judged as a cut file is. Method: files are cut to a random length when the command has read
    /// a random number of bytes, as the kernel counts them.
    @Suite(
        "files that shrink",
        .enabled(if: FileManager.default.isReadableFile(atPath: "/proc/self/io"), "needs /proc/PID/io"))
    struct ShrinkingFiles {
        let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        private static let operations = 60_000

        private var history: Data {
            let lines = (0..<Self.operations).map { row in
                let what = row.isMultiple(of: 2) ? "\"write\",\"v\":\(row)" : "\"read\",\"r\":\(row - 1)"
                return "{\"c\":0,\"f\":\(what),\"t0\":\(10 * row),\"t1\":\(10 * row + 5),\"s\":\"ok\"}"
            }
            return Data((["{\"format\":\"linhist-1\",\"model\":\"register\"}"] + lines).joined(separator: "\n").utf8)
        }

        private var journal: Data {
            let lines = (0..<Self.operations).flatMap { row in
                ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :write, :value \(row)}" }
            }
            return Data(lines.joined(separator: "\n").utf8)
        }

        private var capture: Data {
            var capture = TinyCapture()
            let port: UInt16 = 30_000
            capture.open(port)
            var (up, down) = (UInt32(101), UInt32(501))
            for _ in 0..<Self.operations / 4 {
                let (request, reply) = ("*2\r\n$3\r\nGET\r\n$1\r\na\r\n", "$-1\r\n")
                capture.add(port, TinyCapture.push | TinyCapture.ack, seq: up, ack: down, request)
                up += UInt32(request.utf8.count)
                capture.add(port, down: true, TinyCapture.push | TinyCapture.ack, seq: down, ack: up, reply)
                down += UInt32(reply.utf8.count)
            }
            return capture.data
        }

        /// What became of a command whose file was cut.
        private struct Cut {
            var result: CrossfireProcess.Result
            /// It had begun to read the file, and had more to read when there was less.
            var wasReading = false
        }

        /// Runs a command on a file with these bytes, which is cut while it is read.
        private func run(
            _ words: [String], on bytes: Data, _ name: String, _ random: inout SeededGenerator
        ) throws -> Cut {
            let path = "\(folder.path)/\(name)"
            try bytes.write(to: URL(fileURLWithPath: path))
            let command = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", words.map { $0 == "FILE" ? path : $0 })
            let process = command.process.processIdentifier
            let (goal, length) = (random.pick(0...bytes.count), random.pick(0...bytes.count - 1))
            while let read = Self.bytesRead(process), read < goal {}
            kill(process, SIGSTOP)
            while let state = Self.state(process), state != "T" {}
            let read = Self.bytesRead(process) ?? .max
            #expect(truncate(path, off_t(length)) == 0)
            kill(process, SIGCONT)
            return Cut(result: command.finish(), wasReading: Self.certainlyOfFile < read && read < bytes.count)
        }

        /// Who has read more has opened the file and looked how long it is: its libraries' heads are less.
        private static let certainlyOfFile = 1 << 20

        /// What a process has read so far; nil when it is gone. proc_pid_io(5)
        private static func bytesRead(_ process: Int32) -> Int? {
            guard let text = FileManager.default.contents(atPath: "/proc/\(process)/io") else { return nil }
            let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("rchar: ") }
            return line.flatMap { Int($0.dropFirst(7)) }
        }

        /// proc_pid_stat(5); nil when it has ended.
        private static func state(_ process: Int32) -> Substring? {
            guard let text = FileManager.default.contents(atPath: "/proc/\(process)/stat"),
                let behind = String(decoding: text, as: UTF8.self).split(separator: ")").last
            else { return nil }
            let state = behind.split(separator: " ").first
            return state == "Z" || state == "X" ? nil : state
        }

        @Test("a history", arguments: 0..<8)
        func histories(seed: Int) throws {
            var random = SeededGenerator(seed: UInt64(seed))
            for (bytes, name) in [(history, "h.jsonl"), (journal, "h.edn")] {
                let cut = try run(["check", "FILE", "--model", "register"], on: bytes, name, &random)
                let result = cut.result
                #expect([0, 1, 2, 65].contains(result.status), "\(result.status) \(result.errors)")
                if cut.wasReading { #expect(result.status == 65, "\(result.output)") }
                guard result.status == 65 else { continue }
                #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
                #expect(result.errors.contains(name) && result.output.isEmpty, "\(result.errors)")
                if cut.wasReading { #expect(result.errors.contains("became shorter"), "\(result.errors)") }
            }
        }

        @Test("a capture", arguments: 0..<4)
        func captures(seed: Int) throws {
            var random = SeededGenerator(seed: UInt64(seed))
            let bytes = capture
            let check = ["check", "FILE", "--protocol", "resp"]
            let commands = [
                ["inspect", "FILE"], check, check + ["--annotate", "\(folder.path)/annotated-\(seed).pcapng"],
            ]
            for words in commands {
                let result = try run(words, on: bytes, "c.pcap", &random).result
                #expect([0, 1, 2, 65, 74].contains(result.status), "\(words): \(result.status) \(result.errors)")
                if result.status == 65 { #expect(result.errors.contains("c.pcap"), "\(result.errors)") }
            }
        }
    }
}
