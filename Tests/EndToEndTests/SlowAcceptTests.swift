import Testing

extension EndToEnd {
    /// Goal: a server that accepts slowly is slow and nothing worse, and one that ceases to accept is found. Method: a small
    /// server in Python that sleeps between two connections, behind queues of several lengths.
    @Suite(
        "servers that accept slowly", .enabled(if: canCapture),
        .enabled(if: StrangerServer.python != nil, "needs python3"))
    struct SlowAccept {
        /// `server.py KIND ADDRESS`: echoes lines, when it has accepted who sends them.
        private static let server = """
            import socket, sys, threading, time
            kind, address = sys.argv[1:]
            if "/" in address:
                s = socket.socket(socket.AF_UNIX)
                s.bind(address)
            else:
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(("127.0.0.1", int(address)))
            s.listen({"no-backlog": 0, "short-backlog": 1}.get(kind, 64))
            def serve(c):
                try:
                    if kind == "reads-late": time.sleep(1)
                    while True:
                        data = c.recv(65536)
                        if not data: break
                        c.sendall(data)
                except OSError: pass
                finally: c.close()
            number = 0
            while True:
                c, _ = s.accept()
                number += 1
                threading.Thread(target=serve, args=(c,), daemon=True).start()
                if kind in ("no-backlog", "short-backlog", "long-backlog"): time.sleep(1)
                if kind == "rests" and number % 20 == 10: time.sleep(3)
                if kind == "ceases" and number == 10: time.sleep(1000)
            """

        private func fuzz(
            _ kind: String, _ duration: String, over transport: String = "tcp"
        ) throws -> CrossfireProcess.Result {
            let folder = try TemporaryFolder()
            return try CrossfireProcess.run([
                "fuzz", "--protocol", "echo", "--transport", transport, "--duration", duration, "--stop-on-first",
                "--json", "--confirm", "2", "--perturb", "off", "--out", "\(folder.path)/out", "--",
                StrangerServer.python!, try StrangerServer.write(Self.server, in: folder), kind,
                transport == "unix" ? "{socket}" : "{port}",
            ])
        }

        @Test(
            "who waits to be accepted is owed nothing",
            arguments: [
                ("no-backlog", "tcp"), ("short-backlog", "tcp"), ("long-backlog", "tcp"), ("rests", "tcp"),
                ("reads-late", "tcp"), ("long-backlog", "unix"), ("rests", "unix"),
            ])
        func slow(kind: String, transport: String) throws {
            let result = try fuzz(kind, "8s", over: transport)
            #expect(result.oracles.isEmpty, "\(result.output)")
            #expect([0, 2].contains(result.status), "\(result.errors)")
        }

        @Test("a server that accepts nobody any more hangs")
        func ceases() throws {
            let result = try fuzz("ceases", "60s")
            #expect(result.status == 1, "\(result.errors)")
            #expect(result.oracles == ["hang"], "\(result.output)")
        }
    }
}
