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
        /// What three of them may take in all: a limit of ours with room for a busy machine, no measure of speed. Seconds.
        static let most = 20.0
        /// Kibibytes.
        static let memory = 512 << 10

        @Test("a campaign ends in time, in bounds, and leaves nothing", arguments: HostileServer.kinds)
        func survives(kind: String) throws {
            let folder = try TemporaryFolder()
            let temporary = "\(folder.path)/tmp"
            try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
            let script = try HostileServer.write(into: folder)
            let start = Date()
            let campaigns = try ["echo", "resp", "http"].map { name in
                let out = "\(folder.path)/\(name)"
                var words = ["TMPDIR=\(temporary)", "python3", "-c", PeakMemory.script, out + ".memory"]
                words += ["\(CrossfireProcess.folder)/crossfire", "fuzz", "--protocol", name]
                words += ["--duration", "\(Self.budget)s", "--confirm", "2", "--clients", "3", "--perturb", "off"]
                words += ["--out", out, "--", "python3", script, kind, name, "{port}"]
                return (out, try CrossfireProcess.start(CrossfireProcess.program("env")!, words))
            }
            for (out, campaign) in campaigns {
                let result = campaign.finish()
                #expect([0, 1, 2, 69].contains(result.status), "\(kind): \(result.status) \(result.errors)")
                let said = (result.output + result.errors).unicodeScalars
                #expect(!said.contains { $0.value == 0x1B || (0x80...0x9F).contains($0.value) })
                // What a campaign tells is of a size that people read.
                if result.status < 3 {
                    let path = out + "/summary.json"
                    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
                    #expect((1..<1 << 20).contains(size), "\(kind): \(path) has \(size) bytes")
                }
                let memory = try PeakMemory.kibibytes(out + ".memory")
                #expect(memory < Self.memory, "\(kind): \(memory) KiB")
            }
            #expect(Date().timeIntervalSince(start) < Self.most, "\(kind)")
            #expect(CrossfireProcess.processes(running: script).isEmpty, "\(kind)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty, "\(kind)")
        }
    }
}
