import Foundation
import Testing

extension EndToEnd {
    /// Goal: the commands around a campaign do what they say. Method: each as a user calls it.
    @Suite("commands") struct Commands {
        @Test("Ctrl-C stops target and children, and still prints the summary", .enabled(if: canCapture))
        func interrupt() throws {
            let folder = try TemporaryFolder()
            let campaign = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire",
                [
                    "fuzz", "--server", "forked/kv", "--protocol", "resp", "--json", "--duration", "60s", "--out",
                    folder.path,
                ])
            try campaign.waits { $0.errors.contains("executions") }
            let port = try #require(campaign.errors.firstMatch(of: /127\.0\.0\.1:(\d+)/)?.output.1)
            let target = "reference-server forked/kv --port \(port)"
            let children = CrossfireProcess.processes(running: target)
            kill(campaign.process.processIdentifier, SIGINT)
            let result = campaign.finish()
            #expect(result.status == 130, "\(result.errors)")
            #expect(result.json["interrupted_by"] as? Int == 2)
            #expect(!children.isEmpty)
            #expect(CrossfireProcess.processes(running: target).isEmpty)
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/summary.json"))
            let state = try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/status.json")))
            let entries = try #require(state as? [String: Any])
            #expect(entries["state"] as? String == "ended" && entries["executions"] as? Int ?? 0 > 0)
        }

        @Test(
            "--connect tests a server that runs already, and leaves it running",
            .enabled(if: canCapture && getuid() == 0, "capturing on the machine's own lo needs root"))
        func connect() throws {
            let folder = try TemporaryFolder()
            let server = try CrossfireProcess.start("\(CrossfireProcess.folder)/crossfire", ["serve", "threaded/kv"])
            defer {
                server.process.terminate()
                #expect(server.finish().status == 0)
            }
            let port = try serverPort(server)
            let result = try CrossfireProcess.run(
                "fuzz", "--connect", "127.0.0.1:\(port)", "--protocol", "resp", "--executions", "200", "--json",
                "--out",
                folder.path)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(server.process.isRunning)
        }

        @Test(
            "gate: a saved finding fails it, the baseline accepts it, a correct server passes", .enabled(if: canCapture)
        )
        func gate() throws {
            let folder = try TemporaryFolder()
            let defective = "threaded/kv+reordered-replies"
            let found = try CrossfireProcess.run(
                "fuzz", "--server", defective, "--protocol", "resp", "--stop-on-first", "--json", "--confirm", "2",
                "--out",
                folder.path)
            #expect(found.status == 1)
            let gate = { (server: String, more: [String]) in
                try CrossfireProcess.start(
                    "\(CrossfireProcess.folder)/crossfire",
                    [
                        "gate", "--server", server, "--protocol", "resp", "--corpus",
                        "\(CrossfireProcess.root)/corpora/resp",
                        "--duration", "12s", "--times", "2", "--out", folder.path, "--junit",
                        "\(folder.path)/junit.xml",
                    ] + more
                ).finish()
            }
            let failed = try gate(defective, [])
            #expect(failed.status == 1, "\(failed.output)")
            let report = try String(contentsOfFile: "\(folder.path)/junit.xml", encoding: .utf8)
            #expect(report.contains("<failure type=\"order\""))

            let repaired = try gate("threaded/kv", [])
            #expect(repaired.status == 0, "\(repaired.output)")
            let passed = try String(contentsOfFile: "\(folder.path)/junit.xml", encoding: .utf8)
            #expect(passed.contains("failures=\"0\""))

            try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/bad-baseline"))
            let refused = try gate("threaded/kv", ["--baseline", "\(folder.path)/bad-baseline"])
            #expect(refused.status == 78)
        }

        @Test("serve --list names every server, doctor speaks JSON, version and help exit 0")
        func small() throws {
            let list = try CrossfireProcess.run("serve", "--list")
            #expect(list.status == 0)
            #expect(list.output.contains("forked/kv+zombie-children\t"))
            let explained = try CrossfireProcess.run("explain", "crosstalk-1f3a9c20")
            #expect(explained.status == 0 && explained.output.hasPrefix("crosstalk: A reply reaches only"))
            #expect(try CrossfireProcess.run("explain", "nonsense").status == 64)
            let doctor = try CrossfireProcess.run("doctor", "--json")
            #expect(doctor.json["can_capture"] as? Bool == (doctor.status == 0))
            #expect(try CrossfireProcess.run("--version").status == 0)
            for command in [
                "fuzz", "capture", "inspect", "check", "replay", "minimize", "gate", "serve", "zoo", "compare",
                "doctor",
            ] {
                let help = try CrossfireProcess.run(command, "--help")
                #expect(help.status == 0)
                #expect(help.output.contains("USAGE: crossfire \(command)"))
            }
        }

        @Test(
            "a plain user captures in a private network",
            .enabled(
                if: getuid() == 0 && CrossfireProcess.isReadableByNobody, "needs root, and a build that others can read"
            ))
        func plainUser() throws {
            let out = "/tmp/crossfire-plain-\(getpid())"
            defer { try? FileManager.default.removeItem(atPath: out) }
            let runuser = CrossfireProcess.program("runuser")!
            let crossfire = "\(CrossfireProcess.folder)/crossfire"
            let doctor = try CrossfireProcess.start(runuser, ["-u", "nobody", "--", crossfire, "doctor"], in: "/tmp")
                .finish()
            guard doctor.status == 0 else { return }
            let result = try CrossfireProcess.start(
                runuser,
                [
                    "-u", "nobody", "--", crossfire, "fuzz", "--server", "threaded/kv+lost-update", "--protocol",
                    "resp",
                    "--stop-on-first", "--json", "--confirm", "2", "--out", out,
                ], in: "/tmp"
            ).finish()
            #expect(result.status == 1, "\(result.errors)")
            #expect(result.oracles.contains("linearizability"))
        }
    }
}
