import Verification
import Wire

/// A few operations of RESP clients on two keys, with all commands that have a model, answered by a server that is
/// correct, forgets a write now and then, or lies; and whether an order explains them, by the definition.
struct SmallCrowd {
    struct Operation {
        var client: Int
        var words: [String]
        var reply: String?
        var invoked: Int
        var completed = Int.max
    }

    private(set) var operations: [Operation] = []
    let tape = Tape("resp")
    private var seed: Seed
    private var server: SimulatedServer
    private var fresh = 0

    init(seed: UInt64, operations count: Int, keysStartAbsent: Bool) {
        self.seed = Seed(seed)
        server = SimulatedServer(seed: seed)
        tape.keysStartAbsent = keysStartAbsent
        if !keysStartAbsent, self.seed.oneIn(2) { server.store["a"] = self.seed.oneIn(2) ? "1" : "v1" }
        server.losesOneIn = self.seed.oneIn(3) ? 3 : 0
        run(count)
    }

    private mutating func value() -> String {
        if seed.oneIn(4) { return ["0", "1", "v1"][seed.below(3)] }
        fresh += 1
        return seed.oneIn(3) ? String(10 * fresh) : "v\(fresh)"
    }

    private mutating func request() -> [String] {
        let key = seed.oneIn(3) ? "b" : "a"
        switch seed.below(20) {
        case 0...2: return ["SET", key, value()]
        case 3...6: return ["GET", key]
        case 7...9: return ["INCR", key]
        case 10, 11: return ["DEL", key]
        case 12, 13: return ["MSET", "a", value(), "b", value()]
        case 14: return ["MGET", "a", "b"]
        case 15: return ["SETNX", key, value()]
        case 16: return ["GETSET", key, value()]
        // How many there are of unknown ones is not thought through.
        case 17: return !tape.keysStartAbsent ? ["GET", key] : [seed.oneIn(2) ? "DEL" : "EXISTS", "a", "b"]
        case 18: return ["EXISTS", key]
        // What was appended to something unknown is taken for anything.
        default:
            return !tape.keysStartAbsent ? ["GET", key] : [["APPEND", key, "x"], ["STRLEN", key]][seed.below(2)]
        }
    }

    private mutating func run(_ count: Int) {
        let clients = 2 + seed.below(3)
        let connections = tape.connect(clients)
        var asked = Array(repeating: [Int](), count: clients)
        var answered = Array(repeating: [Int](), count: clients)
        var left = count
        let stops = seed.oneIn(4)
        let lies = seed.oneIn(4)
        while left > 0 || asked.contains(where: { !$0.isEmpty }) || answered.contains(where: { !$0.isEmpty }) {
            if stops, left == 0, seed.oneIn(4) { break }
            let client = seed.below(clients)
            switch seed.below(3) {
            case 0 where left > 0 && asked[client].isEmpty:
                let batch = (0..<min(left, 1 + seed.below(2))).map { _ in request() }
                left -= batch.count
                tape.send(
                    connections[client], raw: batch.flatMap { tape.codec.encodeRequest($0.map { Array($0.utf8) }) })
                for words in batch {
                    asked[client].append(operations.count)
                    operations.append(Operation(client: client, words: words, invoked: tape.number))
                }
            case 1 where !asked[client].isEmpty:
                let index = asked[client].removeFirst()
                operations[index].reply = server.execute(operations[index].words)
                if lies, seed.oneIn(5) { lie(index) }
                answered[client].append(index)
            case 2 where !answered[client].isEmpty:
                let replies = answered[client].map { operations[$0].reply! }
                tape.reply(connections[client], raw: replies.flatMap { Array($0.utf8) })
                for index in answered[client] { operations[index].completed = tape.number }
                answered[client] = []
            default: break
            }
        }
        for index in operations.indices where operations[index].completed == .max { operations[index].reply = nil }
    }

    /// Another answer of the same form.
    private mutating func lie(_ index: Int) {
        switch operations[index].words[0] {
        case "GET", "GETSET":
            operations[index].reply = ["$-1\r\n", "$2\r\nv1\r\n", "$1\r\n1\r\n", "$2\r\nv2\r\n"][seed.below(4)]
        case "INCR", "STRLEN": operations[index].reply = ":\(1 + seed.below(3))\r\n"
        case "DEL", "EXISTS", "SETNX": operations[index].reply = ":\(seed.below(2))\r\n"
        default: break
        }
    }

    // MARK: The definition

    /// The packets with answers, in order.
    var answers: [Int] { Set(operations.map(\.completed).filter { $0 != .max }).sorted() }

    /// The same before anything was answered that came after the packet `last`.
    func knowing(upTo last: Int) -> SmallCrowd {
        var copy = self
        copy.operations = operations.filter { $0.invoked < last }
        for index in copy.operations.indices where copy.operations[index].completed > last {
            copy.operations[index].completed = .max
            copy.operations[index].reply = nil
        }
        return copy
    }

    /// Whether some order of all answered operations and some others keeps time and each connection's order, and gives
    /// every answer; from nothing, or from any first values.
    var isLinearizable: Bool {
        guard !tape.keysStartAbsent else { return hasOrder([:]) }
        var first: Set<String?> = [nil, "other", "2000000"]
        for operation in operations {
            for word in operation.words.dropFirst() where word != "a" && word != "b" { first.insert(word) }
            guard let reply = operation.reply else { continue }
            for line in reply.split(separator: "\r\n") {
                first.insert(String(line))
                if let number = Int(line.dropFirst()) {
                    first.insert(String(number - 1))
                    // What a length may be of.
                    if number < 8 { first.insert(String(repeating: "l", count: max(0, number))) }
                    if (1..<8).contains(number) { first.insert(String(repeating: "l", count: number - 1)) }
                }
            }
        }
        return first.contains { a in
            first.contains { b in hasOrder(["a": a, "b": b].compactMapValues { $0 }) }
        }
    }

    /// Keys are judged one by one, unless some operation names both.
    private func areTogether(_ left: Operation, _ right: Operation) -> Bool {
        let joins = operations.contains { $0.words.contains("a") && $0.words.contains("b") }
        return joins || left.words[1] == right.words[1]
    }

    private struct Node: Hashable {
        var done: Int
        var store: [String: String]
    }

    private func hasOrder(_ store: [String: String]) -> Bool {
        var answered = 0
        for (index, operation) in operations.enumerated() where operation.reply != nil { answered |= 1 << index }
        var seen: Set<Node> = []
        func search(_ done: Int, _ store: [String: String]) -> Bool {
            if done & answered == answered { return true }
            guard seen.insert(Node(done: done, store: store)).inserted else { return false }
            for (index, operation) in operations.enumerated() where done >> index & 1 == 0 {
                let mustWait = operations.enumerated().contains { other, earlier in
                    guard done >> other & 1 == 0, earlier.reply != nil else { return false }
                    let isPipelined = earlier.client == operation.client && other < index
                    return earlier.completed < operation.invoked || (isPipelined && areTogether(earlier, operation))
                }
                if mustWait { continue }
                var server = SimulatedServer(seed: 0)
                server.store = store
                let reply = server.execute(operation.words)
                guard operation.reply == nil || operation.reply == reply else { continue }
                if search(done | 1 << index, server.store) { return true }
            }
            return false
        }
        return search(0, store)
    }
}

extension SmallCrowd: CustomStringConvertible {
    var description: String {
        operations.map {
            "c\($0.client) \($0.words.joined(separator: " ")) → "
                + "\($0.reply?.split(separator: "\r\n").joined(separator: " ") ?? "nothing") [\($0.invoked), "
                + "\($0.completed == .max ? "" : String($0.completed))]"
        }.joined(separator: "; ")
    }
}
