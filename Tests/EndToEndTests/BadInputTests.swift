import Foundation
import Fuzz
import Testing
import System

extension EndToEnd {
    /// Goal: bad input gets one clear line on standard error and the contract's exit status, and leaves nothing behind.
    /// Method: each kind of bad input that a user can give.
    @Suite("bad input") struct BadInput {
        /// One line that names what is wrong.
        private func expectLine(_ result: CrossfireProcess.Result, _ status: Int32, containing text: String) {
            #expect(result.status == status, "\(result.errors)")
            let lines = result.errors.split(separator: "\n").filter { !$0.hasPrefix("no private network") }
            #expect(lines.count == 1, "\(result.errors)")
            #expect(result.errors.contains(text), "\(result.errors)")
            #expect(result.output.isEmpty)
        }

        @Test(
            "unknown names are wrong usage",
            arguments: [
                (["--server", "threded/kv", "--protocol", "resp"], "threded"),
                (["--server", "threaded/kvv", "--protocol", "resp"], "kvv"),
                (["--server", "threaded/kv+lost-updates", "--protocol", "resp"], "lost-updates"),
                (["--server", "threaded/kv+zombie-children", "--protocol", "resp"], "zombie-children"),
                (["--server", "threaded/kv", "--protocol", "rasp"], "rasp"),
            ])
        func unknownName(_ arguments: [String], _ name: String) throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", ["fuzz"] + arguments, in: folder.path
            ).finish()
            expectLine(result, 64, containing: name)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }

        @Test(
            "wrong usage names the help that tells more",
            arguments: [
                (["fuz"], "unexpected argument 'fuz'; see 'crossfire --help'"),
                (["inspect"], "missing expected argument '<capture>'; see 'crossfire inspect --help'"),
                (
                    ["fuzz", "--duration", "3x"],
                    "'3x' is invalid for '--duration <duration>'; see 'crossfire fuzz --help'"
                ),
                (
                    ["fuzz", "--protocol", "resp", "--destructive", "--connect", "127.0.0.1:1"],
                    "--destructive is for a target that is started"
                ),
                (["zoo", "--jobs", "0"], "--jobs must be from 1 to 64; see 'crossfire zoo --help'"),
            ])
        func usage(_ arguments: [String], _ text: String) throws {
            expectLine(try CrossfireProcess.run(arguments), 64, containing: text)
        }

        @Test("captures that are missing, empty, or no captures at all")
        func captures() throws {
            let folder = try TemporaryFolder()
            for command in ["inspect", "check"] {
                let rest = command == "check" ? ["--protocol", "resp"] : []
                let run = { (path: String) in
                    try CrossfireProcess.start("\(CrossfireProcess.folder)/crossfire", [command, path] + rest).finish()
                }
                expectLine(try run("\(folder.path)/none.pcap"), 65, containing: "none.pcap")
                try Data().write(to: URL(fileURLWithPath: "\(folder.path)/empty.pcap"))
                expectLine(try run("\(folder.path)/empty.pcap"), 65, containing: "empty.pcap")
                try Data("GET / HTTP/1.1\r\n\r\n".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/text.pcap"))
                expectLine(try run("\(folder.path)/text.pcap"), 65, containing: "text.pcap")
            }
        }

        @Test("a journal of which no operation can be judged") func unjudgeable() throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/swaps.edn"
            let events = ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :cas, :value 1}\n" }
            try Data(events.joined().utf8).write(to: URL(fileURLWithPath: path))
            let checked = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", ["check", path, "--model", "cas"]
            ).finish()
            expectLine(checked, 65, containing: "swaps.edn:1:1: nothing in it can be judged")
        }

        @Test(
            "a truncated capture is read as far as it goes, and the check says that it is incomplete",
            .enabled(if: canCapture))
        func truncated() throws {
            let folder = try TemporaryFolder()
            let found = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/kv+reordered-replies", "--protocol", "resp", "--stop-on-first", "--json",
                "--confirm", "0", "--out", folder.path)
            let path = try #require(found.paths.first)
            let whole = try Data(contentsOf: URL(fileURLWithPath: "\(path)/capture.pcapng"))
            let cut = "\(folder.path)/cut.pcapng"
            try whole.prefix(whole.count / 2 + 3).write(to: URL(fileURLWithPath: cut))
            let inspected = try CrossfireProcess.run("inspect", cut)
            #expect(inspected.status == 0)
            #expect(inspected.errors.contains("cut.pcapng"))
            let checked = try CrossfireProcess.run("check", cut, "--protocol", "resp")
            #expect([1, 2].contains(checked.status), "\(checked.output)")
            #expect(checked.output.contains("inconclusive"))
        }

        @Test(
            "flipped bits, cuts and nonsense: a partial result that says so, or 65; never a crash or a claim",
            arguments: 0..<20)
        func damaged(seed: Int) throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/damaged.pcap"
            var data = Array(try Data(contentsOf: URL(fileURLWithPath: TinyCapture.echo(loses: false).write(path))))
            var random = SeededGenerator(seed: UInt64(seed))
            let isNonsense = seed >= 16
            if isNonsense {
                data = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
            } else if seed.isMultiple(of: 2) {
                data.removeLast(1 + random.pick(0...data.count - 30))
            } else {
                for _ in 0..<6 { data[random.pick(24...data.count - 1)] ^= 1 << UInt8(random.pick(0...7)) }
            }
            try Data(data).write(to: URL(fileURLWithPath: path))
            let inspected = try CrossfireProcess.run("inspect", path)
            let checked = try CrossfireProcess.run("check", path, "--protocol", "echo")
            if isNonsense {
                expectLine(inspected, 65, containing: "damaged.pcap")
                expectLine(checked, 65, containing: "damaged.pcap")
                return
            }
            #expect([0, 65].contains(inspected.status), "\(inspected.errors)")
            #expect([0, 1, 2, 65].contains(checked.status), "\(checked.errors)")
            // A file cut in a packet says so, and then nothing is claimed to hold.
            if inspected.errors.contains("damaged.pcap") { #expect(checked.status != 0, "\(checked.output)") }
        }

        @Test("a scenario with a typing error names its place")
        func scenario() throws {
            let folder = try TemporaryFolder()
            let file = "\(folder.path)/typo.crossfire"
            try Data("protocol resp\nc0 connect\nc0 sned GET {key}\n".utf8).write(to: URL(fileURLWithPath: file))
            let replayed = try CrossfireProcess.run("replay", file, "--server", "threaded/kv")
            expectLine(replayed, 65, containing: "typo.crossfire:3:4: unknown step 'sned'")
            let fuzzed = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/kv", "--protocol", "resp", "--corpus", folder.path, in: folder.path)
            expectLine(fuzzed, 65, containing: "typo.crossfire:3:4")
        }

        @Test("commands that do not become a server", .enabled(if: canCapture))
        func commands() throws {
            let folder = try TemporaryFolder()
            let run = { (words: [String]) in
                try CrossfireProcess.start(
                    "\(CrossfireProcess.folder)/crossfire",
                    ["fuzz", "--protocol", "resp", "--perturb", "off", "--out", folder.path, "--"] + words
                ).finish()
            }
            expectLine(try run(["false", "{port}"]), 69, containing: "exited with status 1")
            expectLine(try run(["no-such-program", "{port}"]), 69, containing: "no-such-program")
            let script = "echo boom >&2; exit 3 # {port}"
            expectLine(try run(["sh", "-c", script]), 69, containing: "boom")
            #expect(CrossfireProcess.processes(running: "echo boom").isEmpty)
        }

        @Test("a port in use, an address where nobody listens, an address that is not loopback")
        func addresses() throws {
            let folder = try TemporaryFolder()
            let server = try CrossfireProcess.start("\(CrossfireProcess.folder)/crossfire", ["serve", "threaded/kv"])
            defer {
                server.process.terminate()
                _ = server.finish()
            }
            let port = try serverPort(server)
            let second = try CrossfireProcess.run("serve", "threaded/kv", "--port", "\(port)")
            expectLine(second, 75, containing: "\(port)")
            let nobody = try CrossfireProcess.run(
                "fuzz", "--connect", "127.0.0.1:1", "--protocol", "resp", "--out", folder.path)
            #expect(nobody.status == 69 || nobody.status == 77, "\(nobody.errors)")
            let outside = try CrossfireProcess.run("fuzz", "--connect", "192.0.2.1:80", "--protocol", "resp")
            #expect(outside.status == 64)
            #expect(outside.errors.contains("only loopback"))
        }

        @Test(
            "a user without the right to capture is told how to get it",
            .enabled(
                if: getuid() == 0 && CrossfireProcess.isReadableByNobody, "needs root, and a build that others can read"
            ))
        func noRight() throws {
            // Outside a private network a plain user may not capture.
            let result = try CrossfireProcess.start(
                CrossfireProcess.program("runuser")!,
                [
                    "-u", "nobody", "--", "\(CrossfireProcess.folder)/crossfire", "fuzz", "--server", "threaded/kv",
                    "--protocol",
                    "resp", "--no-sandbox", "--out", "/tmp/crossfire-none-\(getpid())",
                ], in: "/tmp"
            ).finish()
            defer { try? FileManager.default.removeItem(atPath: "/tmp/crossfire-none-\(getpid())") }
            expectLine(result, 77, containing: "no right to capture")
        }
    }
}

extension CrossfireProcess {
    /// Whether the user `nobody` can run the executables of this build.
    static let isReadableByNobody: Bool = {
        guard let runuser = program("runuser") else { return false }
        return
            (try? start(runuser, ["-u", "nobody", "--", "test", "-x", "\(folder)/crossfire"], in: "/tmp").finish()
            .status) == 0
    }()
}

/// The port of a `crossfire serve` that has been started.
func serverPort(_ server: CrossfireProcess.Running) throws -> Int {
    let line = /listening on 127.0.0.1:(\d+)\n/
    try server.waits { $0.output.contains(line) }
    return try #require(server.output.firstMatch(of: line).flatMap { Int($0.1) })
}
