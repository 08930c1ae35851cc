import CLinux
import Glibc
import ReferenceServers
import Testing

/// Goal: wrong usage gives one clear line and the right exit status, and standard clients work unchanged.
/// Method: the executable is run as a person would run it.
@Suite struct CommandLineTests {
    @Test(
        "wrong usage is one line and status 64",
        arguments: [
            ([], "name a server, for example threaded/kv; --list prints all"),
            (["frob/kv"], "unknown model 'frob'; models: "),
            (["threaded/frob"], "unknown service 'frob'; services: "),
            (["threaded/kv+frob"], "unknown defect 'frob'; defects: "),
            (["threaded/kv/x"], "'threaded/kv/x' has more than one slash; write MODEL/SERVICE"),
            (
                ["threaded/kv+zombie-children"],
                "'zombie-children' makes no sense in threaded/kv: the model has no child"
            ),
            (["threaded/echo+lost-update"], "makes no sense in threaded/echo: the service keeps nothing"),
            (["threaded/kv+reordered-replies+shared-reply-buffer"], "replace the same part"),
            (["threaded/kv", "--port", "65536"], "'65536' is not a port"),
            (["threaded/kv", "--port"], "option --port needs a value"),
            (["threaded/kv", "--state", "pipe"], "state 'pipe' makes no sense in threaded: its workers share memory"),
            (["forked/echo", "--state", "mq"], "state 'mq' makes no sense in echo: it keeps nothing between requests"),
            (["forked/kv", "--state", "frob"], "unknown state 'frob'; states: memory, shm, pipe, mq"),
            (
                ["forked/kv+lost-update", "--state", "mq"],
                "makes no sense in forked/kv: one owner process executes all"
            ),
            (["threaded/kv", "--transport", "frob"], "unknown transport 'frob'; transports: tcp, "),
            (["threaded/kv", "--transport", "unix"], "transport 'unix' needs --host and a path"),
            (
                ["epoll/kv", "--transport", "udp"],
                "transport 'udp' makes no sense in epoll: the model is about connections"
            ),
            (["forked/file", "--transport", "udp"], "its messages do not fit in datagrams"),
            (["forked/kv+early-close", "--transport", "udp"], "makes no sense over udp: there is no departure"),
            (["forked/kv+wrong-peer", "--transport", "tcp"], "a connection has one peer (--transport udp)"),
            (["preforked-reuseport/kv", "--transport", "unix"], "its sockets cannot share an address"),
            (["threaded/kv", "--frob"], "unknown option '--frob'; see --help"),
            (["threaded/kv", "forked/kv"], "unexpected argument 'forked/kv'; see --help"),
            (["threaded/kv", "--host", "example.org"], "'example.org' is not an IPv4 address"),
        ] as [([String], String)])
    func wrongUsage(_ arguments: [String], _ expected: String) throws {
        let program = try RunningProgram(RunningServer.path, arguments)
        let errors = program.everything(from: program.errors)
        #expect(errors.contains(expected), "\(errors)")
        #expect(errors.filter { $0 == "\n" }.count == 1)
        #expect(program.everything(from: program.output) == "")
        #expect(program.wait() == 64)
    }

    @Test("a port in use is one line and status 75")
    func portInUse() throws {
        let server = try RunningServer("threaded/echo")
        let second = try RunningProgram(RunningServer.path, ["threaded/echo", "--port", "\(server.port)"])
        #expect(second.everything(from: second.errors) == "reference-server: 127.0.0.1:\(server.port) is in use\n")
        #expect(second.wait() == 75)
    }

    @Test("--list names every server once, with a sentence")
    func list() throws {
        let program = try RunningProgram(RunningServer.path, ["--list"])
        let lines = program.everything(from: program.output).split(separator: "\n")
        #expect(program.wait() == 0)
        #expect(lines.map { String($0.prefix { $0 != "\t" }) } == ServerSpec.all.map(\.description))
        for line in lines { #expect(line.hasSuffix(".") && line.contains("\t")) }
    }

    @Test("a name without a service is a kv server; printing and parsing agree")
    func names() throws {
        #expect(try ServerSpec.parse("forked").description == "forked/kv")
        for spec in ServerSpec.all { #expect(try ServerSpec.parse(spec.description) == spec) }
    }

    @Test(
        "redis-cli works unchanged", .enabled(if: Tool.exists("redis-cli"), "needs redis-tools"),
        arguments: SessionTests.kv)
    func redisCLI(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        func cli(_ arguments: String...) throws -> String {
            let program = try RunningProgram(Tool.path("redis-cli"), ["-p", "\(server.port)"] + arguments)
            let text = program.everything(from: program.output)
            #expect(program.wait() == 0)
            return text
        }
        #expect(try cli("SET", "greeting", "hello world") == "OK\n")
        #expect(try cli("GET", "greeting") == "hello world\n")
        #expect(try cli("RPUSH", "l", "1", "2") == "2\n")
        #expect(try cli("LRANGE", "l", "0", "-1") == "1\n2\n")
        #expect(try cli("INFO").contains("db0:keys=2"))
        #expect(server.terminate() == 0)
    }

    @Test(
        "redis-benchmark works unchanged", .enabled(if: Tool.exists("redis-benchmark"), "needs redis-tools"),
        arguments: SessionTests.kv)
    func redisBenchmark(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let tests = "ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,mset,lrange_100"
        let program = try RunningProgram(
            Tool.path("redis-benchmark"), ["-p", "\(server.port)", "-t", tests, "-n", "300", "-c", "50", "--csv"])
        let lines = program.everything(from: program.output).split(separator: "\n")
        #expect(program.wait() == 0)
        #expect(lines.count == 14, "\(lines)")  // A heading, PING twice, LPUSH again before LRANGE.
        #expect(server.terminate() == 0)
    }

    static let file = SessionTests.correct.filter { $0.service == "file" }

    @Test("curl works unchanged", .enabled(if: Tool.exists("curl"), "needs curl"), arguments: file)
    func curl(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        func curl(_ arguments: String...) throws -> String {
            let program = try RunningProgram(Tool.path("curl"), ["-sS", "--max-time", "20"] + arguments)
            let text = program.everything(from: program.output)
            #expect(program.wait() == 0, "\(program.everything(from: program.errors))")
            return text
        }
        let url = "http://127.0.0.1:\(server.port)"
        let status = ["-o", "/dev/null", "-w", "%{http_code}"]
        #expect(try curl("-X", "PUT", "-d", "some words", url + "/a") == "Created\n")
        #expect(try curl(url + "/a") == "some words")
        #expect(try curl("-r", "5-", url + "/a") == "words")
        #expect(try curl("-I", url + "/a").lowercased().contains("content-length: 10"))
        #expect(try curl(url + "/a", url + "/a") == "some wordssome words")  // One connection kept alive.
        #expect(try curl(status[0], status[1], status[2], status[3], url + "/none") == "404")
        #expect(
            try curl("--path-as-is", status[0], status[1], status[2], status[3], url + "/../etc/passwd") == "403")
        // A long body comes with Expect: 100-continue.
        let long = String(repeating: "0123456789abcdef", count: 6000)
        #expect(try curl("-H", "Expect: 100-continue", "-X", "PUT", "-d", long, url + "/long") == "Created\n")
        #expect(try curl(url + "/long") == long)
        #expect(server.terminate() == 0)
    }

    @Test("wrk works unchanged", .enabled(if: Tool.exists("wrk"), "needs wrk"), arguments: file)
    func wrk(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let client = try Client(server)
        client.send("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwords")
        #expect(String(decoding: client.receive(12), as: UTF8.self) == "HTTP/1.1 201")
        // An iterative server has one client at a time; the others of wrk would wait for its end.
        let connections = spec.model == "iterative" ? "1" : "16"
        let program = try RunningProgram(
            Tool.path("wrk"), ["-t1", "-c", connections, "-d", "1s", "http://127.0.0.1:\(server.port)/a"])
        let text = program.everything(from: program.output)
        #expect(program.wait() == 0)
        #expect(text.contains("Requests/sec:"), "\(text)")
        #expect(!text.contains("Socket errors") && !text.contains("Non-2xx"), "\(text)")
        #expect(server.terminate() == 0)
    }
}

/// Programs of the machine.
enum Tool {
    static func path(_ name: String) -> String { "/usr/bin/\(name)" }
    static func exists(_ name: String) -> Bool { access(path(name), X_OK) == 0 }
}
