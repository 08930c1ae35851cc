import Verification
import Wire

/// A few operations of clients of Redis on objects of one kind, some in transactions, answered by a server that is correct,
/// forgets a change now and then, or lies; and whether an order explains them, by the definition.
struct TypedCrowd {
    enum Kind: CaseIterable { case lists, hashes, sets, scores }

    struct Operation {
        var client: Int
        /// More than one: a transaction.
        var commands: [[String]]
        var replies: [String]?
        var invoked: Int
        var completed = Int.max
    }

    let kind: Kind
    let tape = Tape("resp")
    private(set) var operations: [Operation] = []
    private var seed: Seed
    private var server = TypedServer()
    private var fresh = 0
    /// Whether the model knows as much of each answer as the definition does.
    private(set) var isExact = true

    /// - Parameter startsFull: The server holds something before the evidence begins.
    init(_ kind: Kind, seed: UInt64, operations count: Int, startsFull: Bool = false, isCorrect: Bool = false) {
        self.kind = kind
        self.seed = Seed(seed)
        tape.keysStartAbsent = !startsFull
        if startsFull {
            for _ in 0..<4 { _ = server.execute(request()) }
        }
        run(count, isCorrect: isCorrect)
    }

    private mutating func value() -> String {
        fresh += 1
        return seed.oneIn(3) ? String(fresh) : "v\(fresh)"
    }

    private mutating func request() -> [String] {
        let key = seed.oneIn(3) ? "b" : "a"
        if seed.oneIn(14) { return ["DEL", key] }
        switch kind {
        case .lists:
            switch seed.below(12) {
            case 0, 1: return ["RPUSH", key, value()]
            case 2: return ["LPUSH", key, value()]
            case 3: return ["RPUSH", key, value(), value()]
            case 4, 5: return ["LPOP", key]
            case 6: return ["RPOP", key]
            case 7: return ["LLEN", key]
            case 8: return ["LRANGE", key, "0", "-1"]
            case 9: return ["LRANGE", key, ["1", "-2"][seed.below(2)], ["1", "-1"][seed.below(2)]]
            case 10: return ["LINDEX", key, ["0", "-1", "1"][seed.below(3)]]
            default: return ["LMOVE", "a", ["a", "b"][seed.below(2)], end(), end()]
            }
        case .hashes:
            let field = ["f", "g"][seed.below(2)]
            switch seed.below(11) {
            case 0, 1: return ["HSET", key, field, value()]
            case 2: return ["HSET", key, "f", value(), "g", value()]
            case 3: return ["HINCRBY", key, field, "2"]
            case 4: return ["HSETNX", key, field, value()]
            case 5: return ["HDEL", key, field]
            case 6: return ["HMGET", key, "f", "g"]
            case 7: return ["HGETALL", key]
            case 8: return seed.oneIn(2) ? ["HLEN", key] : ["HEXISTS", key, field]
            default: return ["HGET", key, field]
            }
        case .sets:
            let member = ["m", "n"][seed.below(2)]
            switch seed.below(9) {
            case 0, 1: return ["SADD", key, member]
            case 2: return ["SADD", key, "m", "n"]
            case 3: return ["SREM", key, member]
            case 4: return ["SPOP", key]
            case 5: return ["SMEMBERS", key]
            case 6: return ["SCARD", key]
            default: return ["SISMEMBER", key, member]
            }
        case .scores:
            let member = ["m", "n"][seed.below(2)]
            switch seed.below(8) {
            case 0, 1: return ["ZADD", key, String(1 + seed.below(4)), member]
            case 2, 3: return ["ZINCRBY", key, "1", member]
            case 4: return ["ZREM", key, member]
            case 5: return seed.oneIn(2) ? ["ZCARD", key] : ["ZRANGE", key, "0", "-1", "WITHSCORES"]
            default: return ["ZSCORE", key, member]
            }
        }
    }

    private mutating func end() -> String { seed.oneIn(2) ? "LEFT" : "RIGHT" }

    private mutating func run(_ count: Int, isCorrect: Bool) {
        let clients = 2 + seed.below(2)
        let connections = tape.connect(clients)
        var asked = Array(repeating: -1, count: clients)
        var isDone = Array(repeating: false, count: clients)
        var left = count
        let stops = seed.oneIn(4)
        let forgets = !isCorrect && seed.oneIn(3)
        let lies = !isCorrect && seed.oneIn(4)
        while left > 0 || asked.contains(where: { $0 >= 0 }) {
            if stops, left == 0, seed.oneIn(4) { break }
            let client = seed.below(clients)
            if asked[client] < 0 {
                guard left > 0 else { continue }
                left -= 1
                let commands = seed.oneIn(6) ? [request(), request()] : [request()]
                if commands.count > 1 { isExact = isExact && commands.allSatisfy { Self.isTold($0) } }
                let all = commands.count > 1 ? [["MULTI"]] + commands + [["EXEC"]] : commands
                asked[client] = operations.count
                isDone[client] = false
                tape.send(
                    connections[client], raw: all.flatMap { tape.codec.encodeRequest($0.map { Array($0.utf8) }) })
                operations.append(Operation(client: client, commands: commands, invoked: tape.number))
            } else if !isDone[client] {
                isDone[client] = true
                let before = server
                var replies: [String] = []
                for command in operations[asked[client]].commands {
                    replies.append(server.execute(command, choice: seed.below(4)))
                }
                if forgets, seed.oneIn(3) { server = before }
                if lies, seed.oneIn(4) { replies[0] = lie(operations[asked[client]].commands[0], replies[0]) }
                operations[asked[client]].replies = replies
                // That some part was there is not judged.
                for (command, reply) in zip(operations[asked[client]].commands, replies)
                where command[0] == "DEL" && reply != ":0\r\n" && kind != .lists {
                    isExact = false
                }
            } else {
                let operation = operations[asked[client]]
                let own = operation.replies!
                let queued = own.map { _ in "+QUEUED\r\n" }.joined()
                tape.reply(
                    connections[client],
                    own.count > 1 ? "+OK\r\n" + queued + TypedServer.array(own) : own[0])
                operations[asked[client]].completed = tape.number
                asked[client] = -1
            }
        }
        for index in operations.indices where operations[index].completed == .max {
            operations[index].replies = nil
            // Which member was taken nobody knows.
            if operations[index].commands.contains(where: { $0[0] == "SPOP" }) { isExact = false }
        }
    }

    /// In a transaction, of several parts not all that their number tells is known.
    private static func isTold(_ words: [String]) -> Bool {
        switch words[0] {
        case "HSET": words.count == 4
        case "SADD": words.count == 3
        case "HLEN", "SCARD", "ZCARD": false
        default: true
        }
    }

    /// Another answer that the command may get.
    private mutating func lie(_ words: [String], _ reply: String) -> String {
        switch words[0] {
        case "HGET", "LPOP", "RPOP", "LINDEX": TypedServer.bulk([nil, "1", "v1", "2"][seed.below(4)])
        case "ZSCORE": TypedServer.bulk([nil, "1", "2"][seed.below(3)])
        case "ZINCRBY": TypedServer.bulk(String(1 + seed.below(3)))
        case "LLEN", "LPUSH", "RPUSH": ":\(seed.below(3))\r\n"
        default: reply.first == ":" ? ":\(seed.below(2))\r\n" : reply
        }
    }

    // MARK: The definition

    private struct Node: Hashable {
        var done: Int
        var server: TypedServer
    }

    /// Whether some order of all answered operations and some others keeps time and gives every answer, from nothing.
    var isLinearizable: Bool {
        var answered = 0
        for (index, operation) in operations.enumerated() where operation.replies != nil { answered |= 1 << index }
        var seen: Set<Node> = []
        func search(_ done: Int, _ server: TypedServer) -> Bool {
            if done & answered == answered { return true }
            guard seen.insert(Node(done: done, server: server)).inserted else { return false }
            for (index, operation) in operations.enumerated() where done >> index & 1 == 0 {
                let mustWait = operations.enumerated().contains { other, earlier in
                    done >> other & 1 == 0 && earlier.replies != nil && earlier.completed < operation.invoked
                }
                if mustWait { continue }
                for choices in 0..<(operation.commands.contains { $0[0] == "SPOP" } ? 4 : 1) {
                    var next = server
                    let replies = operation.commands.enumerated().map {
                        next.execute($0.element, choice: choices >> $0.offset)
                    }
                    guard operation.replies == nil || operation.replies == replies else { continue }
                    if search(done | 1 << index, next) { return true }
                }
            }
            return false
        }
        return search(0, TypedServer())
    }
}

extension TypedCrowd: CustomStringConvertible {
    var description: String {
        operations.map { operation in
            let words = operation.commands.map { $0.joined(separator: " ") }.joined(separator: " + ")
            let answers = operation.replies?.joined(separator: " + ").split(separator: "\r\n").joined(separator: " ")
            return "c\(operation.client) \(words) → \(answers ?? "nothing") [\(operation.invoked), "
                + "\(operation.completed == .max ? "" : String(operation.completed))]"
        }.joined(separator: ";\n")
    }
}
