import Capture
import Verification
import Wire

/// A correct key-value server with several clients, simulated: requests are pipelined at random, each takes effect at
/// one instant, replies leave in any pieces. What it puts on a `Tape` must never be a violation.
struct SimulatedServer {
    var store: [String: String] = [:]
    var seed: Seed
    let tape = Tape("resp")
    /// One spoilt reply in so many, 0 for none.
    var spoilsOneIn = 0
    private(set) var spoilt = 0
    /// One INCR or SET in so many is answered and forgotten, 0 for none.
    var losesOneIn = 0
    /// Only GET with INCR, or GET with SET, on one key.
    var onlyCounter = false
    var onlyRegister = false
    private var fresh = 0

    init(seed: UInt64) { self.seed = Seed(seed) }

    private mutating func value() -> String {
        fresh += 1
        return seed.oneIn(3) ? String(fresh) : "v\(fresh)"
    }

    private mutating func request() -> [String] {
        if onlyCounter { return seed.oneIn(2) ? ["INCR", "k"] : ["GET", "k"] }
        if onlyRegister { return seed.oneIn(2) ? ["SET", "k", value()] : ["GET", "k"] }
        let key = "k\(seed.below(3))"
        switch seed.below(16) {
        case 0, 1: return ["SET", key, value()]
        case 2, 3, 4: return ["GET", key]
        case 5, 6: return ["INCR", key]
        case 7: return ["DEL", key]
        case 8: return ["MSET", key, value(), "k\(seed.below(3))", value()]
        case 9: return ["MGET", "k0", key]
        case 10: return ["ECHO", "token-\(value())"]
        case 11: return ["SETNX", key, value()]
        case 12: return ["GETSET", key, value()]
        case 13: return ["APPEND", key, value()]
        case 14: return ["DEL", "k0", "k1", "k2"]
        default: return seed.oneIn(2) ? ["EXISTS", key, "k1"] : ["STRLEN", key]
        }
    }

    /// What the server answers to a request, which takes effect.
    mutating func execute(_ words: [String]) -> String {
        func bulk(_ text: String?) -> String { text.map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n" }
        let key = words.count > 1 ? words[1] : ""
        let before = store
        defer {
            if losesOneIn > 0, words[0] == "INCR" || words[0] == "SET", seed.oneIn(losesOneIn) { store = before }
        }
        switch words[0] {
        case "SET", "MSET":
            for index in stride(from: 1, to: words.count, by: 2) { store[words[index]] = words[index + 1] }
            return "+OK\r\n"
        case "GET": return bulk(store[key])
        case "MGET": return "*\(words.count - 1)\r\n" + words.dropFirst().map { bulk(store[$0]) }.joined()
        case "ECHO": return bulk(key)
        case "INCR":
            guard let number = Int(store[key] ?? "0") else { return "-ERR value is not an integer or out of range\r\n" }
            store[key] = String(number + 1)
            return ":\(number + 1)\r\n"
        case "DEL": return ":\(words.dropFirst().count { store.removeValue(forKey: $0) != nil })\r\n"
        case "EXISTS": return ":\(words.dropFirst().count { store[$0] != nil })\r\n"
        case "SETNX":
            guard store[key] == nil else { return ":0\r\n" }
            store[key] = words[2]
            return ":1\r\n"
        case "GETSET":
            defer { store[key] = words[2] }
            return bulk(store[key])
        case "APPEND":
            store[key, default: ""] += words[2]
            return ":\(store[key]!.utf8.count)\r\n"
        default: return ":\(store[key, default: ""].utf8.count)\r\n"
        }
    }

    private mutating func spoil(_ reply: String) -> String {
        guard spoilsOneIn > 0, seed.oneIn(spoilsOneIn) else { return reply }
        spoilt += 1
        return seed.oneIn(2) ? "" : reply + reply
    }

    /// Lets `clients` clients send `requests` requests altogether.
    mutating func run(clients: Int, requests: Int) {
        let connections = tape.connect(clients)
        var inbox = Array(repeating: [[String]](), count: clients)
        var outbox = Array(repeating: "", count: clients)
        var left = requests
        while left > 0 || inbox.contains(where: { !$0.isEmpty }) || outbox.contains(where: { !$0.isEmpty }) {
            let client = seed.below(clients)
            switch seed.below(3) {
            case 0 where left > 0 && inbox[client].isEmpty:
                let batch = (0..<min(left, 1 + seed.below(3))).map { _ in request() }
                left -= batch.count
                inbox[client] += batch
                let bytes = batch.flatMap { tape.codec.encodeRequest($0.map { Array($0.utf8) }) }
                let cut = seed.oneIn(4) ? seed.below(bytes.count) : 0
                if cut > 0 { tape.send(connections[client], raw: Array(bytes[..<cut])) }
                tape.send(connections[client], raw: Array(bytes[cut...]))
            case 1 where !inbox[client].isEmpty:
                outbox[client] += spoil(execute(inbox[client].removeFirst()))
            case 2 where !outbox[client].isEmpty:
                let bytes = Array(outbox[client].utf8)
                let cut = seed.oneIn(3) ? 1 + seed.below(bytes.count) : bytes.count
                tape.reply(connections[client], raw: Array(bytes[..<cut]))
                outbox[client] = String(decoding: bytes[cut...], as: UTF8.self)
            default: break
            }
        }
        connections.forEach(tape.close)
    }
}
