import Foundation
import Testing

extension EndToEnd {
    /// Goal: a finding can be believed and repeated. Method: one campaign that finds a lost update while tcpdump
    /// records beside it; then every command that takes a finding.
    @Suite("a finding", .enabled(if: canCapture)) struct Findings {
        @Test("is replayed, checked from its capture, and read by tshark without a warning")
        func lifeCycle() throws {
            let folder = try TemporaryFolder()
            let found = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/kv+lost-update", "--protocol", "resp", "--stop-on-first", "--json",
                "--seed",
                "3", "--out", folder.path)
            #expect(found.status == 1, "\(found.errors)")
            let path = try #require(found.paths.first)
            for name in ["finding.json", "scenario.crossfire", "capture.pcapng", "target.log"] {
                #expect(FileManager.default.fileExists(atPath: "\(path)/\(name)"), "\(name)")
            }

            let replayed = try CrossfireProcess.run("replay", path, "--times", "5", "--json")
            #expect(replayed.status == 1, "\(replayed.output)")
            #expect(((replayed.json["reproduced"] as? [String: Any])?["hits"] as? Int ?? 0) > 0)

            let minimized = "\(path)/minimized.crossfire"
            if FileManager.default.fileExists(atPath: minimized) {
                let smaller = try CrossfireProcess.run("replay", minimized, "--times", "5")
                #expect(smaller.status == 1, "\(smaller.output)")
            }

            let checked = try CrossfireProcess.run("check", "\(path)/capture.pcapng", "--protocol", "resp", "--json")
            #expect(checked.status == 1)
            let oracles = (checked.json["violations"] as? [[String: Any]] ?? []).compactMap { $0["oracle"] as? String }
            #expect(oracles.contains("linearizability"))

            let inspected = try CrossfireProcess.run("inspect", "\(path)/capture.pcapng", "--protocol", "resp")
            #expect(inspected.status == 0)
            #expect(inspected.output.contains("INCR"))

            try readWithTshark("\(path)/capture.pcapng")
        }

        private func readWithTshark(_ capture: String) throws {
            guard let tshark = CrossfireProcess.program("tshark") else { return }
            let result = try CrossfireProcess.start(tshark, ["-r", capture, "-T", "fields", "-e", "frame.comment"])
                .finish()
            #expect(result.status == 0)
            let complaints = result.errors.split(separator: "\n").filter {
                !$0.contains("superuser") && !$0.contains("root")
            }
            #expect(complaints.isEmpty, "\(result.errors)")
            #expect(result.output.contains("INCR") || result.output.contains("GET"))
        }

        @Test("of the process alone is noted in its capture")
        func noted() throws {
            let folder = try TemporaryFolder()
            let found = try CrossfireProcess.run(
                "fuzz", "--server", "forked/kv+zombie-children", "--protocol", "resp", "--stop-on-first", "--json",
                "--confirm", "1", "--out", folder.path)
            let path = try #require(found.paths.first, "\(found.errors)")
            let checked = try CrossfireProcess.run("check", "\(path)/capture.pcapng", "--protocol", "resp")
            #expect(checked.status == 1)
            #expect(checked.output.contains("resources"))
        }

        @Test(
            "shows in a capture that tcpdump took beside the campaign",
            .enabled(if: getuid() == 0 && CrossfireProcess.program("tcpdump") != nil, "needs root and tcpdump"))
        func tcpdump() throws {
            let folder = try TemporaryFolder()
            let file = "\(folder.path)/beside.pcap"
            let recorder = try CrossfireProcess.start(
                CrossfireProcess.program("tcpdump")!,
                ["-i", "lo", "-B", "65536", "-U", "-w", file, "tcp and net 127.0.0.0/8"])
            try recorder.waits { $0.errors.contains("listening on") }
            let found = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/kv+lost-update", "--protocol", "resp", "--stop-on-first", "--json",
                "--confirm", "2", "--no-sandbox", "--out", folder.path)
            #expect(found.status == 1, "\(found.errors)")
            kill(recorder.process.processIdentifier, SIGINT)
            _ = recorder.finish()
            // Other programs of this machine may use lo too: only the campaign's own target counts.
            let port = try #require(found.errors.firstMatch(of: /127\.0\.0\.1:(\d+)/)?.output.1)
            let checked = try CrossfireProcess.run("check", file, "--protocol", "resp", "--port", String(port))
            #expect(checked.status == 1, "\(checked.output)\(checked.errors)")
            #expect(checked.output.contains("linearizability"))
        }
    }
}
