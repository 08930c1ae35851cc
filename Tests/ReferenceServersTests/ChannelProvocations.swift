import ReferenceServers
import Testing

/// How the defects of messages to subscribers are provoked: what was published is counted at a subscriber.
extension DefectTests {
    static let channels: [(String, Provocation)] = [
        ("threaded/kv+lost-message", losing), ("pool/kv+lost-message", losing),
        ("threaded/kv+doubled-message", doubling), ("epoll/kv+doubled-message", doubling),
        ("threaded/kv+reordered-messages", reordering), ("select/kv+reordered-messages", reordering),
        ("threaded/kv+misdelivered-message", misdelivering), ("iterative/kv+misdelivered-message", misdelivering),
    ]

    /// Two clients publish at once: each message comes once.
    private static let losing = Provocation("losing") { server, _ in
        let (subscriber, publishers) = (try Client(server), [try Client(server), try Client(server)])
        subscriber.subscribe(to: "a")
        let rounds = 20
        for client in publishers { client.send(String(repeating: "PUBLISH a x\r\n", count: rounds)) }
        for client in publishers { for _ in 0..<rounds { _ = client.receiveLine() } }
        return subscriber.messages().count != 2 * rounds
    }

    private static let doubling = Provocation("doubling") { server, _ in
        let (subscriber, publisher) = (try Client(server), try Client(server))
        for _ in 0..<2 { subscriber.subscribe(to: "a") }
        publisher.send("PUBLISH a x\r\n")
        _ = publisher.receiveLine()
        return subscriber.messages().count != 1
    }

    private static let reordering = Provocation("reordering") { server, _ in
        let (subscriber, publisher) = (try Client(server), try Client(server))
        subscriber.subscribe(to: "a")
        for number in 0..<10 { publisher.send("PUBLISH a \(number)\r\n") }
        for _ in 0..<10 { _ = publisher.receiveLine() }
        let numbers = subscriber.messages().compactMap { Int($0) }
        return numbers != numbers.sorted()
    }

    private static let misdelivering = Provocation("misdelivering") { server, _ in
        let (subscriber, other, publisher) = (try Client(server), try Client(server), try Client(server))
        subscriber.subscribe(to: "a")
        other.subscribe(to: "b")
        for _ in 0..<10 { publisher.send("PUBLISH a x\r\n") }
        for _ in 0..<10 { _ = publisher.receiveLine() }
        return !other.messages().isEmpty
    }
}

extension Client {
    /// Subscribes to a channel, and is confirmed.
    fileprivate func subscribe(to channel: String) {
        send("SUBSCRIBE \(channel)\r\n")
        for _ in 0..<6 { _ = receiveLine() }
    }

    /// What came of messages before the reply to a PING.
    fileprivate func messages() -> [String] {
        send("PING\r\n")
        var lines: [String] = []
        while lines.suffix(4) != ["$4", "pong", "$0", ""] {
            let line = receiveLine()
            guard line != "" || lines.last == "$0" else { break }
            lines.append(line)
        }
        return lines.indices.dropLast(6).filter { lines[$0] == "message" }.map { lines[$0 + 4] }
    }
}
