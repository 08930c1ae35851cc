import ReferenceServers
import Testing

/// How the defects of lists, hashes, sets and transactions are provoked: what must be told once is told twice, or what
/// belongs together is seen apart.
extension DefectTests {
    static let collections: [(String, Provocation)] = [
        ("threaded/kv+lost-push", pushing), ("preforked/kv+lost-push", pushing),
        ("threaded/kv+double-pop", popping), ("preforked/kv+double-pop", popping),
        ("threaded/kv+torn-move", moving), ("preforked/kv+torn-move", moving),
        ("pool/kv+lost-field-increment", incrementingFields), ("forked/kv+lost-field-increment", incrementingFields),
        ("threaded/kv+torn-fields", readingFields), ("forked/kv+torn-fields", readingFields),
        ("threaded/kv+torn-snapshot", readingAll), ("preforked/kv+torn-snapshot", readingAll),
        ("threaded/kv+double-add", adding), ("preforked/kv+double-add", adding),
        ("threaded/kv+shared-pop", drawing), ("preforked/kv+shared-pop", drawing),
        ("threaded/kv+split-transaction", readingPairs), ("preforked/kv+split-transaction", readingPairs),
    ]

    private static let pushing = telling("pushing", "RPUSH {key} x\r\n")
    private static let popping = telling("popping", after: "RPUSH {key} 1 2 3 4 5 6\r\n", "LPOP {key}\r\n")
    private static let incrementingFields = telling("incrementing fields", "HINCRBY {key} f 1\r\n")
    private static let drawing = telling("drawing", after: "SADD {key} 1 2 3 4 5 6\r\n", "SPOP {key}\r\n")

    private static let adding = Provocation("adding") { server, attempt in
        let clients = try (0..<6).map { _ in try Client(server) }
        for client in clients { client.send("SADD k\(attempt) x\r\n") }
        return clients.filter { $0.receiveLine() == ":1" }.count != 1
    }

    private static let moving = Provocation("moving") { server, attempt in
        let clients = try (0..<4).map { _ in try Client(server) }
        let (a, b) = ("a\(attempt)", "b\(attempt)")
        clients[0].expect("RPUSH \(a) x\r\n", ":1\r\n")
        clients[0].send("LMOVE \(a) \(b) LEFT RIGHT\r\nRPOPLPUSH \(b) \(a)\r\n")
        for client in clients.dropFirst() { client.send("EXISTS \(a) \(b)\r\n") }
        let found = clients.dropFirst().map { $0.receiveLine() }
        _ = clients[0].receiveText(14)
        return found.contains { $0 != ":1" }
    }

    private static let readingFields = reading("reading fields", "HSET k a {n} b {n}\r\n", lines: 1, "HMGET k a b\r\n")
    private static let readingAll = reading("reading all fields", "HSET k a {n} b {n}\r\n", lines: 1, "HGETALL k\r\n")
    private static let readingPairs = reading(
        "reading pairs", "MULTI\r\nSET a {n}\r\nSET b {n}\r\nEXEC\r\n", lines: 6, "MGET a b\r\n")

    /// Six clients ask the same of one key, and each must be told something else.
    private static func telling(_ name: String, after preparation: String = "", _ request: String) -> Provocation {
        Provocation(name) { server, attempt in
            let clients = try (0..<6).map { _ in try Client(server) }
            if !preparation.isEmpty {
                clients[0].send(preparation.replacing("{key}", with: "k\(attempt)"))
                _ = clients[0].receiveLine()
            }
            for client in clients { client.send(request.replacing("{key}", with: "k\(attempt)")) }
            let answers = clients.map { client in
                let line = client.receiveLine()
                return line.hasPrefix("$") ? client.receiveLine() : line
            }
            return Set(answers).count < answers.count
        }
    }

    /// Writers write one number in two places at once, and readers must find the same in both; each goes on for a few rounds,
    /// so that they meet.
    private static func reading(
        _ name: String, _ write: String, lines: Int, _ read: String
    ) -> Provocation {
        Provocation(name) { server, attempt in
            let clients = try (0..<6).map { _ in try Client(server) }
            clients[0].send(write.replacing("{n}", with: "0"))
            for _ in 0..<lines { _ = clients[0].receiveLine() }
            let rounds = 5
            for (index, client) in clients.enumerated() {
                let writes = (0..<rounds).map { write.replacing("{n}", with: "\(attempt)\(index)\($0)") }
                client.send(index % 2 == 0 ? writes.joined() : String(repeating: read, count: rounds))
            }
            var pairs: [[String]] = []
            for (index, client) in clients.enumerated() {
                for _ in 0..<rounds {
                    guard index % 2 == 1 else {
                        for _ in 0..<lines { _ = client.receiveLine() }
                        continue
                    }
                    let bodies = (0..<(read.hasPrefix("HGETALL") ? 9 : 5)).map { _ in client.receiveLine() }
                    pairs.append(bodies.filter { Int($0) != nil })
                }
            }
            return pairs.contains { Set($0).count != 1 }
        }
    }
}
