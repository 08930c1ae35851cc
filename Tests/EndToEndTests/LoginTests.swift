import Foundation
import Testing

/// A RESP server in Python that wants a password, loses increments, and tells the password to its log and in its errors:
/// `server.py PORT PASSWORD`.
private let talkativeServer = """
    import socketserver, sys, time
    port, password = int(sys.argv[1]), sys.argv[2].encode()
    keys = {}
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            known = False
            while True:
                head = self.rfile.readline()
                if not head: return
                words = []
                for _ in range(int(head[1:])):
                    length = int(self.rfile.readline()[1:])
                    words.append(self.rfile.read(length + 2)[:-2])
                name = words[0].upper()
                if name == b'AUTH':
                    known = words[-1] == password
                    print('logged in with', words[-1].decode(), flush=True)
                    self.wfile.write(b'+OK\\r\\n' if known else b'-WRONGPASS ' + words[-1] + b'\\r\\n')
                elif not known: self.wfile.write(b'-NOAUTH first\\r\\n')
                elif name == b'INCR':
                    value = keys.get(words[1], 0) + 1
                    time.sleep(0.0005)
                    keys[words[1]] = value
                    self.wfile.write(b':%d\\r\\n' % value)
                elif name == b'ECHO': self.wfile.write(b'$%d\\r\\n%s\\r\\n' % (len(words[1]), words[1]))
                else: self.wfile.write(b"-ERR unknown command '%s' of %s\\r\\n" % (words[0], password))
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 64
    Server(('127.0.0.1', port), Handler).serve_forever()
    """

extension EndToEnd {
    /// Goal: clients log in, and a secret is in nothing that is saved or printed. Method: a server that tells its password wherever it
    /// can, redis and nginx with a password, and a look into each file that a campaign leaves.
    @Suite(
        "logging in", .enabled(if: canCapture, "needs the right to capture"),
        .enabled(if: StrangerServer.python != nil, "needs python3"))
    struct Logins {
        private static let secret = "open-sesame-\(getpid())"
        let folder = try! TemporaryFolder()

        init() { setenv("CROSSFIRE_E2E_PASSWORD", Self.secret, 1) }

        private var out: String { "\(folder.path)/out" }

        /// The command of the talkative server, with its password or what stands for it.
        private func talkative(_ password: String) throws -> [String] {
            let path = "\(folder.path)/server.py"
            try Data(talkativeServer.utf8).write(to: URL(fileURLWithPath: path))
            return ["--", StrangerServer.python!, path, "{port}", password]
        }

        /// The files below a folder that hold the secret, also encoded.
        private func telling(_ folder: String) throws -> [String] {
            let forms = [Self.secret, Data("app:\(Self.secret)".utf8).base64EncodedString()].map { Data($0.utf8) }
            let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return names.filter { name in
                let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
                return forms.contains { bytes.range(of: $0) != nil }
            }
        }

        @Test(
            "a secret is nowhere in what a campaign saves and prints, however it was given; a replay takes it again",
            arguments: [
                ("AUTH {env:CROSSFIRE_E2E_PASSWORD}", "{env:CROSSFIRE_E2E_PASSWORD}"), ("AUTH app \(secret)", secret),
            ])
        func nowhere(login: String, password: String) throws {
            let result = try CrossfireProcess.run(
                [
                    "fuzz", "--protocol", "resp", "--duration", "20s", "--stop-on-first", "--confirm", "2", "--json",
                    "--perturb", "off", "--out", out, "--login", login,
                ] + talkative(password))
            #expect(result.status == 1, "\(result.errors)")
            let path = try #require(result.paths.first)
            let page = try CrossfireProcess.run(
                "inspect", "\(path)/capture.pcapng", "--protocol", "resp", "--html", "\(out)/page.html")
            #expect(page.output.contains("AUTH"), "\(page.output)\(page.errors)")
            #expect(try telling(out) == [])
            #expect(!(result.output + result.errors + page.output).contains(Self.secret), "\(result.errors)")
            let again = ["replay", path, "--times", "1"]
            if login.contains("{env:") {
                let replay = try CrossfireProcess.run(again)
                #expect(replay.status == 1, "\(replay.output)\(replay.errors)")
            } else {
                let forgotten = try CrossfireProcess.run(again)
                #expect(forgotten.status == 78 && forgotten.errors.contains("is not kept"), "\(forgotten.errors)")
                let replay = try CrossfireProcess.run(again + ["--login", login])
                #expect(replay.status == 1, "\(replay.output)\(replay.errors)")
            }
        }

        @Test("a login that is refused, or cannot be said, is a line without the secret")
        func refused() throws {
            let fuzz = ["fuzz", "--protocol", "resp", "--executions", "5", "--out", out]
            let wrong = try CrossfireProcess.run(fuzz + ["--login", "AUTH \(Self.secret)"] + talkative("other"))
            #expect(wrong.status == 78, "\(wrong.errors)")
            #expect(wrong.errors.contains("refused the login: -WRONGPASS {secret}"), "\(wrong.errors)")
            let unset = try CrossfireProcess.run(fuzz + ["--login", "AUTH {env:NOWHERE_AT_ALL}"] + talkative("x"))
            #expect(unset.status == 78 && unset.errors.contains("NOWHERE_AT_ALL"), "\(unset.errors)")
            let header = try CrossfireProcess.run(fuzz + ["--header", "A: b"] + talkative("x"))
            #expect(header.status == 64, "\(header.errors)")
        }

        @Test(
            "redis with a password holds; without the login nothing is tested",
            .enabled(if: CrossfireProcess.program("redis-server") != nil, "redis-server is not installed"))
        func redis() throws {
            let fuzz = ["fuzz", "--protocol", "resp", "--duration", "2s", "--json", "--out", out]
            let server = [
                "--", "redis-server", "--port", "{port}", "--save", "", "--requirepass",
                "{env:CROSSFIRE_E2E_PASSWORD}",
            ]
            let held = try CrossfireProcess.run(fuzz + ["--login", "AUTH env:CROSSFIRE_E2E_PASSWORD"] + server)
            #expect(held.status == 0, "\(held.output)\(held.errors)")
            #expect(try telling(out) == [])
            #expect(try CrossfireProcess.run(fuzz + server).status == 2)
        }

        @Test(
            "nginx with a password holds; a wrong one is refused",
            .enabled(if: CrossfireProcess.program("nginx") != nil, "nginx is not installed"))
        func nginx() throws {
            let place = folder.path
            try FileManager.default.createDirectory(atPath: "\(place)/root", withIntermediateDirectories: true)
            try Data("app:{PLAIN}\(Self.secret)\n".utf8).write(to: URL(fileURLWithPath: "\(place)/users"))
            let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
                "\($0)_temp_path \(place)/\($0);"
            }
            let script = """
                cat > '\(place)'/conf-$1 <<END
                \(getuid() == 0 ? "user root;" : "") daemon off; pid \(place)/pid-$1; error_log stderr crit;
                events { worker_connections 512; }
                http {
                    access_log off; \(temporary.joined(separator: " "))
                    server {
                        listen 127.0.0.1:$1; root \(place)/root;
                        location / {
                            dav_methods PUT DELETE; auth_basic here; auth_basic_user_file \(place)/users;
                        }
                    }
                }
                END
                exec '\(CrossfireProcess.program("nginx")!)' -p '\(place)' -c '\(place)'/conf-$1
                """
            try Data(script.utf8).write(to: URL(fileURLWithPath: "\(place)/start"))
            let fuzz = ["fuzz", "--protocol", "http", "--duration", "2s", "--json", "--out", out]
            let basic = { (text: String) in "Authorization: Basic " + Data(text.utf8).base64EncodedString() }
            let held = try CrossfireProcess.run(
                fuzz + ["--header", basic("app:\(Self.secret)"), "--", "sh", "\(place)/start", "{port}"])
            #expect(held.status == 0, "\(held.output)\(held.errors)")
            #expect(try telling(out) == [])
            let wrong = try CrossfireProcess.run(
                fuzz + ["--header", basic("app:none"), "--", "sh", "\(place)/start", "{port}"])
            #expect(wrong.status == 78 && wrong.errors.contains("401"), "\(wrong.errors)")
        }
    }
}
