import Foundation
import Testing

extension EndToEnd {
    /// Goal: HTTP servers are fuzzed, held when they are right, and found out when they are not. Method: campaigns against
    /// the file service, correct and with planted defects, and against Debian's nginx with files to read and to write.
    @Suite("HTTP servers", .enabled(if: canCapture))
    struct HTTPServers {
        static let corpus = "\(CrossfireProcess.root)/corpora/http"

        @Test("correct file services hold", arguments: ["threaded/file", "forked/file", "epoll/file"])
        func hold(_ server: String) throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--server", server, "--protocol", "http", "--executions", "600", "--json", "--seed", "2",
                "--corpus", Self.corpus, "--out", folder.path)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
            #expect((result.json["overlaps"] as? Int ?? 0) > 1000)
        }

        static let plants: [(String, [String])] = [
            ("threaded/file+shared-reply-buffer", ["crosstalk"]), ("pool/file+reordered-replies", ["order"]),
            ("epoll/file+short-write-ignored", ["loss"]),
            ("select/file+one-read-one-message", ["loss", "order", "hang"]),
            ("poll/file+early-close", ["loss"]), ("preforked/file+double-processing", ["duplication"]),
            ("epoll/file+slow-client-blocks-all", ["isolation"]), ("forked/file+zombie-children", ["resources"]),
        ]

        @Test("each defect is found by its own oracle", arguments: plants)
        func found(_ server: String, _ oracles: [String]) throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--server", server, "--protocol", "http", "--json", "--duration", "12s", "--confirm", "3",
                "--seed", "1", "--corpus", Self.corpus, "--out", folder.path)
            #expect(result.status == 1, "\(result.errors)")
            #expect(!Set(oracles).isDisjoint(with: result.oracles), "\(result.output)")
        }

        @Test("a finding replays, and its capture is checked and inspected alike")
        func finding() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/file+reordered-replies", "--protocol", "http", "--json", "--duration",
                "20s", "--confirm", "3", "--stop-on", "order", "--corpus", Self.corpus, "--out", folder.path)
            // Other oracles may have seen it before.
            let path = try #require(
                result.paths.first { $0.contains("/order-") }, "\(result.output)\(result.errors)")
            let check = try CrossfireProcess.run("check", "\(path)/capture.pcapng", "--protocol", "http")
            #expect(check.status == 1 && check.output.contains("order"), "\(check.output)")
            let inspect = try CrossfireProcess.run("inspect", "\(path)/capture.pcapng", "--protocol", "http")
            #expect(inspect.output.contains("GET /l") || inspect.output.contains("HEAD /l"), "\(inspect.output)")
            #expect(try CrossfireProcess.run("replay", path, "--times", "2").status == 1)
        }

        // MARK: nginx

        /// A script that runs nginx on the port which it is given, with its files in `folder`.
        private func nginx(_ location: String, in folder: TemporaryFolder) throws -> String {
            let files = FileManager.default
            try files.createDirectory(atPath: "\(folder.path)/root", withIntermediateDirectories: true)
            try files.createDirectory(atPath: "\(folder.path)/out", withIntermediateDirectories: true)
            let user = getuid() == 0 ? "user root;" : ""
            let script = """
                #!/bin/sh
                mkdir -p '\(folder.path)'/run-$1
                cat > '\(folder.path)'/conf-$1 <<END
                \(user) daemon off; worker_processes 2; pid \(folder.path)/pid-$1; error_log stderr crit;
                events { worker_connections 512; }
                http {
                    access_log off; client_body_temp_path \(folder.path)/run-$1; proxy_temp_path \(folder.path)/run-$1;
                    fastcgi_temp_path \(folder.path)/run-$1; uwsgi_temp_path \(folder.path)/run-$1;
                    scgi_temp_path \(folder.path)/run-$1;
                    server { listen 127.0.0.1:$1; root \(folder.path)/root; location / { \(location) } }
                }
                END
                exec '\(CrossfireProcess.program("nginx")!)' -p '\(folder.path)' -c '\(folder.path)'/conf-$1
                """
            try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/start"))
            return "\(folder.path)/start"
        }

        @Test(
            "nginx holds with files that clients write",
            .enabled(if: CrossfireProcess.program("nginx") != nil, "nginx is not installed"))
        func nginxWithPut() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "http", "--duration", "15s", "--json", "--corpus", Self.corpus, "--out",
                "\(folder.path)/out", "--", "sh", try nginx("dav_methods PUT DELETE;", in: folder), "{port}")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect((result.json["operations"] as? Int ?? 0) > 1000)
            #expect((result.json["overlaps"] as? Int ?? 0) > 1000)
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/root")
            #expect(names.count < 200, "the campaign's files are few")
        }

        @Test(
            "a server whose listen queue is too short makes clients wait, and is told so, but not accused",
            .enabled(if: StrangerServer.python != nil, "needs python3"))
        func shortListenQueue() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "http", "--duration", "6s", "--clients", "8", "--json", "--out",
                "\(folder.path)/out", "--", StrangerServer.python!, "-m", "http.server", "{port}", "--bind",
                "127.0.0.1",
                "--directory", folder.path)
            #expect(result.oracles.isEmpty, "\(result.output)\(result.errors)")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.errors.contains("met a full listen queue"), "\(result.errors)")
        }

        @Test(
            "nginx holds with files that were there before",
            .enabled(if: CrossfireProcess.program("nginx") != nil, "nginx is not installed"))
        func nginxStatic() throws {
            let folder = try TemporaryFolder()
            let start = try nginx("limit_except GET { }", in: folder)
            for (name, size) in [("small", 10), ("large", 300_000)] {
                let bytes = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 % 251) })
                try bytes.write(to: URL(fileURLWithPath: "\(folder.path)/root/\(name)"))
            }
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/corpus", withIntermediateDirectories: true)
            let scenario = """
                protocol http
                c0 connect receive-buffer 4096
                c1 connect
                together
                  c0 send GET /large | HEAD /small | GET /small bytes=2-4 | GET /none
                  c1 send GET /small | HEAD /large | GET /large bytes=100000- | GET /
                c1 expect 4
                c0 expect 4
                c1 send "GET /small HTTP/1.0\\r\\n\\r\\n"
                c1 expect
                """
            try Data(scenario.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/corpus/static.crossfire"))
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "http", "--duration", "8s", "--json", "--corpus", "\(folder.path)/corpus",
                "--out",
                "\(folder.path)/out", "--", "sh", start, "{port}")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect((result.json["unsupported_commands"] as? [String])?.contains("PUT") == true, "\(result.output)")
            #expect((result.json["operations"] as? Int ?? 0) > 500)
        }
    }
}
