import Foundation
import Testing

extension EndToEnd {
    /// Goal: campaigns reach servers over every transport, hold what is right and find what is wrong. Method: correct and
    /// defective reference servers over each transport, and redis-server over IPv6 and a Unix socket.
    @Suite("transports", .enabled(if: canCapture)) struct Transports {
        private func fuzz(_ arguments: String..., executions: Int = 300) throws -> CrossfireProcess.Result {
            let folder = try TemporaryFolder()
            return try CrossfireProcess.run(
                [
                    "fuzz", "--executions", "\(executions)", "--json", "--seed", "4", "--confirm", "3", "--out",
                    folder.path,
                ]
                    + arguments)
        }

        @Test(
            "correct servers hold",
            arguments: [
                ("threaded/kv", "tcp6", "resp"), ("forked/kv", "unix", "resp"), ("epoll/echo", "unix", "echo"),
                ("threaded/kv", "udp", "resp"), ("forked/echo", "udp", "echo"),
                ("iterative/echo-length", "udp", "echo-length"),
            ])
        func hold(_ server: String, _ transport: String, _ wireProtocol: String) throws {
            let result = try fuzz("--server", server, "--transport", transport, "--protocol", wireProtocol)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
        }

        @Test(
            "planted defects are found",
            arguments: [
                ("threaded/kv+lost-update", "tcp6", "resp", "linearizability"),
                ("threaded/kv+lost-update", "unix", "resp", "linearizability"),
                ("threaded/kv+lost-update", "udp", "resp", "linearizability"),
                ("threaded/echo+double-processing", "udp", "echo", "duplication"),
                ("forked/kv+lock-order", "udp", "resp", "hang"),
                ("forked/echo+inherited-descriptor", "unix", "echo", "resources"),
                ("forked/kv+wrong-peer", "udp", "resp", "crosstalk"),
            ])
        func found(_ server: String, _ transport: String, _ wireProtocol: String, _ oracle: String) throws {
            let result = try fuzz(
                "--server", server, "--transport", transport, "--protocol", wireProtocol, "--stop-on", oracle,
                "--clients", "8", executions: 2000)
            #expect(result.status == 1, "\(result.output)\(result.errors)")
            #expect(result.oracles.contains(oracle))
        }

        @Test("a finding over a Unix socket is replayed where it was made, and its recording checked")
        func unixFinding() throws {
            let folder = try TemporaryFolder()
            let found = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/kv+lost-update", "--transport", "unix", "--protocol", "resp",
                "--stop-on-first", "--json", "--confirm", "2", "--out", folder.path)
            #expect(found.status == 1, "\(found.errors)")
            let path = try #require(found.paths.first)
            let replayed = try CrossfireProcess.run("replay", path, "--times", "3")
            #expect(replayed.status == 1, "\(replayed.output)\(replayed.errors)")
            #expect(replayed.output.contains("--transport unix"))
            let checked = try CrossfireProcess.run("check", path + "/capture.pcapng", "--protocol", "resp")
            #expect(checked.status == 1, "\(checked.output)\(checked.errors)")
        }

        @Test(
            "redis-server holds over IPv6 and over a Unix socket",
            .enabled(if: CrossfireProcess.program("redis-server") != nil, "redis-server is not installed"),
            arguments: [
                ("tcp6", ["--bind", "{host}", "--port", "{port}"]),
                ("unix", ["--port", "0", "--unixsocket", "{socket}"]),
            ])
        func redis(_ transport: String, _ words: [String]) throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                [
                    "fuzz", "--protocol", "resp", "--clients", "8", "--executions", "1000", "--json", "--out",
                    folder.path,
                    "--transport", transport, "--", "redis-server", "--save", "",
                ] + words)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
        }

        @Test(
            "an address that does not fit is refused in a line",
            arguments: [
                ["--connect", "10.0.0.1:80"], ["--connect", "[::1]:80", "--transport", "udp"],
                ["--server", "epoll/kv", "--transport", "udp"], ["--server", "threaded/kv", "--state", "pipe"],
                ["--transport", "unix", "--", "redis-server", "--port", "{port}"],
                ["--state", "pipe", "--", "a", "{port}"],
            ])
        func refused(target: [String]) throws {
            let result = try CrossfireProcess.run(["fuzz", "--protocol", "resp"] + target)
            #expect(result.status == 64, "\(result.errors)")
        }
    }
}
