import Foundation
import Testing

extension EndToEnd {
    /// Goal: a server that speaks something of its own is tested by a file that describes it: a right one is not accused, a racy one
    /// is found, the finding's folder is whole, and its capture is explained. Method: the files of `corpora/described`, against the
    /// real servers that they speak of, and against small ones in another language.
    ///
    /// About two minutes.
    @Suite(
        "protocols in a file", .enabled(if: canCapture), .enabled(if: StrangerServer.python != nil, "needs python3"))
    struct DescribedProtocols {
        private static let described = "\(CrossfireProcess.root)/corpora/described"

        private static func fuzz(
            _ name: String, _ arguments: [String], _ target: [String], _ folder: TemporaryFolder
        ) throws -> CrossfireProcess.Result {
            try CrossfireProcess.run(
                ["fuzz", "--protocol", "\(described)/\(name).yaml", "--json", "--seed", "16", "--out", folder.path]
                    + arguments + ["--"] + target)
        }

        private static func own(_ name: String, _ arguments: String...) -> [String] {
            [
                StrangerServer.python ?? "python3", "\(CrossfireProcess.root)/Tests/DescribedServers/\(name).py",
                "{port}",
            ]
                + arguments
        }

        @Test(
            "a right server is not accused",
            arguments: [
                ("lines", own("lines")), ("frames", own("frames")), ("frames", own("frames", "--any-order")),
                ("rest", own("rest")),
            ])
        func right(name: String, target: [String]) throws {
            let folder = try TemporaryFolder()
            let result = try Self.fuzz(name, ["--executions", "120"], target, folder)
            #expect(result.oracles.isEmpty && result.status != 1, "\(result.output)\(result.errors)")
            #expect((result.json["operations"] as? Int ?? 0) > 1000)
        }

        @Test(
            "nor is a real one",
            arguments: [
                ("memcached", ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", "{port}"], [] as [String]),
                ("redis", ["redis-server", "--port", "{port}", "--save", ""], []),
                (
                    "dns",
                    [
                        "dnsmasq", "--keep-in-foreground", "--port={port}", "--listen-address=127.0.0.1",
                        "--bind-interfaces", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root",
                        "--pid-file=", "--address=/test/127.0.0.1",
                    ], ["--transport", "udp"]
                ),
            ])
        func real(name: String, target: [String], arguments: [String]) throws {
            guard CrossfireProcess.program(target[0]) != nil else { return }
            let folder = try TemporaryFolder()
            let result = try Self.fuzz(name, arguments + ["--executions", "400"], target, folder)
            #expect(result.oracles.isEmpty && result.status == 0, "\(result.output)\(result.errors)")
        }

        @Test(
            "a racy server is found, and its finding stands by itself",
            arguments: [
                ("lines", own("lines", "--racy")), ("frames", own("frames", "--racy")), ("rest", own("rest", "--racy")),
            ])
        func racy(name: String, target: [String]) throws {
            let folder = try TemporaryFolder()
            let result = try Self.fuzz(name, ["--duration", "60s", "--stop-on-first"], target, folder)
            #expect(result.status == 1 && result.oracles == ["linearizability"], "\(result.output)\(result.errors)")
            let findings = "\(folder.path)/findings"
            let finding = try #require(try FileManager.default.contentsOfDirectory(atPath: findings).first)
            let (capture, file) = ("\(findings)/\(finding)/capture.pcapng", "\(findings)/\(finding)/\(name).yaml")
            let original = try String(contentsOfFile: "\(Self.described)/\(name).yaml", encoding: .utf8)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == original)
            let check = try CrossfireProcess.run("check", capture, "--protocol", file)
            #expect(check.status == 1, "\(check.output)\(check.errors)")
            let coverage = try CrossfireProcess.run("protocol", "check", file, "--against", capture)
            #expect(coverage.status == 0 && coverage.output.contains("next: nothing"), "\(coverage.output)")
            let inspect = try CrossfireProcess.run("inspect", capture, "--protocol", file)
            #expect(inspect.status == 0, "\(inspect.errors)")
        }

        @Test("a file that is wrong, or not there, is told in a line")
        func wrong() throws {
            let folder = try TemporaryFolder()
            let file = folder.path + "/own.yaml"
            try Data("crossfire-protocol: 1\nframing: {line: \"\\n\"}\nrequest: {}\n".utf8).write(
                to: URL(fileURLWithPath: file))
            for path in [file, folder.path + "/none.yaml"] {
                for arguments in [["protocol", "check", path], ["fuzz", "--protocol", path, "--", "true", "{port}"]] {
                    let result = try CrossfireProcess.run(arguments)
                    #expect(result.status == 78 && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
                }
            }
        }

        @Test("a draft of a capture is a description that explains it", arguments: ["lines", "frames"])
        func draft(name: String) throws {
            let folder = try TemporaryFolder()
            _ = try Self.fuzz(
                name, ["--duration", "60s", "--stop-on-first"], Self.own(name, "--racy"), folder)
            let findings = "\(folder.path)/findings"
            let finding = try #require(try FileManager.default.contentsOfDirectory(atPath: findings).first)
            let capture = "\(findings)/\(finding)/capture.pcapng"
            let flows = try CrossfireProcess.run("inspect", capture, "--json")
            let server = ((flows.json["flows"] as? [[String: Any]])?.first?["server"] as? String) ?? ""
            let port = try #require(server.split(separator: ":").last.map(String.init))
            let draft = try CrossfireProcess.run("protocol", "draft", capture, "--port", port)
            #expect(draft.status == 0, "\(draft.errors)")
            let file = folder.path + "/draft.yaml"
            try Data(draft.output.utf8).write(to: URL(fileURLWithPath: file))
            let check = try CrossfireProcess.run("protocol", "check", file, "--against", capture, "--port", port)
            #expect(check.status == 0, "\(draft.output)\(check.output)\(check.errors)")
        }
    }
}
