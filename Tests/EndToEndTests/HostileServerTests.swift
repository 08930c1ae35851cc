import Foundation
import Testing

extension EndToEnd {
    /// Goal: nothing that a target does hurts us: a campaign ends in its time with a status of the contract, in bounded
    /// memory, and leaves nothing. Method: many kinds of hostile servers, each in three protocols side by side.
    @Suite(
        "hostile servers", .enabled(if: canCapture, "needs the right to capture"),
        .enabled(if: CrossfireProcess.program("python3") != nil, "needs python3"))
    struct HostileServers {
        /// The budget that a campaign is given. Seconds.
        static let budget = 1
        /// What it may take in all: a limit of ours with room for a machine that is busy, no measure of speed. Seconds.
        static let most = 10.0
        /// Kibibytes.
        static let memory = 512 << 10

        @Test("a campaign ends in time, in bounds, and leaves nothing", arguments: HostileServer.kinds)
        func survives(kind: String) throws {
            let folder = try TemporaryFolder()
            let temporary = "\(folder.path)/tmp"
            try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
            let script = "\(folder.path)/hostile.py"
            try Data(HostileServer.script.utf8).write(to: URL(fileURLWithPath: script))
            let start = Date()
            let campaigns = try ["echo", "resp", "http"].map { name in
                let out = "\(folder.path)/\(name)"
                let words =
                    ["TMPDIR=\(temporary)", "\(CrossfireProcess.folder)/crossfire", "fuzz"]
                    + ["--protocol", name, "--duration", "\(Self.budget)s", "--confirm", "2", "--clients", "3"]
                    + ["--perturb", "off", "--out", out, "--", "python3", script, kind, name, "{port}"]
                return (out, try CrossfireProcess.start("/usr/bin/env", words))
            }
            for (out, campaign) in campaigns {
                let result = campaign.finish()
                #expect([0, 1, 2, 69].contains(result.status), "\(kind): \(result.status) \(result.errors)")
                let all = result.output + result.errors
                #expect(!all.unicodeScalars.contains { $0.value == 0x1B || (0x80...0x9F).contains($0.value) })
                // Findings are whole, and their texts are of a size that people read.
                for (path, line) in [("/summary.json", 1 << 20)] where result.status < 3 {
                    let size = (try? FileManager.default.attributesOfItem(atPath: out + path)[.size] as? Int) ?? 0
                    #expect((1..<line).contains(size), "\(kind): \(path) has \(size) bytes")
                }
            }
            #expect(Date().timeIntervalSince(start) < Self.most, "\(kind)")
            #expect(CrossfireProcess.processes(running: script).isEmpty, "\(kind)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty, "\(kind)")
            var usage = rusage()
            getrusage(RUSAGE_CHILDREN, &usage)
            #expect(usage.ru_maxrss < Self.memory, "\(kind): \(usage.ru_maxrss) KiB")
        }
    }
}
