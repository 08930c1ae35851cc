import Foundation
import Testing

extension EndToEnd {
    /// Goal: nobody is accused without a control: what needs clients at the same time is a race, what one client suffices for a
    /// fault with an id of its own, and what the protocol lets a server do is noted and avoided. Method: our own servers with and
    /// without a defect, and a small store in another language with the habits that real servers have, switched on one at a time.
    @Suite(
        "control of findings", .enabled(if: canCapture),
        .enabled(if: StrangerServer.python != nil, "needs python3"))
    struct ControlCampaigns {
        /// A correct store of RESP, threaded. `noinline`: closes at what is no array. `limit`: closes at values over 8 KiB. `mute-X`:
        /// never answers X. `drops`: forgets what came together with a request.
        private static let store = """
            import socketserver, sys, threading
            habits, keys, lock = sys.argv[2:], {}, threading.Lock()
            def bulk(value): return b'$-1\\r\\n' if value is None else b'$%d\\r\\n%s\\r\\n' % (len(value), value)
            class Handler(socketserver.StreamRequestHandler):
                def handle(self):
                    while True:
                        head = self.rfile.readline()
                        if not head: return
                        words = head.split()
                        if head.startswith(b'*'):
                            words = []
                            for _ in range(int(head[1:])):
                                length = int(self.rfile.readline()[1:])
                                if length > 8192 and 'limit' in habits: return
                                words.append(self.rfile.read(length + 2)[:-2])
                        elif 'noinline' in habits: return
                        name = words[0].upper()
                        if 'drops' in habits: self.rfile = self.connection.makefile('rb')
                        if 'mute-' + name.decode() in habits: continue
                        self.wfile.write(self.reply(name, words))
                def reply(self, name, words):
                    with lock:
                        if name == b'PING': return b'+PONG\\r\\n'
                        if name == b'ECHO': return bulk(words[1])
                        if name == b'GET': return bulk(keys.get(words[1]))
                        if name == b'DEL': return b':%d\\r\\n' % sum(keys.pop(key, None) is not None for key in words[1:])
                        if name == b'SET':
                            keys[words[1]] = words[2]
                            return b'+OK\\r\\n'
                        if name == b'INCR':
                            try: keys[words[1]] = b'%d' % (int(keys.get(words[1], b'0')) + 1)
                            except ValueError: return b'-ERR value is not an integer or out of range\\r\\n'
                            return b':%s\\r\\n' % keys[words[1]]
                        return b"-ERR unknown command '%s'\\r\\n" % words[0]
            class Server(socketserver.ThreadingTCPServer):
                allow_reuse_address = True
                daemon_threads = True
                request_queue_size = 128
            Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
            """

        /// A line for every request, whatever it is.
        private static let refusing = """
            import socketserver, sys
            class Handler(socketserver.StreamRequestHandler):
                def handle(self):
                    for line in self.rfile: self.wfile.write(b'ERR unknown\\n')
            class Server(socketserver.ThreadingTCPServer):
                allow_reuse_address = True
                daemon_threads = True
                request_queue_size = 128
            Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
            """

        private func fuzz(_ options: [String], _ target: [String]) throws -> CrossfireProcess.Result {
            let folder = try TemporaryFolder()
            return try CrossfireProcess.run(
                ["fuzz", "--json", "--perturb", "off", "--out", "\(folder.path)/out"] + options + target)
        }

        private func stranger(
            _ text: String, _ habits: [String], _ options: [String]
        ) throws -> CrossfireProcess.Result {
            let folder = try TemporaryFolder()
            let path = try StrangerServer.write(text, in: folder)
            return try fuzz(options, ["--", StrangerServer.python!, path, "{port}"] + habits)
        }

        private static func findings(_ result: CrossfireProcess.Result) -> [[String: Any]] {
            result.json["findings"] as? [[String: Any]] ?? []
        }

        @Test("a lost update is a race: no control run shows it")
        func race() throws {
            let result = try fuzz(
                [
                    "--protocol", "resp", "--stop-on", "linearizability", "--confirm", "20", "--duration", "60s",
                    "--seed", "1",
                ],
                ["--server", "threaded/kv+lost-update"])
            #expect(result.status == 1, "\(result.errors)")
            let found = try #require(
                Self.findings(result).first { $0["reproduced"] != nil }, "\(result.output)")
            #expect(found["level"] as? String == "race", "\(found)")
            let arms = try #require(found["arms"] as? [String: Any])
            let hits = { (name: String) in (arms[name] as? [String: Any])?["hits"] as? Int }
            #expect(hits("one_after_the_other") == 0 && hits("alone") == 0, "\(arms)")
            #expect((hits("as_found") ?? 0) >= 7, "\(arms)")
        }

        @Test("two commands that are never answered are two faults, and what lies behind them is reached")
        func faults() throws {
            let options = [
                "--protocol", "resp", "--confirm", "3", "--duration", "30s", "--executions", "20", "--seed", "2",
            ]
            let result = try stranger(Self.store, ["mute-ECHO", "mute-DEL"], options)
            #expect(result.status == 1, "\(result.errors)")
            let found = Self.findings(result)
            #expect(found.count == 2 && found.allSatisfy { $0["oracle"] as? String == "hang" }, "\(found)")
            #expect(found.allSatisfy { $0["level"] as? String == "fault" }, "\(found)")
            #expect(Set(found.compactMap { $0["id"] as? String }).count == 2)
            #expect(Set(result.json["avoided"] as? [String] ?? []) == ["ECHO", "DEL"])
            let races = try stranger(Self.store, ["mute-ECHO"], options + ["--fail-on", "race"])
            #expect(races.status == 0, "a fault does not fail who asks for races: \(races.output)")
            #expect(Self.findings(races).count == 1, "\(races.output)")
        }

        @Test("a server that answers only the first of several at once is one fault, and no command is left out for it")
        func pipelining() throws {
            let options = [
                "--protocol", "resp", "--confirm", "3", "--duration", "60s", "--executions", "60", "--seed", "2",
            ]
            let result = try stranger(Self.store, ["drops"], options)
            #expect(result.status == 1, "\(result.errors)")
            #expect(Self.findings(result).count == 1, "\(result.output)")
            #expect(result.json["avoided"] as? [String] == ["pipelining"], "\(result.output)")
            let others = try stranger(Self.store, ["drops"], options + ["--oracles", "linearizability,crosstalk"])
            #expect(others.status == 0, "nobody asks for hangs: \(others.output)")
        }

        @Test(
            "a server that closes instead of refusing is in its right, unless that is asked for",
            arguments: ["noinline", "limit"])
        func closing(_ habit: String) throws {
            let folder = try TemporaryFolder()
            try Data("protocol resp\nc0 connect\nc0 send \"SET {key} 1\\r\\n\"\nc0 expect\n".utf8)
                .write(to: URL(fileURLWithPath: "\(folder.path)/inline.crossfire"))
            let options = ["--protocol", "resp", "--duration", "8s", "--seed", "3", "--corpus", folder.path]
            let result = try stranger(Self.store, [habit], options)
            #expect(result.status == 0, "\(result.output) \(result.errors)")
            // A limit is no policy that somebody may not expect: it is kept to.
            let known = (result.json["acquaintance"] as? [String: Any])?["values"] as? [String: Any]
            #expect((known?["taken_bytes"] as? Int == 8192) == (habit == "limit"), "\(result.output)")
            #expect((result.json["policies"] as? [String])?.count == (habit == "limit" ? 0 : 1), "\(result.output)")
            let plain = try stranger(Self.store, [], options)
            #expect(plain.status == 0 && (plain.json["policies"] as? [String])?.isEmpty == true, "\(plain.output)")
        }

        /// Each start of it answers otherwise than the one before: not at all, or with something else.
        private static let turning = """
            import socketserver, sys
            with open(sys.argv[2], 'a+') as starts:
                starts.write('x')
                starts.seek(0)
                isMute = len(starts.read()) % 2 == 0
            class Handler(socketserver.StreamRequestHandler):
                def handle(self):
                    for line in self.rfile: self.wfile.write(b'' if isMute else b'else\\n')
            class Server(socketserver.ThreadingTCPServer):
                allow_reuse_address = True
                daemon_threads = True
            Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
            """

        @Test("a replay that looks for anything tells each kind of violation that its tries showed")
        func kinds() throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/one.crossfire"
            try Data("protocol echo\nc0 connect\nc0 send hello\nc0 expect\n".utf8).write(to: URL(fileURLWithPath: path))
            let server = try StrangerServer.write(Self.turning, in: folder)
            let result = try CrossfireProcess.run(
                ["replay", path, "--times", "2", "--json", "--"] + [
                    StrangerServer.python!, server, "{port}", "\(folder.path)/starts",
                ])
            let seen = (result.json["violations"] as? [[String: Any]] ?? []).compactMap { $0["oracle"] as? String }
            #expect(Set(seen) == ["corruption", "hang"], "\(result.output)")
        }

        @Test("half-close that is not served is a policy in a replay too")
        func halfClose() throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/half.crossfire"
            try Data("protocol echo\nc0 connect\nc0 send hello\nc0 shutdown\nc0 expect\n".utf8)
                .write(to: URL(fileURLWithPath: path))
            let server = ["--server", "threaded/echo+early-close"]
            let noted = try CrossfireProcess.run(["replay", path, "--times", "4", "--json"] + server)
            #expect(noted.status == 0, "\(noted.output)")
            #expect((noted.json["policies"] as? [Any])?.count == 1, "\(noted.output)")
            let strict = try CrossfireProcess.run(["replay", path, "--times", "4", "--json", "--strict"] + server)
            #expect(strict.status == 1, "\(strict.output)")
        }

        @Test("a server that refuses everything was not tested, and the refusal is told")
        func refused() throws {
            let result = try stranger(Self.refusing, [], ["--protocol", "tagged", "--duration", "3s", "--seed", "4"])
            #expect(result.status == 2, "\(result.output)")
            #expect(result.json["verdict"] as? String == "nothing tested")
            #expect((result.json["commonest_refusal"] as? String)?.contains("ERR unknown") == true, "\(result.output)")
        }

        @Test("levels that do not exist are refused")
        func usage() throws {
            for levels in ["", "races", "race,", "unproved"] {
                let result = try CrossfireProcess.run(
                    ["fuzz", "--server", "threaded/kv", "--protocol", "resp", "--fail-on", levels])
                #expect(result.status == 64, "\(levels): \(result.errors)")
            }
        }
    }
}
