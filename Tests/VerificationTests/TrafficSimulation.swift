import Capture
import Wire
import Protocols

/// Captures of a correct server, drawn: clients that ask, pipeline, wait, leave and come back on the same ports, each with
/// keys and paths of its own, and programs beside them that speak something else.
struct TrafficSimulation {
    let protocolName: String
    var seed: Seed
    var traffic = CapturedTraffic()
    /// What the server keeps.
    private var store: [String: String] = [:]
    private var fresh = 0

    static let protocols = ["http", "resp", "echo", "tagged"]
    static let port: UInt16 = 7000

    init(_ protocolName: String, seed: UInt64) {
        self.protocolName = protocolName
        self.seed = Seed(seed)
    }

    /// Draws a capture of up to `clients` clients.
    ///
    /// - Parameter isMixed: whether others speak to the server's port, too.
    mutating func run(clients: Int, isMixed: Bool = true) {
        let start = traffic.now
        for client in 0..<1 + seed.below(clients) {
            traffic.now = start + Int64(seed.below(20_000_000_000))
            connection(client, from: nil)
            guard seed.oneIn(4) else { continue }
            // Later somebody else uses the same port.
            traffic.wait(Int64(1 + seed.below(60)) * CapturedTraffic.second)
            connection(client + clients, from: traffic.connections.last?.client)
        }
        for _ in 0..<seed.below(4) {
            traffic.now = start + Int64(seed.below(20_000_000_000))
            stranger(mayHide: isMixed)
        }
        traffic.packets.sort { $0.time < $1.time }
    }

    // MARK: A client

    private mutating func connection(_ client: Int, from port: UInt16?) {
        let number = traffic.connect(to: Self.port, from: port, sequence: UInt32(truncatingIfNeeded: seed.next()))
        for _ in 0..<seed.below(8) {
            // Who thinks for long may have its kernel ask whether the other one is there.
            if seed.oneIn(6) {
                traffic.wait(Int64(seed.below(40)) * CapturedTraffic.second)
                traffic.acknowledge(number, fromServer: seed.oneIn(2))
            }
            traffic.wait(Int64(seed.below(200_000_000)))
            batch(client, number)
        }
        leave(client, number)
    }

    /// Some requests, in any pieces, and their replies.
    private mutating func batch(_ client: Int, _ number: Int) {
        let pairs = (0..<1 + seed.below(4)).map { _ in exchange(client) }
        let most = seed.oneIn(3) ? 1 + seed.below(60) : 1448
        traffic.send(number, fromServer: false, pairs.flatMap(\.request), most: most)
        traffic.wait(Int64(seed.oneIn(8) ? seed.below(4_000_000_000) : seed.below(3_000_000)))
        if seed.oneIn(2) {
            traffic.send(number, fromServer: true, pairs.flatMap(\.reply), most: most)
        } else {
            for pair in pairs { traffic.send(number, fromServer: true, pair.reply, most: most, isHeard: seed.oneIn(2)) }
            traffic.acknowledge(number, fromServer: false)
        }
    }

    private mutating func leave(_ client: Int, _ number: Int) {
        traffic.wait(Int64(seed.below(5_000_000_000)))
        switch seed.below(6) {
        case 0: traffic.close(number, serverFirst: true)
        case 1: traffic.reset(number, fromServer: false)
        case 2: break
        case 3:
            // It asks, and has no patience.
            traffic.send(number, fromServer: false, exchange(client).request)
            traffic.wait(Int64(seed.below(900_000_000)))
            if seed.oneIn(2) { traffic.reset(number, fromServer: false) } else { traffic.close(number) }
        default: traffic.close(number)
        }
    }

    // MARK: The server

    /// A request of a client, and what a correct server answers.
    private mutating func exchange(_ client: Int) -> (request: [UInt8], reply: [UInt8]) {
        fresh += 1
        let codec = WireProtocols.named(protocolName)!
        switch protocolName {
        case "echo":
            let line = Array("word \(client).\(fresh) \(String(repeating: "x", count: seed.below(200)))\n".utf8)
            return (line, line)
        case "tagged":
            return (
                Array("GET \(client).\(fresh) key\n".utf8), Array("VALUE \(client).\(fresh) \(seed.below(9))\n".utf8)
            )
        case "http": return http(client)
        default:
            let (words, reply) = resp(client)
            let isInline = seed.oneIn(8) && words[0] == "PING"
            let request = isInline ? Array("PING\r\n".utf8) : codec.encodeRequest(words.map { Array($0.utf8) })
            return (request, Array(reply.utf8))
        }
    }

    private mutating func resp(_ client: Int) -> (words: [String], reply: String) {
        func bulk(_ text: String?) -> String { text.map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n" }
        let key = "k\(client).\(seed.below(2))"
        switch seed.below(9) {
        case 0, 1:
            let value = seed.oneIn(2) ? "v\(fresh)" : String(repeating: "long", count: seed.below(900)) + "\(fresh)"
            store[key] = value
            return (["SET", key, value], "+OK\r\n")
        case 2, 3: return (["GET", key], bulk(store[key]))
        case 4:
            let counter = "n\(client)"
            let next = (Int(store[counter] ?? "0") ?? 0) + 1
            store[counter] = String(next)
            return (["INCR", counter], ":\(next)\r\n")
        case 5: return (["ECHO", "token-\(fresh)"], bulk("token-\(fresh)"))
        case 6: return (["MGET", key, "n\(client)"], "*2\r\n" + bulk(store[key]) + bulk(store["n\(client)"]))
        case 7: return (["NONSENSE", key], "-ERR unknown command 'NONSENSE'\r\n")
        default: return (["PING"], "+PONG\r\n")
        }
    }

    private mutating func http(_ client: Int) -> (request: [UInt8], reply: [UInt8]) {
        let path = "/c\(client)/f\(seed.below(2))"
        let codec = HTTPCodec()
        func request(_ words: String...) -> [UInt8] { codec.encodeRequest(words.map { Array($0.utf8) }) }
        func reply(_ head: String, _ body: String = "") -> [UInt8] {
            Array("HTTP/1.1 \(head)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        }
        switch seed.below(8) {
        case 0, 1:
            let body = "body-\(fresh)-" + String(repeating: "y", count: seed.below(3000))
            store[path] = body
            return (request("PUT", path, body), reply("201 Created"))
        case 2:
            let length =
                store[path].map { "200 OK\r\nContent-Length: \($0.utf8.count)" } ?? "404 No\r\nContent-Length: 9"
            return (request("HEAD", path), Array("HTTP/1.1 \(length)\r\n\r\n".utf8))
        case 3:
            let value = store[path] ?? "none"
            let chunks = "4;a=b\r\n\(value.prefix(4))\r\n"
            guard let whole = store[path], whole.utf8.count > 4 else {
                return (request("GET", path), reply("404 No", "no"))
            }
            let rest = whole.dropFirst(4)
            let text = "\(chunks)\(String(rest.utf8.count, radix: 16))\r\n\(rest)\r\n0\r\nTrailer: 1\r\n\r\n"
            return (request("GET", path), Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(text)".utf8))
        case 4:
            store[path] = nil
            return (request("DELETE", path), Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
        case 5:
            return (
                request("GET", "/other"),
                Array("HTTP/1.1 103 Hints\r\n\r\n".utf8) + reply("200\r\nServer : odd", "page")
            )
        default:
            return (request("GET", path), store[path].map { reply("200 OK", $0) } ?? reply("404 Not Found", "none"))
        }
    }

    // MARK: Others

    /// Something that is none of the protocols, or another one, on a port of its own or, hidden from who looks at bytes, on
    /// the server's.
    private mutating func stranger(mayHide: Bool) {
        let hello = "\u{16}\u{3}\u{1}\u{0}\u{2}ab"
        let talks: [(port: UInt16, up: [String], down: [String])] = [
            (20, [""], ["-rw-r--r-- 1 ftp ftp 100 file\r\n"]),
            (21, ["", "USER a\r\n", "QUIT\r\n"], ["220 ready\r\n", "331 who\r\n", "221 bye\r\n"]),
            (22, ["SSH-2.0-a\r\n"], ["SSH-2.0-b\r\n"]), (443, [hello], [hello]),
            (80, ["GET /a HTTP/1.1\r\n\r\n"], ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"]),
            (6379, ["*1\r\n$4\r\nPING\r\n", "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n"], ["+PONG\r\n", "+OK\r\n"]),
            (110, ["", "USER a\r\n", "QUIT\r\n"], ["+OK ready\r\n", "+OK\r\n", "+OK bye\r\n"]),
            (11211, ["get a\r\n"], ["VALUE a 0 1\r\nx\r\nEND\r\n"]),
            (8080, ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], ["\u{0}\u{0}\u{0}\u{4}\u{0}"]),
        ]
        let talk = talks[seed.below(talks.count)]
        let isHidden = seed.oneIn(4) && mayHide && (protocolName == "http" || protocolName == "resp")
        let number = traffic.connect(to: isHidden ? Self.port : talk.port)
        if isHidden { traffic.ask(number, hello) }
        for (up, down) in zip(talk.up, talk.down) where !isHidden {
            traffic.ask(number, up)
            traffic.answer(number, down)
        }
        traffic.wait(Int64(seed.below(30)) * CapturedTraffic.second)
        if seed.oneIn(2) { traffic.close(number, serverFirst: isHidden) }
    }
}
