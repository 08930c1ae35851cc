import Foundation
import Testing

/// A RESP server in Python that is started late, or refuses its first requests, and writes down what it was given:
/// `server.py PORT FOLDER [listens-late|ready-late]`.
private let lateServer = """
    import os, socketserver, sys, time
    port, folder, kind = int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ''
    with open(folder + '/given', 'a') as file: file.write(os.environ.get('GIVEN', 'nothing') + '\\n')
    refusals = 20 if kind == 'ready-late' else 0
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            global refusals
            while True:
                head = self.rfile.readline()
                if not head: return
                words = []
                for _ in range(int(head[1:])):
                    length = int(self.rfile.readline()[1:])
                    words.append(self.rfile.read(length + 2)[:-2])
                if refusals > 0:
                    refusals -= 1
                    with open(folder + '/refused', 'a') as file: file.write(words[0].decode() + '\\n')
                    self.wfile.write(b'-LOADING not yet\\r\\n')
                elif words[0].upper() == b'PING': self.wfile.write(b'+PONG\\r\\n')
                elif words[0].upper() == b'ECHO': self.wfile.write(b'$%d\\r\\n%s\\r\\n' % (len(words[1]), words[1]))
                else: self.wfile.write(b"-ERR unknown command '%s'\\r\\n" % words[0])
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 64
    if kind == 'listens-late': time.sleep(1.5)
    Server(('127.0.0.1', port), Handler).serve_forever()
    """

extension EndToEnd {
    /// Goal: what a user says of how his target lives is done, and a finding's replay lives the same way. Method: small servers
    /// that write down what happens to them, and commands that do so too.
    @Suite(
        "how a target lives", .enabled(if: canCapture, "needs the right to capture"),
        .enabled(if: StrangerServer.python != nil, "needs python3"))
    struct TargetLives {
        let folder = try! TemporaryFolder()

        private func fuzz(_ kind: String, _ options: String...) throws -> CrossfireProcess.Result {
            try CrossfireProcess.run(
                ["fuzz", "--protocol", "resp", "--perturb", "off", "--out", "\(folder.path)/out"] + options + [
                    "--", StrangerServer.python!, try StrangerServer.write(lateServer, in: folder), "{port}",
                    folder.path, kind,
                ])
        }

        private func lines(_ name: String) -> [String] {
            let text = (try? String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map(String.init)
        }

        @Test("a server that listens late has the time that it is given")
        func slowStart() throws {
            let short = try fuzz("listens-late", "--executions", "5", "--start-timeout", "300ms")
            #expect(short.status == 69, "\(short.errors)")
            #expect(short.errors.contains("within 0.3 s"), "\(short.errors)")
            let long = try fuzz("listens-late", "--executions", "5", "--start-timeout", "60s")
            #expect(![69, 70].contains(long.status), "\(long.errors)")
        }

        @Test("one that listens, and refuses for a while, is asked until it is ready")
        func readyLate() throws {
            let never = try fuzz("", "--executions", "5", "--ready", "GET x", "--start-timeout", "300ms")
            #expect(never.status == 69, "\(never.errors)")
            #expect(never.errors.contains("did not answer 'GET x'"), "\(never.errors)")
            #expect(never.errors.contains("unknown command"), "\(never.errors)")
            let result = try fuzz("ready-late", "--executions", "5", "--ready", "PING")
            #expect(![69, 70].contains(result.status), "\(result.errors)")
            #expect(lines("refused") == Array(repeating: "PING", count: 20))
        }

        @Test("it has its variables, is set up before it starts, and reset between executions")
        func surroundings() throws {
            let result = try fuzz(
                "", "--executions", "5", "--env", "GIVEN=a b=c", "--setup",
                "echo \"$GIVEN\" {port} > '\(folder.path)/set'",
                "--reset", "echo x >> '\(folder.path)/reset'")
            #expect(![69, 70, 78].contains(result.status), "\(result.errors)")
            #expect(lines("given") == ["a b=c"])
            #expect(lines("set").first?.hasPrefix("a b=c ") == true)
            #expect(lines("reset").count >= 4)
        }

        @Test(
            "a command that fails, or hangs, ends the run with a line",
            arguments: [("echo no luck; exit 4", "exited with status 4"), ("sleep 100", "did not end within 0.5 s")],
            ["--setup", "--reset"])
        func failing(command: (text: String, told: String), option: String) throws {
            let result = try fuzz("", "--executions", "9", "--start-timeout", "500ms", option, command.text)
            #expect(result.status == 78, "\(result.errors)")
            #expect(result.errors.contains("\(option) '\(command.text)' \(command.told)"), "\(result.errors)")
        }

        @Test("the budget holds for a command that hangs", arguments: ["--setup", "--reset"])
        func budget(option: String) throws {
            let start = Date()
            let result = try fuzz("", "--duration", "1s", "--start-timeout", "60s", option, "sleep 100")
            #expect(Date().timeIntervalSince(start) < 30, "\(result.errors)")
            #expect([2, 78].contains(result.status), "\(result.errors)")
        }

        /// A server of `--connect` that a command restarts: the restart holds it, as a service manager would.
        private func restarting(_ port: Int) -> String {
            "echo x >> '\(folder.path)/restarts'; '\(CrossfireProcess.folder)/reference-server' threaded/kv+lost-update "
                + "--port \(port) >/dev/null 2>&1 &"
        }

        @Test(
            "a server that somebody else starts is restarted for each try, also by a replay",
            .enabled(if: getuid() == 0, "capturing on the machine's own lo needs root"))
        func restart() throws {
            let port = Int.random(in: 20_000..<30_000)
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "resp", "--connect", "127.0.0.1:\(port)", "--restart", restarting(port),
                "--duration", "20s", "--stop-on-first", "--confirm", "3", "--json", "--out", "\(folder.path)/out")
            #expect(result.status == 1, "\(result.errors)")
            let finding = try #require((result.json["findings"] as? [[String: Any]])?.first)
            let path = try #require(finding["path"] as? String)
            // One for the campaign, one for each try as found.
            let before = lines("restarts").count
            #expect(before >= 4, "\(result.output)")
            let record = try String(contentsOfFile: "\(path)/finding.json", encoding: .utf8)
            #expect(record.contains("\"fresh_target\" : true"), "\(record)")
            #expect(CrossfireProcess.processes(running: "--port \(port)").isEmpty)
            let replay = try CrossfireProcess.run("replay", path, "--times", "2", "--yes")
            #expect([0, 1].contains(replay.status), "\(replay.errors)")
            // One more hears whether it greets.
            #expect(lines("restarts").count >= before + 2)
            #expect(CrossfireProcess.processes(running: "--port \(port)").isEmpty)
        }

        @Test(
            "a server that somebody else starts is restarted when nobody listens any more",
            .enabled(if: getuid() == 0, "capturing on the machine's own lo needs root"))
        func gone() throws {
            let port = Int.random(in: 20_000..<30_000)
            let server = """
                import os, socketserver, sys
                lines = 0
                class Handler(socketserver.StreamRequestHandler):
                    def handle(self):
                        global lines
                        for line in self.rfile:
                            lines += 1
                            if lines == 300: os._exit(3)
                            self.wfile.write(line)
                class Server(socketserver.ThreadingTCPServer):
                    allow_reuse_address = True
                    daemon_threads = True
                Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
                """
            let path = try StrangerServer.write(server, in: folder)
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "echo", "--connect", "127.0.0.1:\(port)", "--restart",
                "echo x >> '\(folder.path)/restarts'; '\(StrangerServer.python!)' '\(path)' \(port) >/dev/null 2>&1 &",
                "--executions", "300", "--confirm", "0", "--out", "\(folder.path)/out")
            #expect(result.status == 1, "\(result.output)\(result.errors)")
            #expect(result.errors.contains("nothing listens on"), "\(result.errors)")
            // Ten times 300 lines are far fewer than what 300 executions say.
            #expect(lines("restarts").count > 10, "\(result.output)")
        }

        @Test("what a command has left running does not outlive a run that is killed")
        func killed() throws {
            let running = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire",
                [
                    "fuzz", "--protocol", "resp", "--server", "threaded/kv", "--duration", "60s", "--out",
                    "\(folder.path)/out", "--setup",
                    "setsid sleep 1000 >/dev/null 2>&1 & echo $! > '\(folder.path)/child'",
                ])
            try running.waits { $0.errors.contains("executions") }
            let child = try #require(lines("child").first.flatMap { pid_t($0) })
            #expect(kill(child, 0) == 0)
            kill(running.process.processIdentifier, SIGKILL)
            _ = running.finish()
            let deadline = Date().addingTimeInterval(20)
            while kill(child, 0) == 0, Date() < deadline { sched_yield() }
            #expect(kill(child, 0) == -1 && errno == ESRCH)
        }
    }
}
