import Testing

extension EndToEnd {
    /// Goal: a correct server is never accused, and the capture loses nothing. Method: campaigns against the correct
    /// twins of the defective servers, and against Debian's redis-server.
    @Suite("correct servers", .enabled(if: canCapture)) struct CorrectServers {
        @Test(
            "reference servers hold",
            arguments: [
                ("threaded/kv", "resp"), ("forked/kv", "resp"), ("threaded/echo", "echo"), ("forked/echo", "echo"),
                ("threaded/echo-length", "echo-length"), ("forked/echo-length", "echo-length"),
            ])
        func hold(_ server: String, _ wireProtocol: String) throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--server", server, "--protocol", wireProtocol, "--executions", "1000", "--json", "--seed", "2",
                "--corpus", "\(CrossfireProcess.root)/corpora/\(wireProtocol)", "--out", folder.path)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
            #expect((result.json["overlaps"] as? Int ?? 0) > 1000)
        }

        @Test(
            "redis-server holds for 60 seconds with 8 clients, and no packet is lost",
            .enabled(if: CrossfireProcess.program("redis-server") != nil, "redis-server is not installed"))
        func redis() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "resp", "--clients", "8", "--duration", "60s", "--json", "--out", folder.path,
                "--corpus", "\(CrossfireProcess.root)/corpora/resp", "--", "redis-server", "--port", "{port}", "--save",
                "")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
            #expect((result.json["capture"] as? [String: Any])?["dropped"] as? Int == 0)
        }

        @Test(
            "redis-server holds where all keys are removed now and then",
            .enabled(if: CrossfireProcess.program("redis-server") != nil, "redis-server is not installed"))
        func destructive() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "resp", "--destructive", "--executions", "1000", "--json", "--seed", "4", "--out",
                folder.path, "--", "redis-server", "--port", "{port}", "--save", "")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
        }

        @Test("one client alone races with nobody: nothing tested")
        func oneClient() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--server", "threaded/kv", "--protocol", "resp", "--clients", "1", "--executions", "20",
                "--json",
                "--out", folder.path)
            #expect(result.status == 2)
            #expect(result.json["verdict"] as? String == "nothing tested")
        }
    }
}
