import Glibc
import ReferenceServers
import Testing

/// Goal: every correct server, whatever its model, gives the right answers to one client and to 64, and ends cleanly.
/// Method: the executable is started on a free port and driven through real sockets; nothing is timed.
@Suite(.serialized) struct SessionTests {
    static let correct = ServerSpec.all.filter(\.defects.isEmpty)
    static let kv = correct.filter { $0.service == "kv" }

    @Test("answers a scripted session, and what is pending at a half-close", arguments: correct)
    func scriptedSession(_ spec: ServerSpec) throws {
        let server = try RunningServer("\(spec)")
        let client = try Client(server.port)
        Script.run(spec.service, client)
        #expect(server.terminate() == 0)
    }

    @Test("serves 64 clients that are all connected at once", arguments: correct)
    func manyClients(_ spec: ServerSpec) throws {
        let server = try RunningServer("\(spec)")
        let clients = try (0..<64).map { _ in try Client(server.port) }
        for round in 0..<3 {
            for (index, client) in clients.enumerated() {
                client.send(Script.request(spec.service, "client \(index) round \(round)"))
            }
            for (index, client) in clients.enumerated() {
                let reply = Script.reply(spec.service, "client \(index) round \(round)")
                #expect(client.receive(reply.count) == reply)
            }
        }
        #expect(server.terminate() == 0)
    }

    @Test("counts every INCR of 64 clients once", arguments: kv)
    func concurrentCounting(_ spec: ServerSpec) throws {
        let server = try RunningServer("\(spec)")
        let clients = try (0..<64).map { _ in try Client(server.port) }
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
        let server = try RunningServer("\(spec)")
        let clients = try (0..<8).map { _ in try Client(server.port) }
        for client in clients {
            client.send(Script.request(spec.service, "x"))
            #expect(client.receive(Script.reply(spec.service, "x").count) == Script.reply(spec.service, "x"))
        }
        let children = server.children
        #expect(server.terminate() == 0)
        for child in children { #expect(kill(child, 0) == -1 && errno == ESRCH, "child \(child) lives on") }
        for client in clients { #expect(client.isAtEnd) }
    }

    @Test("a reply that is larger than all buffers reaches a slow client whole", arguments: correct)
    func slowClient(_ spec: ServerSpec) throws {
        let server = try RunningServer("\(spec)")
        let client = try Client(server.port)
        let payload = String(repeating: "0123456789abcdef", count: 65536)
        if spec.service == "kv" {
            client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(payload.utf8.count)\r\n\(payload)\r\n")
            #expect(client.receiveText(5) == "+OK\r\n")
            let reply = Array("$\(payload.utf8.count)\r\n\(payload)\r\n".utf8)
            client.send("GET k\r\nGET k\r\nGET k\r\nGET k\r\n")
            for _ in 0..<4 { #expect(client.receive(reply.count) == reply) }
        } else {
            let message = Script.request(spec.service, payload)
            client.send(message)
            #expect(client.receive(message.count) == message)
        }
        #expect(server.terminate() == 0)
    }

    @Test("goes on after clients that reset, or vanish in the middle of a request", arguments: correct)
    func rudeClients(_ spec: ServerSpec) throws {
        let server = try RunningServer("\(spec)")
        for _ in 0..<20 {
            let client = try Client(server.port)
            client.send(Script.request(spec.service, "whole") + Array("*3\r\n$3".utf8))
            client.reset()
        }
        Script.run(spec.service, try Client(server.port))
        #expect(server.terminate() == 0)
    }
}

/// What a client says to each service, and what it must hear.
enum Script {
    static func request(_ service: String, _ text: String) -> [UInt8] {
        switch service {
        case "echo": Array("\(text)\n".utf8)
        case "echo-length": length(text.utf8.count) + Array(text.utf8)
        default: Array("*2\r\n$4\r\nECHO\r\n$\(text.utf8.count)\r\n\(text)\r\n".utf8)
        }
    }

    static func reply(_ service: String, _ text: String) -> [UInt8] {
        service == "kv" ? Array("$\(text.utf8.count)\r\n\(text)\r\n".utf8) : request(service, text)
    }

    static func length(_ count: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
    }

    static func run(_ service: String, _ client: Client) {
        switch service {
        case "kv": keyValue(client)
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
