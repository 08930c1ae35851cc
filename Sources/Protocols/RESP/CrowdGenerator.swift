import Capture
public import Verification
import Wire
import System

/// Makes the evidence of many RESP clients on few keys, for benchmarks and tests: a server that takes each request at one
/// instant, so that the evidence is linearizable by construction, unless it is told to lose something.
public struct CrowdGenerator: Sendable {
    /// What the clients ask for.
    public enum Family: String, CaseIterable, Sendable {
        /// INCR and GET of one key.
        case counter
        /// The same, and DEL.
        case counterDelete = "counter-delete"
        /// SET and GET of two keys.
        case register
        /// The same, and DEL.
        case registerDelete = "register-delete"
        /// MSET, SET and GET of three keys.
        case several
        /// INCR, GET, SET, DEL and MSET of three keys.
        case mixed
        /// SETNX, GETSET, GETDEL, EXISTS, SET and GET of two keys.
        case exchange
    }

    /// What is asked for.
    public var family: Family
    /// How many clients, each with a connection.
    public var clients: Int
    /// Requests of each client.
    public var requests: Int
    /// Up to so many requests of a client are on their way at once.
    public var depth: Int
    /// How long replies stay away, in percent: 0: each comes right after its effect.
    public var spreadPercent: Int
    /// Whether all wait for each other's replies before they go on.
    public var inRounds: Bool
    /// One write in so many is answered and forgotten; 0: none.
    public var losesOneIn: Int
    /// Among so many clients operations meet that are hard to judge, on keys of their own, as campaigns draw them: deletes,
    /// several keys at once, and what depends on what is there. nil: among all.
    public var hardClients: Int?
    /// Whether the server works off all that a client has sent before it turns to another.
    public var servesWhole = false
    /// Whether the last request of one client in sixteen gets no reply.
    public var leavesUnanswered = false
    /// The same seed gives the same evidence.
    public var seed: UInt64

    /// Creates a generator.
    public init(
        _ family: Family, clients: Int, requests: Int, depth: Int = 1, spreadPercent: Int = 50, inRounds: Bool = true,
        losesOneIn: Int = 0, seed: UInt64 = 1
    ) {
        self.family = family
        self.clients = clients
        self.requests = requests
        self.depth = max(1, depth)
        self.spreadPercent = spreadPercent
        self.inRounds = inRounds
        self.losesOneIn = losesOneIn
        self.seed = seed
    }

    /// The evidence, and how many writes were forgotten.
    ///
    /// - Complexity: O(clients × requests).
    public func generate() -> (evidence: Evidence, lost: Int) {
        var run = CrowdRun(self)
        run.execute()
        return (run.evidence, run.lost)
    }
}

/// One run of a generator.
private struct CrowdRun {
    private let plan: CrowdGenerator
    private var random: SeededGenerator
    private var store: [String: String] = [:]
    private var flows: [Flow] = []
    private var number = 0
    private var now: Int64 = 1_000_000_000
    private var fresh = 0
    private(set) var lost = 0
    private let codec = RESPCodec()

    private struct Client {
        var left: Int
        var asked: [[String]] = []
        var done: [String] = []
        var isIdle: Bool { asked.isEmpty && done.isEmpty }
    }
    private var clients: [Client]

    init(_ plan: CrowdGenerator) {
        self.plan = plan
        random = SeededGenerator(seed: plan.seed)
        clients = (0..<plan.clients).map { _ in Client(left: plan.requests) }
        for client in 0..<plan.clients {
            var flow = Flow(
                id: client, client: Endpoint(address: .v4(0x7F00_0001), port: UInt16(20_000 + client)),
                server: Endpoint(address: .v4(0x7F00_0001), port: 6379), time: Timestamp(nanoseconds: now))
            flow.handshake = .complete
            flows.append(flow)
        }
    }

    var evidence: Evidence {
        Evidence(flows: flows, codec: codec, names: { "c\($0.id)" }, end: Timestamp(nanoseconds: now + 1_000_000))
    }

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    mutating func execute() {
        var active = Array(clients.indices)
        while !active.isEmpty {
            if plan.inRounds {
                for client in active { send(client) }
                var open = active
                while !open.isEmpty { step(&open, mayAsk: false) }
                active.removeAll { clients[$0].left == 0 }
            } else {
                step(&active, mayAsk: true)
            }
        }
    }

    /// Something happens to one of the clients; who has nothing more to do leaves `open`.
    private mutating func step(_ open: inout [Int], mayAsk: Bool) {
        let place = below(open.count)
        let client = open[place]
        if mayAsk, clients[client].isIdle, clients[client].left > 0 {
            send(client)
        } else if !clients[client].asked.isEmpty, clients[client].done.isEmpty || below(2) == 0 {
            repeat {
                let words = clients[client].asked.removeFirst()
                let answer = answer(words)
                clients[client].done.append(answer)
            } while plan.servesWhole && !clients[client].asked.isEmpty
            if below(100) >= plan.spreadPercent { reply(client) }
        } else if !clients[client].done.isEmpty {
            reply(client)
        }
        if clients[client].isIdle, !mayAsk || clients[client].left == 0 { open.remove(at: place) }
    }

    private mutating func send(_ client: Int) {
        let count = min(clients[client].left, 1 + below(plan.depth))
        guard count > 0 else { return }
        clients[client].left -= count
        var bytes: [UInt8] = []
        for _ in 0..<count {
            let words = request(of: client)
            clients[client].asked.append(words)
            bytes += codec.encodeRequest(words.map { Array($0.utf8) })
        }
        append(bytes, to: client, isRequest: true)
    }

    private mutating func reply(_ client: Int) {
        guard !clients[client].done.isEmpty else { return }
        let answers = clients[client].done.joined()
        clients[client].done = []
        let isLast = clients[client].left == 0 && clients[client].asked.isEmpty
        guard !(plan.leavesUnanswered && isLast && client % 16 == 0) else {
            flows[client].toServer.reset = packet()
            flows[client].teardown = .clientReset
            return
        }
        append(Array(answers.utf8), to: client, isRequest: false)
    }

    private mutating func packet() -> PacketReference {
        number += 1
        now += 700
        return PacketReference(number: number, time: Timestamp(nanoseconds: now))
    }

    private mutating func append(_ bytes: [UInt8], to client: Int, isRequest: Bool) {
        let packet = packet()
        func add(_ stream: inout ByteStream) {
            stream.packets += 1
            stream.payloadBytes += bytes.count
            stream.chunks.append(.init(offset: stream.bytes.count, length: bytes.count, packet: packet))
            stream.bytes += bytes
            stream.acknowledged = stream.bytes.count
        }
        if isRequest { add(&flows[client].toServer) } else { add(&flows[client].toClient) }
        flows[client].lastTime = packet.time
    }

    // MARK: The clients and the server

    private mutating func value() -> String {
        fresh += 1
        return "value.\(fresh)"
    }

    private mutating func request(of client: Int) -> [String] {
        let group = plan.hardClients.map { client / $0 } ?? 0
        let suffix = group == 0 ? "" : String(group)
        let two = (below(3) == 0 ? "b" : "a") + suffix
        let three = ["x", "y", "z"][below(3)] + suffix
        switch plan.family {
        case .counter: return [below(4) == 0 ? "GET" : "INCR", "n"]
        case .counterDelete:
            guard plan.hardClients == nil || below(4) == 0 else { return [below(4) == 0 ? "GET" : "INCR", "n"] }
            let key = plan.hardClients == nil ? "n" : "d" + suffix
            return [["GET", "GET", "GET", "GET", "DEL"][safe: below(17)] ?? "INCR", key]
        case .register: return register(below(3) == 0 ? "b" : "a")
        case .registerDelete:
            guard plan.hardClients == nil || below(3) == 0 else { return register("a") }
            let key = plan.hardClients == nil ? two : "d" + suffix
            return below(17) == 0 ? ["DEL", key] : register(key)
        case .several: return several(three, suffix)
        case .mixed:
            switch below(16) {
            case 0: return ["DEL", three]
            case 1...3: return ["SET", three, below(2) == 0 ? value() : String(1000 * (fresh + 1) + below(10))]
            case 4...9: return ["GET", three]
            case 10...11: return ["INCR", three]
            default: return several(three, suffix)
            }
        case .exchange:
            switch below(12) {
            case 0: return ["GETDEL", two]
            case 1: return ["EXISTS", two]
            case 2, 3: return ["SETNX", two, value()]
            case 4, 5: return ["GETSET", two, value()]
            case 6, 7: return ["SET", two, value()]
            default: return ["GET", two]
            }
        }
    }

    private mutating func register(_ key: String) -> [String] {
        below(2) == 0 ? ["GET", key] : ["SET", key, value()]
    }

    private mutating func several(_ key: String, _ suffix: String) -> [String] {
        switch below(16) {
        case 0...6:
            let other = (key.hasPrefix("x") ? "y" : key.hasPrefix("y") ? "z" : "x") + suffix
            return ["MSET", key, value(), other, value()]
        case 7...13: return ["GET", key]
        default: return ["SET", key, value()]
        }
    }

    private mutating func answer(_ words: [String]) -> String {
        func bulk(_ text: String?) -> String { text.map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n" }
        let key = words[1]
        let held = store[key]
        let isLost = plan.losesOneIn > 0 && words[0] != "GET" && words[0] != "EXISTS" && below(plan.losesOneIn) == 0
        let before = store
        defer {
            if isLost, store != before {
                lost += 1
                store = before
            }
        }
        switch words[0] {
        case "SET", "MSET":
            for index in stride(from: 1, to: words.count, by: 2) { store[words[index]] = words[index + 1] }
            return "+OK\r\n"
        case "INCR":
            guard let number = Int(held ?? "0") else { return "-ERR value is not an integer or out of range\r\n" }
            store[key] = String(number + 1)
            return ":\(number + 1)\r\n"
        case "DEL":
            store[key] = nil
            return ":\(held == nil ? 0 : 1)\r\n"
        case "EXISTS": return ":\(held == nil ? 0 : 1)\r\n"
        case "SETNX":
            if held == nil { store[key] = words[2] }
            return ":\(held == nil ? 1 : 0)\r\n"
        case "GETSET":
            store[key] = words[2]
            return bulk(held)
        case "GETDEL":
            store[key] = nil
            return bulk(held)
        default: return bulk(held)
        }
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
