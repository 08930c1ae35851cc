import CLinux
import Glibc
import ReferenceServers
import Testing

/// Goal: every correct server, whatever its model, gives the right answers to one client and to 64, and ends cleanly.
/// Method: the executable is started on a free port and driven through real sockets; nothing is timed.
@Suite(.serialized) struct SessionTests {
    static let correct = ServerSpec.all.filter(\.defects.isEmpty)
    static let variants = ServerSpec.variants.filter { $0.defects.isEmpty && $0.transport != "udp" }
    static let datagrams = ServerSpec.variants.filter { $0.defects.isEmpty && $0.transport == "udp" }
    static let kv = correct.filter { $0.service == "kv" }

    @Test("answers a scripted session, and what is pending at a half-close", arguments: correct)
    func scriptedSession(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let client = try Client(server)
        Script.run(spec.service, client)
        #expect(server.terminate() == 0)
    }

    @Test("other transports and ways to share state: a scripted session, 64 clients, a clean exit", arguments: variants)
    func variant(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        Script.run(spec.service, try Client(server))
        let clients = try (0..<64).map { _ in try Client(server) }
        Self.askAll(clients, spec.service, round: 0)
        let children = server.children
        #expect(server.terminate() == 0)
        for child in children { #expect(kill(child, 0) == -1 && errno == ESRCH, "child \(child) lives on") }
        #expect(access(server.address.text, F_OK) != 0, "the socket file is left")
    }

    @Test("UDP: answers each of 64 peers, datagram by datagram, also after their workers ended", arguments: datagrams)
    func datagram(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let quiet = server.children.count + server.count("task")
        let clients = try (0..<64).map { _ in try Client(server, type: SOCK_DGRAM) }
        for round in 0..<3 {
            for (index, client) in clients.enumerated() {
                let text = "client \(index) round \(round)"
                client.send(Script.request(spec.service, text))
                #expect(client.receiveDatagram() == Script.reply(spec.service, text))
            }
            // Workers end when they are idle, and the next round needs new ones.
            #expect(server.becomes { $0.children.count + $0.count("task") == quiet })
        }
        if spec.service == "kv" {
            clients[0].send("INCR n\r\n")
            #expect(clients[0].receiveDatagram() == Array(":1\r\n".utf8))
            clients[1].send("INCR n\r\nINCR n\r\n")
            #expect(String(decoding: clients[1].receiveDatagram(), as: UTF8.self).hasPrefix("-ERR Protocol error"))
            clients[1].send("INCR n\r\n")
            #expect(clients[1].receiveDatagram() == Array(":2\r\n".utf8))
        }
        let children = server.children
        #expect(server.terminate() == 0)
        for child in children { #expect(kill(child, 0) == -1 && errno == ESRCH, "child \(child) lives on") }
    }

    @Test("serves 64 clients that are all connected at once", arguments: correct)
    func manyClients(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let clients = try (0..<64).map { _ in try Client(server) }
        for round in 0..<3 { Self.askAll(clients, spec.service, round: round) }
        #expect(server.terminate() == 0)
    }

    /// All clients ask, then all want their own answer.
    private static func askAll(_ clients: [Client], _ service: String, round: Int) {
        for (index, client) in clients.enumerated() {
            client.send(Script.request(service, "client \(index) round \(round)"))
        }
        for (index, client) in clients.enumerated() {
            let reply = Script.reply(service, "client \(index) round \(round)")
            #expect(client.receive(reply.count) == reply)
        }
    }

    @Test("counts every INCR of 64 clients once", arguments: kv)
    func concurrentCounting(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let clients = try (0..<64).map { _ in try Client(server) }
        let batch = String(repeating: "INCR n\r\n", count: 20)
        for client in clients { client.send(batch + "ECHO end\r\n") }
        for client in clients {
            var text = ""
            while !text.hasSuffix("end\r\n") { text += client.receiveText(1) }
        }
        clients[0].expect("GET n\r\n", "$4\r\n1280\r\n")
        #expect(server.terminate() == 0)
    }

    @Test("SIGTERM ends it with status 0 while clients are connected, and leaves no child", arguments: correct)
    func cleanExit(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let clients = try (0..<8).map { _ in try Client(server) }
        for client in clients {
            let text = "client \(client.socket)"
            client.send(Script.request(spec.service, text))
            #expect(client.receive(Script.reply(spec.service, text).count) == Script.reply(spec.service, text))
        }
        let children = server.children
        #expect(server.terminate() == 0)
        for child in children { #expect(kill(child, 0) == -1 && errno == ESRCH, "child \(child) lives on") }
        for client in clients { #expect(client.isAtEnd) }
    }

    @Test("a reply that is larger than all buffers reaches a slow client whole", arguments: correct)
    func slowClient(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        let client = try Client(server)
        let payload = String(repeating: "0123456789abcdef", count: 65536)
        if spec.service == "kv" {
            client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(payload.utf8.count)\r\n\(payload)\r\n")
            #expect(client.receiveText(5) == "+OK\r\n")
            let reply = Array("$\(payload.utf8.count)\r\n\(payload)\r\n".utf8)
            client.send("GET k\r\nGET k\r\nGET k\r\nGET k\r\n")
            for _ in 0..<4 { #expect(client.receive(reply.count) == reply) }
        } else if spec.service == "memcached" {
            client.expect("set k 0 0 \(payload.utf8.count)\r\n\(payload)\r\n", "STORED\r\n")
            let reply = Array("VALUE k 0 \(payload.utf8.count)\r\n\(payload)\r\nEND\r\n".utf8)
            client.send("get k\r\nget k\r\nget k\r\nget k\r\n")
            for _ in 0..<4 { #expect(client.receive(reply.count) == reply) }
        } else {
            client.send(Script.request(spec.service, payload))
            let reply = Script.reply(spec.service, payload)
            #expect(client.receive(reply.count) == reply)
        }
        #expect(server.terminate() == 0)
    }

    @Test("goes on after clients that reset, or vanish in the middle of a request", arguments: correct)
    func rudeClients(_ spec: ServerSpec) throws {
        let server = try RunningServer(spec)
        for _ in 0..<20 {
            let client = try Client(server)
            client.send(Script.request(spec.service, "whole") + Array("*3\r\n$3".utf8))
            client.reset()
        }
        Script.run(spec.service, try Client(server))
        #expect(server.terminate() == 0)
    }
}

/// What a client says to each service, and what it must hear.
enum Script {
    static func request(_ service: String, _ text: String) -> [UInt8] {
        switch service {
        case "echo": Array("\(text)\n".utf8)
        case "echo-length": length(text.utf8.count) + Array(text.utf8)
        case "file":
            Array(
                """
                PUT /\(fileName(text)) HTTP/1.1\r
                Host: test\r
                Content-Length: \(text.utf8.count)\r
                \r
                \(text)GET /\(fileName(text)) HTTP/1.1\r
                Host: test\r
                \r\n
                """.utf8)
        case "memcached": Array("md nothing O\(word(text))\r\n".utf8)
        default: Array("*2\r\n$4\r\nECHO\r\n$\(text.utf8.count)\r\n\(text)\r\n".utf8)
        }
    }

    static func reply(_ service: String, _ text: String) -> [UInt8] {
        switch service {
        case "kv": Array("$\(text.utf8.count)\r\n\(text)\r\n".utf8)
        case "memcached": Array("NF O\(word(text))\r\n".utf8)
        case "file":
            Array(
                """
                HTTP/1.1 201 Created\r
                Content-Type: text/plain\r
                Content-Length: 8\r
                \r
                Created
                HTTP/1.1 200 OK\r
                Accept-Ranges: bytes\r
                Content-Type: application/octet-stream\r
                Content-Length: \(text.utf8.count)\r
                \r
                \(text)
                """.utf8)
        default: request(service, text)
        }
    }

    private static func word(_ text: String) -> String { text.split(separator: " ").joined(separator: "-") }

    private static func fileName(_ text: String) -> String {
        String(text.prefix(40).map { $0 == " " ? "-" : $0 })
    }

    static func length(_ count: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
    }

    static func run(_ service: String, _ client: Client) {
        switch service {
        case "kv": keyValue(client)
        case "memcached": memcached(client)
        case "file": file(client)
        default: echo(service, client)
        }
    }

    private static func echo(_ service: String, _ client: Client) {
        let messages = ["hello", "", "two words", String(repeating: "x", count: 5000)]
        let bytes = messages.flatMap { request(service, $0) }
        client.send(bytes)
        #expect(client.receive(bytes.count) == bytes)
        // Byte by byte, then an end that leaves a message unfinished.
        for byte in request(service, "slow") { client.send([byte]) }
        client.send([0x41])
        client.finishSending()
        #expect(client.receive(request(service, "slow").count) == request(service, "slow"))
        #expect(client.isAtEnd)
    }

    private static func file(_ client: Client) {
        func get(_ path: String, _ field: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: t\r\n\(field)\r\n" }
        func answer(_ status: String, _ body: String, _ fields: String = "") -> String {
            let type = fields.isEmpty ? "Content-Type: text/plain\r\n" : fields
            return "HTTP/1.1 \(status)\r\n\(type)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let isFile = "Accept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\n"
        client.expect(get("/none"), answer("404 Not Found", "Not Found\n"))
        let put = "PUT /a%20b HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\n0123456789"
        client.expect(put, answer("201 Created", "Created\n"))
        client.expect(put, "HTTP/1.1 204 No Content\r\n\r\n")
        client.expect(get("/a%20b"), answer("200 OK", "0123456789", isFile))
        for (range, bytes, text) in [("2-4", "2-4", "234"), ("7-", "7-9", "789"), ("-3", "7-9", "789")] {
            client.expect(
                get("/a%20b", "Range: bytes=\(range)\r\n"),
                answer("206 Partial Content", text, "\(isFile)Content-Range: bytes \(bytes)/10\r\n"))
        }
        client.expect(
            get("/a%20b", "Range: bytes=10-\r\n"),
            answer(
                "416 Range Not Satisfiable", "Range Not Satisfiable\n",
                "Content-Range: bytes */10\r\nContent-Type: text/plain\r\n"))
        client.expect(
            "HEAD /a%20b HTTP/1.1\r\nHost: t\r\n\r\n" + get("/none"),
            "HTTP/1.1 200 OK\r\n\(isFile)Content-Length: 10\r\n\r\n" + answer("404 Not Found", "Not Found\n"))
        client.expect(
            "POST /a%20b HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc" + get("/"),
            answer(
                "405 Method Not Allowed", "Method Not Allowed\n",
                "Allow: GET, HEAD, PUT\r\nContent-Type: text/plain\r\n") + answer("403 Forbidden", "Forbidden\n"))
        for byte in get("/none").utf8 { client.send([byte]) }
        let missing = answer("404 Not Found", "Not Found\n")
        #expect(client.receiveText(missing.utf8.count) == missing)
        client.send(get("/none") + get("/../../etc/passwd"))
        client.finishSending()
        let refused =
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: close\r\n\r\nForbidden\n"
        #expect(client.receiveText(1000) == missing + refused)
    }

    private static func memcached(_ client: Client) {
        client.expect("get a\r\nversion\r\n", "END\r\nVERSION 1.6.0\r\n")
        client.expect("set a 7 0 2\r\n\r\n\r\nget a\r\n", "STORED\r\nVALUE a 7 2\r\n\r\n\r\nEND\r\n")
        client.expect("add a 0 0 1\r\nx\r\nreplace b 0 0 1\r\nx\r\n", "NOT_STORED\r\nNOT_STORED\r\n")
        client.expect("set n 0 0 2\r\n99\r\nincr n 1\r\ndecr n 1\r\n", "STORED\r\n100\r\n99\r\n")
        client.expect("get n x n\r\n", "VALUE n 0 3\r\n99 \r\nVALUE n 0 3\r\n99 \r\nEND\r\n")
        client.expect(
            "decr n 500\r\nincr x 1\r\nincr n y\r\n",
            "0\r\nNOT_FOUND\r\nCLIENT_ERROR invalid numeric delta argument\r\n")
        client.expect(
            "incr a 1\r\n", "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n")
        client.expect(
            "set c 3 0 1\r\nb\r\nappend c 0 0 1\r\nc\r\nprepend c 0 0 1\r\na\r\nget c\r\n",
            "STORED\r\nSTORED\r\nSTORED\r\nVALUE c 3 3\r\nabc\r\nEND\r\n")
        client.send("gets c\r\n")
        let version = client.receiveLine().split(separator: " ").last.map(String.init) ?? ""
        #expect(client.receiveText(10) == "abc\r\nEND\r\n")
        client.expect("cas c 0 0 1 \(version)\r\nz\r\n", "STORED\r\n")
        client.expect("cas c 0 0 1 \(version)\r\ny\r\ncas x 0 0 1 1\r\ny\r\n", "EXISTS\r\nNOT_FOUND\r\n")
        client.expect("touch c 0\r\ngat 0 c\r\n", "TOUCHED\r\nVALUE c 0 1\r\nz\r\nEND\r\n")
        client.expect("set d 0 0 1 noreply\r\nd\r\ndelete d\r\ndelete d\r\n", "DELETED\r\nNOT_FOUND\r\n")
        client.expect("md c O1 k\r\nmd c O2\r\nmn\r\nfrob\r\n", "HD O1 kc\r\nNF O2\r\nMN\r\nERROR\r\n")
        client.expect("flush_all\r\nget n\r\n", "OK\r\nEND\r\n")
        for byte in "set e 0 0 1\r\ne\r\n".utf8 { client.send([byte]) }
        #expect(client.receiveText(8) == "STORED\r\n")
        client.send("version\r\nset f 0 0 5\r\nab")
        client.finishSending()
        #expect(client.receiveText(15) == "VERSION 1.6.0\r\n")
        #expect(client.isAtEnd)
    }

    private static func keyValue(_ client: Client) {
        client.expect("PING\r\n", "+PONG\r\n")
        client.expect(
            "SET a 9\r\nINCR a\r\nINCRBY a 5\r\nDECR a\r\nGET a\r\n", "+OK\r\n:10\r\n:15\r\n:14\r\n$2\r\n14\r\n")
        client.expect("SETNX a 1\r\nSETNX b 1\r\nGETSET b 2\r\nGET b\r\n", ":0\r\n:1\r\n$1\r\n1\r\n$1\r\n2\r\n")
        client.expect("APPEND c x\r\nAPPEND c yz\r\nGET c\r\nEXISTS a c nope\r\n", ":1\r\n:3\r\n$3\r\nxyz\r\n:2\r\n")
        client.expect("MSET p 1 q 2\r\nMGET p q nope\r\n", "+OK\r\n*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n")
        client.expect(
            "RPUSH l b c\r\nLPUSH l a\r\nLRANGE l 0 -1\r\n", ":2\r\n:3\r\n*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n")
        client.expect("LPOP l\r\nRPOP l\r\nRPOP l\r\nRPOP l\r\n", "$1\r\na\r\n$1\r\nc\r\n$1\r\nb\r\n$-1\r\n")
        client.expect(
            "SADD s x y x\r\nSISMEMBER s x\r\nSREM s x\r\nSMEMBERS s\r\n", ":2\r\n:1\r\n:1\r\n*1\r\n$1\r\ny\r\n")
        client.expect("DEL a b c p q s nope\r\nGET a\r\n", ":6\r\n$-1\r\n")
        client.expect("ECHO hi\r\nSELECT 0\r\nSELECT 1\r\n", "$2\r\nhi\r\n+OK\r\n-ERR DB index is out of range\r\n")
        client.expect(
            "RPUSH l z\r\nINCR l\r\n", ":1\r\n-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")
        client.expect("SET t abc\r\nINCR t\r\n", "+OK\r\n-ERR value is not an integer or out of range\r\n")
        client.expect(
            "SET t 9223372036854775807\r\nINCR t\r\n", "+OK\r\n-ERR increment or decrement would overflow\r\n")
        client.expect("GET\r\n", "-ERR wrong number of arguments for 'get' command\r\n")
        client.expect("FROB x\r\n", "-ERR unknown command 'FROB'\r\n")
        client.expect("FLUSHALL\r\nEXISTS t\r\n", "+OK\r\n:0\r\n")
        for byte in "*1\r\n$4\r\nPING\r\n".utf8 { client.send([byte]) }
        #expect(client.receiveText(7) == "+PONG\r\n")
        client.send("PING\r\nGET t\r\n*2\r\n$3\r\nGE")
        client.finishSending()
        #expect(client.receiveText(12) == "+PONG\r\n$-1\r\n")
        #expect(client.isAtEnd)
    }
}
