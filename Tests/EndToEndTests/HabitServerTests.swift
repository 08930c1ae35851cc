import Foundation
import Testing

extension EndToEnd {
    /// Goal: no correct server is accused of its habits, each of which the acquaintance names, and a race behind a habit is found
    /// all the same. Method: the servers of `Tests/HabitServers`, small and in another language; each runs twice: as it is, and as
    /// its racy twin, which makes a call inside a window that nothing guards.
    ///
    /// About four minutes.
    @Suite(
        "servers with habits", .enabled(if: canCapture),
        .enabled(if: StrangerServer.python != nil, "needs python3"))
    struct HabitServers {
        /// One server.
        struct Server: CustomTestStringConvertible, Sendable {
            var name: String
            /// What the acquaintance says of it, by the path of the key: each text is part of the value.
            var facts: [String: String]
            /// Whether its twin shows: not where it keeps nothing, does it later than it says, has a form of its own for what it keeps, or
            /// serves one client after the other, or refuses nearly all.
            var hasTwin = true
            /// Whether anything is tested: not where it refuses all, or serves one client after the other.
            var isTested = true
            /// How many executions are enough: fewer where it thinks long.
            var executions = 60
            /// How long it thinks at least. Nanoseconds.
            var thinking = 0

            var testDescription: String { name }
            /// Its protocol stands first in its name.
            var protocolName: String { String(name.prefix { $0 != "_" }) }
        }

        private static let waiting = [
            "connections_at_once.served": "2", "connections_at_once.others": "wait",
        ]
        private static let idle = ["closes_idle": "1"]

        static let servers = [
            Server(name: "echo_greeting", facts: ["greeting": "220 echo ready"]),
            Server(name: "echo_late_greeting", facts: ["greeting": "220 echo, at last"], executions: 6),
            Server(name: "echo_pool", facts: waiting),
            Server(name: "http_accepted", facts: ["commands.answered": "PUT"], hasTwin: false),
            Server(name: "http_async_close", facts: ["serves_half_closed": "0"]),
            Server(
                name: "http_auth", facts: ["commands.refused": "401 who are you?"], hasTwin: false, isTested: false),
            Server(
                name: "http_busy", facts: ["connections_at_once.served": "2", "connections_at_once.others": "closed"]),
            Server(name: "http_chunked", facts: ["serves_half_closed": "1"]),
            Server(name: "http_close_delimited", facts: ["requests_per_connection": "1"]),
            Server(name: "http_connection_rate", facts: ["leaves.of": "connections"]),
            Server(name: "http_delete_idempotent", facts: ["commands.answered": "DELETE"]),
            Server(name: "http_idle", facts: idle),
            Server(name: "http_expires", facts: ["forgets": "1"], executions: 400),
            Server(
                name: "http_idlest_reset",
                facts: [
                    "connections_at_once.served": "2", "connections_at_once.others": "oldest_closed",
                ]),
            Server(
                name: "http_iterative",
                facts: ["connections_at_once.served": "1", "connections_at_once.others": "wait"], hasTwin: false,
                isTested: false),
            Server(
                name: "http_iterative_closing",
                facts: [
                    "connections_at_once.served": "1", "connections_at_once.others": "wait",
                    "requests_per_connection": "1",
                ], hasTwin: false, isTested: false),
            Server(name: "http_json", facts: ["commands.answered": "PUT"], hasTwin: false),
            Server(name: "http_one_request", facts: ["requests_per_connection": "1"]),
            Server(name: "http_pool", facts: waiting),
            Server(name: "http_rate_limit", facts: ["commands.answered": "PUT"], hasTwin: false, executions: 30),
            Server(name: "http_recycled", facts: ["requests_per_connection": "5"]),
            Server(name: "http_redirect", facts: ["commands.answered": "PUT"], hasTwin: false, isTested: false),
            Server(name: "http_router", facts: ["commands.answered": "PUT"]),
            Server(name: "http_sheds", facts: ["commands.answered": "PUT"]),
            Server(name: "http_single_page", facts: ["commands.refused": "405"], hasTwin: false),
            Server(name: "http_slow", facts: [:], executions: 6, thinking: 60_000_000),
            Server(
                name: "http_small_bodies",
                facts: ["values.taken_bytes": "1024", "values.refused_bytes": "2048", "values.refused_in_words": "1"]),
            Server(name: "http_three_requests", facts: ["requests_per_connection": "3"]),
            Server(name: "memcached_closes", facts: ["commands.unanswered": "md"]),
            Server(
                name: "memcached_large_refused", facts: ["values.taken_bytes": "1024", "values.refused_in_words": "1"]),
            Server(name: "memcached_old", facts: ["commands.refused": "ERROR"]),
            Server(name: "memcached_small", facts: ["commands.answered": "set"]),
            Server(name: "resp_busy_poll", facts: ["sleeps_at_rest": "0"]),
            Server(name: "resp_connection_rate_limit", facts: ["requests_per_connection": "2"]),
            Server(name: "resp_evicts", facts: ["commands.answered": "INCR"]),
            Server(name: "resp_expires", facts: ["forgets": "1"], executions: 1500),
            Server(name: "resp_forked", facts: ["commands.answered": "INCR"]),
            Server(name: "resp_impatient", facts: idle, executions: 500),
            Server(
                name: "resp_iterative",
                facts: ["connections_at_once.served": "1", "connections_at_once.others": "wait"], hasTwin: false,
                isTested: false),
            Server(
                name: "resp_iterative_closing",
                facts: [
                    "connections_at_once.served": "1", "connections_at_once.others": "wait",
                    "requests_per_connection": "1",
                ], hasTwin: false, isTested: false),
            Server(name: "resp_loading", facts: ["commands.refused": "-LOADING dataset in memory"], executions: 3000),
            Server(
                name: "resp_max_clients",
                facts: ["connections_at_once.served": "3", "connections_at_once.others": "closed"]),
            Server(
                name: "resp_max_clients_silent",
                facts: ["connections_at_once.served": "3", "connections_at_once.others": "closed"]),
            Server(
                name: "resp_no_auth", facts: ["commands.refused": "-NOAUTH Authentication required"], hasTwin: false,
                isTested: false),
            Server(name: "resp_no_inline", facts: ["commands.answered": "GET"]),
            Server(
                name: "resp_oldest_closed",
                facts: [
                    "connections_at_once.served": "3", "connections_at_once.others": "oldest_closed",
                ]),
            Server(name: "resp_one_request", facts: ["requests_per_connection": "1"]),
            Server(name: "resp_pool", facts: waiting),
            Server(
                name: "resp_query_buffer",
                facts: ["values.refused_in_words": "0", "bytes_at_once": "2048"]),
            Server(name: "resp_reaps_later", facts: ["commands.answered": "GET"], hasTwin: false),
            Server(name: "resp_read_only", facts: ["commands.refused": "-READONLY You can"]),
            Server(name: "resp_restarts", facts: ["leaves.of": "requests"]),
            Server(name: "resp_reply_limit", facts: ["replied_bytes": "4096"]),
            Server(name: "resp_retires", facts: ["requests_per_connection": "8"]),
            Server(name: "resp_slow", facts: [:], executions: 12, thinking: 30_000_000),
            Server(
                name: "resp_small_values",
                facts: ["values.taken_bytes": "512", "values.refused_bytes": "1024", "values.refused_in_words": "0"]),
            Server(name: "resp_split_replies", facts: ["pipelined": "6"]),
            Server(
                name: "resp_values_refused",
                facts: ["values.taken_bytes": "512", "values.refused_bytes": "1024", "values.refused_in_words": "1"]),
            Server(name: "tagged_goodbye", facts: idle),
            Server(name: "tagged_greeting", facts: ["greeting": "* small server 1.0\\n* ready"]),
            Server(name: "tagged_heartbeat", facts: ["unasked": "* alive"]),
            Server(name: "tagged_long_lines", facts: ["values.taken_bytes": "128"]),
            Server(name: "tagged_sheds", facts: ["commands.answered": "REQ"], executions: 500),
            Server(name: "tagged_workers", facts: ["leaves.of": "requests"], hasTwin: false),
        ]

        private func fuzz(_ server: Server, _ options: String..., arguments: [String] = []) throws
            -> CrossfireProcess.Result
        {
            let folder = try TemporaryFolder()
            let path = "\(CrossfireProcess.root)/Tests/HabitServers/\(server.name).py"
            return try CrossfireProcess.run(
                [
                    "fuzz", "--json", "--protocol", server.protocolName, "--out", "\(folder.path)/out", "--seed", "5",
                ] + options + ["--", StrangerServer.python!, "-B", path, "{port}"] + arguments)
        }

        /// The value at a path of keys, as text.
        private static func fact(_ path: String, _ json: [String: Any]) -> String {
            var value: Any? = json["acquaintance"]
            for key in path.split(separator: ".") { value = (value as? [String: Any])?[String(key)] }
            return value.map { "\($0)" } ?? "nothing"
        }

        @Test("none is accused, and its habit is named", arguments: servers)
        func correct(_ server: Server) throws {
            let result = try fuzz(server, "--executions", "\(server.executions)", "--duration", "60s")
            let verdict = server.isTested ? "held" : "nothing tested"
            #expect(result.json["verdict"] as? String == verdict, "\(result.output) \(result.errors)")
            #expect(result.oracles.isEmpty)
            let thinking = (result.json["acquaintance"] as? [String: Any])?["thinking_ns"] as? Int ?? 0
            #expect(thinking >= server.thinking)
            for (path, value) in server.facts {
                #expect(Self.fact(path, result.json).contains(value), "\(path): \(Self.fact(path, result.json))")
            }
        }

        @Test("the racy twin is found", arguments: servers.filter(\.hasTwin))
        func racy(_ server: Server) throws {
            let result = try fuzz(
                server, "--duration", "30s", "--stop-on-first", "--confirm", "0", arguments: ["--racy"])
            #expect(result.status == 1, "\(result.output) \(result.errors)")
        }

        @Test("probe tells a server's habits in four lines, and in JSON")
        func probe() throws {
            let path = "\(CrossfireProcess.root)/Tests/HabitServers/resp_pool.py"
            let command = ["--protocol", "resp", "--", StrangerServer.python!, "-B", path, "{port}"]
            let text = try CrossfireProcess.run(["probe"] + command)
            #expect(text.status == 0, "\(text.errors)")
            #expect(text.output.split(separator: "\n").count == 4, "\(text.output)")
            #expect(text.output.contains("serves 2 at once, others wait until one leaves"), "\(text.output)")
            let json = try CrossfireProcess.run(["probe", "--json"] + command)
            #expect((json.json["connections_at_once"] as? [String: Any])?["served"] as? Int == 2, "\(json.output)")
        }

        @Test("what a user knows is kept to")
        func told() throws {
            let folder = try TemporaryFolder()
            let server = try #require(Self.servers.first { $0.name == "http_single_page" })
            let paths = "\(folder.path)/paths"
            try Data("/index.html\n# a comment\n\n/app.js\n".utf8).write(to: URL(fileURLWithPath: paths))
            let read = try fuzz(
                server, "--paths", paths, "--no-half-close", "--no-pipeline", "--max-request", "4096", "--oracles",
                "corruption,crosstalk", "--executions", "60")
            #expect(read.json["verdict"] as? String == "held", "\(read.output) \(read.errors)")
            #expect(read.json["refused"] as? Int == 0, "\(read.output)")
            #expect(Self.fact("pipelined", read.json) == "nothing" && Self.fact("values", read.json) == "nothing")
            let store = try #require(Self.servers.first { $0.name == "resp_split_replies" })
            let some = try fuzz(store, "--requests", "get,SET", "--executions", "60")
            #expect(Self.fact("commands.answered", some.json).filter(\.isUppercase).count == 6, "\(some.output)")
            #expect(some.json["verdict"] as? String == "held", "\(some.output)")
        }

        @Test(
            "what cannot be meant is refused",
            arguments: [
                ["--requests", "FROBNICATE"], ["--requests", "GET,,SET"], ["--oracles", "races"],
                ["--max-request", "1"],
            ])
        func usage(_ options: [String]) throws {
            let result = try CrossfireProcess.run(
                ["fuzz", "--server", "threaded/kv", "--protocol", "resp", "--executions", "1"] + options)
            #expect(result.status == 64, "\(result.errors)")
        }

        @Test("a file of paths that is none is refused", arguments: ["", "a b\n"])
        func paths(_ text: String) throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/paths"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            for file in [path, "\(folder.path)/missing"] {
                let result = try CrossfireProcess.run(
                    [
                        "fuzz", "--server", "threaded/file", "--protocol", "http", "--executions", "1", "--paths", file,
                    ])
                #expect(result.status == 65, "\(result.errors)")
            }
        }
    }
}
