import CLinux
import Glibc
import ReferenceServers
import Testing

/// Goal: to one client the kv service answers as Redis does, byte for byte, on strings, lists, hashes, sets and transactions.
/// Method: random requests, of which some are wrong, go to both; what Redis leaves open, which member SPOP takes and in which
/// order SMEMBERS tells them, is compared as far as it is not.
@Suite(.serialized) struct RedisComparisonTests {
    static let redis = "/usr/bin/redis-server"
    static let servers = ["threaded/kv", "preforked/kv", "forked/kv --state pipe", "epoll/kv --transport unix"]

    @Test(
        "the same answers as Redis", .enabled(if: Tool.exists("redis-server"), "needs redis-server"),
        arguments: servers)
    func sameAnswers(_ name: String) throws {
        let redis = try RedisServer()
        let server = try RunningServer(ServerSpec.parse(fullName: name))
        let ours = try Client(server)
        let theirs = try Client(redis.server)
        var conversation = RandomConversation(seed: 11)
        for step in 0..<6000 {
            let request = conversation.next()
            let text = request.joined(separator: " ")
            let answers = [ours, theirs].map { client in client.ask(request) }
            let isSame =
                RandomConversation.comparable(answers[0], to: request)
                == RandomConversation.comparable(answers[1], to: request)
            try #require(isSame, "step \(step), \(text): \(answers[0]), Redis says \(answers[1])")
            guard request[0] == "SPOP", request.count > 1 else { continue }
            // Each took what it liked: what is left is as much, and then forgotten.
            for question in [["SCARD", request[1]], ["DEL", request[1]]] {
                #expect(ours.ask(question) == theirs.ask(question), "behind step \(step), \(text)")
            }
        }
        #expect(server.terminate() == 0)
    }

    @Test("SPOP gives each member once, alone and several at a time")
    func poppedOnce() throws {
        let server = try RunningServer("threaded/kv")
        let client = try Client(server)
        let members = (0..<40).map { "m\($0)" }
        #expect(client.ask(["SADD", "s"] + members) == ":40\r\n")
        var popped: [String] = []
        for _ in 0..<30 { popped += client.ask(["SPOP", "s"]).elements }
        popped += client.ask(["SPOP", "s", "100"]).elements
        #expect(popped.sorted() == members.sorted())
        #expect(client.ask(["EXISTS", "s"]) == ":0\r\n")
    }

    @Test("datagrams have no transactions")
    func datagrams() throws {
        let server = try RunningServer(ServerSpec.parse(fullName: "threaded/kv --transport udp"))
        let client = try Client(server, type: SOCK_DGRAM)
        client.send("MULTI\r\n")
        #expect(String(decoding: client.receiveDatagram(), as: UTF8.self) == "-ERR unknown command 'MULTI'\r\n")
    }
}

/// A Redis of the machine on a socket file of its own.
final class RedisServer {
    let server: RunningServer
    private let path = "/tmp/test-redis-\(getpid())-\(UInt64.random(in: 0 ... .max)).sock"

    init() throws {
        let arguments = ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", "/tmp"]
        let program = try RunningProgram(RedisComparisonTests.redis, arguments)
        var line = ""
        repeat { line = program.line(from: program.output) } while !line.isEmpty && !line.contains("Server initialized")
        try #require(!line.isEmpty, "Redis did not start")
        repeat { line = program.line(from: program.output) } while !line.isEmpty && !line.contains("accept connections")
        server = RunningServer(program: program, address: try #require(SocketAddress(path)))
    }

    deinit { unlink(path) }
}

/// Requests of one client on few keys, drawn so that types clash now and then.
private struct RandomConversation {
    private var random: SplitMix
    private var isInTransaction = false

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func next() -> [String] {
        if isInTransaction, roll(6) == 0 {
            isInTransaction = false
            return [roll(4) == 0 ? "DISCARD" : "EXEC"]
        }
        switch roll(60) {
        case 0:
            isInTransaction = true
            return ["MULTI"]
        case 1: return [pick(["EXEC", "DISCARD"])]
        case 2: return ["DEL", key(), key()]
        default: break
        }
        var request = drawn()
        // What a client got wrong: a word too many, a word too few.
        switch roll(50) {
        case 0: request.append("x")
        case 1 where request.count > 1: request.removeLast()
        default: break
        }
        return request
    }

    private mutating func drawn() -> [String] {
        switch roll(isInTransaction ? 4 : 5) {
        case 0: list()
        case 1: hash()
        case 2: set()
        case 3: string()
        default: unordered()
        }
    }

    private mutating func list() -> [String] {
        let key = key("l")
        switch roll(9) {
        case 0, 1: return [pick(["LPUSH", "RPUSH"]), key] + values()
        case 2: return [pick(["LPUSHX", "RPUSHX"]), key] + values()
        case 3: return [pick(["LPOP", "RPOP"]), key]
        case 4: return [pick(["LPOP", "RPOP"]), key, number()]
        case 5: return ["LMOVE", key, self.key("l"), pick(["LEFT", "right", "UP"]), pick(["LEFT", "RIGHT"])]
        case 6: return ["RPOPLPUSH", key, self.key("l")]
        case 7: return roll(2) == 0 ? ["LLEN", key] : ["LINDEX", key, number()]
        default: return ["LRANGE", key, number(), number()]
        }
    }

    private mutating func hash() -> [String] {
        let key = key("h")
        let pairs = (0...Int(roll(3))).flatMap { _ in [field(), value()] }
        switch roll(10) {
        case 0, 1: return [pick(["HSET", "HSET", "HMSET"]), key] + pairs
        case 2: return ["HSETNX", key, field(), value()]
        case 3: return [pick(["HGET", "HEXISTS", "HSTRLEN"]), key, field()]
        case 4: return ["HMGET", key, field(), field(), field()]
        case 5: return ["HDEL", key, field(), field()]
        case 6, 7: return ["HINCRBY", key, field(), number()]
        case 8: return [pick(["HLEN", "HKEYS", "HVALS"]), key]
        default: return ["HGETALL", key]
        }
    }

    private mutating func set() -> [String] {
        let key = key("s")
        switch roll(6) {
        case 0, 1: return ["SADD", key] + values()
        case 2: return ["SREM", key] + values()
        case 3: return [pick(["SISMEMBER", "SMISMEMBER"]), key, value()]
        case 4: return ["SMOVE", key, self.key("s"), value()]
        default: return ["SCARD", key]
        }
    }

    private mutating func string() -> [String] {
        let key = key("n")
        switch roll(8) {
        case 0: return ["SET", key, value()]
        case 1: return ["INCRBY", key, number()]
        case 2: return [pick(["INCR", "DECR", "GET", "STRLEN", "TYPE", "EXISTS"]), key]
        case 3: return [pick(["SETNX", "GETSET", "APPEND"]), key, value()]
        case 4: return ["GETDEL", key]
        case 5: return ["MSET", key, value(), self.key("n"), value()]
        default: return ["MGET", key, self.key("n")]
        }
    }

    /// What Redis answers as it likes.
    private mutating func unordered() -> [String] {
        switch roll(3) {
        case 0: ["SPOP", key("s")]
        case 1: ["SPOP", key("s"), number()]
        default: ["SMEMBERS", key("s")]
        }
    }

    private mutating func key(_ kind: String? = nil) -> String {
        (roll(20) == 0 ? nil : kind) ?? pick(["l", "h", "s", "n"]) + "\(roll(2))"
    }

    private mutating func field() -> String { "f\(roll(4))" }
    private mutating func value() -> String { roll(3) == 0 ? number() : "v\(roll(6))" }
    private mutating func values() -> [String] { (0...Int(roll(3))).map { _ in value() } }

    private mutating func number() -> String {
        roll(12) == 0
            ? pick(["9223372036854775807", "-9223372036854775808", "01", "+1", "-0", "", " 1", "1.5", "x"])
            : "\(Int(roll(9)) - 3)"
    }

    private mutating func roll(_ sides: UInt64) -> UInt64 { random.next() % sides }
    private mutating func pick(_ words: [String]) -> String { words[Int(roll(UInt64(words.count)))] }

    /// An answer as far as Redis must give just this one.
    static func comparable(_ answer: String, to request: [String]) -> [String] {
        guard !answer.hasPrefix("-") else { return [answer] }
        switch request[0] {
        case "SMEMBERS": return answer.elements.sorted()
        case "SPOP": return ["\(answer.first ?? "?")", "\(answer.elements.count)"]
        default: return [answer]
        }
    }
}

extension Client {
    /// Sends a request, and returns its whole reply as it came.
    func ask(_ words: [String]) -> String {
        send(RequestReader.encode(words.map { Array($0.utf8) }))
        return receiveReply()
    }

    private func receiveReply() -> String {
        let line = receiveLine()
        var text = line + "\r\n"
        guard let count = Int(line.dropFirst()), count >= 0 else { return text }
        switch line.first {
        case "$": text += receiveText(count + 2)
        case "*": for _ in 0..<count { text += receiveReply() }
        default: break
        }
        return text
    }
}

extension String {
    /// The bulk strings in a reply: its elements, or itself. They have no line ends.
    fileprivate var elements: [String] {
        var lines = split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        var elements: [String] = []
        while let line = lines.popFirst() {
            guard line.hasPrefix("$"), line != "$-1", let element = lines.popFirst() else { continue }
            elements.append(String(element))
        }
        return elements
    }
}
