public import System

/// What generated scenarios look like.
public struct GeneratorOptions: Sendable {
    /// How many clients, at least 1.
    public var clients = 4
    /// Requests of each client; nil: 2 to 8, drawn for each scenario.
    public var operations: Int?
    /// Among how many clients operations meet on one object that are hard to judge: deletes, several objects at once.
    public var hardClients = Difficulty.firstHardClients
    /// How many deletes of one object there may be, about.
    public var hardOperations = Difficulty.firstHardOperations
    /// Commands that the target does not know, upper case.
    public var excludedCommands: Set<String> = []
    /// Whether each message is a datagram: then clients have one request outstanding, none is a slow reader, since that
    /// loses datagrams, and messages stay short enough for the buffers of a server with all its clients' at once.
    public var datagrams = false

    /// Four clients.
    public init() {}
}

/// Makes scenarios of witness clients for one protocol: equal draws give equal scenarios.
public protocol ScenarioGenerator: Sendable {
    /// The wire protocol's name.
    var protocolName: String { get }
    /// One scenario.
    func scenario(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario
    /// One stretch of an ordinary load test: the same few requests, and nobody does anything unusual.
    func hammer(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario
}

extension ScenarioGenerator {
    /// A scenario like the others, for protocols without a hammer.
    public func hammer(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        scenario(&random, options)
    }
}

/// The generators by protocol. A new protocol is one file and one entry here.
public enum ScenarioGenerators {
    /// The generator of a protocol, or nil where only corpora serve it.
    public static func named(_ protocolName: String) -> (any ScenarioGenerator)? {
        let all: [any ScenarioGenerator] = [
            EchoGenerator("echo"), EchoGenerator("echo-length"),
            EchoGenerator(
                "tagged", head: [Template(text: "REQ")], tail: [Template([.token(length: nil)])]),
            RESPGenerator(), HTTPGenerator(),
        ]
        return all.first { $0.protocolName == protocolName }
    }
}

/// Builds the frame that all generated scenarios share: connect, rounds of requests released together, replies.
struct RoundBuilder {
    var scenario: Scenario
    private let clients: Int

    init(protocolName: String, clients: Int) {
        scenario = Scenario(protocolName: protocolName)
        self.clients = clients
    }

    mutating func step(_ client: Int, _ action: Scenario.Action) {
        scenario.blocks.append(.step(.init(client: client, action)))
    }

    /// All clients connect; those with a buffer size are slow readers.
    mutating func connectAll(receiveBuffer: (Int) -> Int? = { _ in nil }) {
        for client in 0..<clients { step(client, .connect(receiveBuffer: receiveBuffer(client))) }
    }

    /// Client 0, or all but the last, which takes a whole pool of workers, ask for more than the buffers on the way back hold
    /// before they read. Meanwhile each of the others wants one reply.
    ///
    /// - Parameters:
    ///   - first: what client 0 asks before.
    ///   - large: a request whose reply is long.
    mutating func slowReaders(
        _ random: inout SeededGenerator, preparing first: [Template]? = nil, large: [Template],
        other: (_ client: Int, inout SeededGenerator) -> [Template]
    ) {
        let fewest = 8
        let slow = random.oneIn(2) ? max(1, min(clients - 1, Self.mostLarge / fewest)) : 1
        connectAll { $0 < slow ? Self.smallBuffer : nil }
        if let first { prepare(first) }
        let count = min(random.pick([fewest, fewest, 16, 16, 16, 64]), Self.mostLarge / slow)
        for client in 0..<slow { step(client, .send(.requests(Array(repeating: large, count: count)))) }
        for client in slow..<max(slow, clients) {
            step(client, .send(.requests([other(client, &random)])))
            step(client, .expect(count: 1))
        }
        step(0, .pause(milliseconds: 3))
        for client in 0..<slow { step(client, .expect(count: count)) }
    }

    /// The receive buffer of a slow reader. Bytes.
    private static let smallBuffer = 16_384
    /// Replies of 64 KiB that all slow readers together ask for: half of what an execution may read.
    private static let mostLarge = ExecutionLimits.readBytes / 2 / (64 << 10)

    /// One request and its reply, before the clients race.
    mutating func prepare(_ request: [Template]) {
        step(0, .send(.requests([request])))
        step(0, .expect(count: 1))
    }

    /// Every client sends its batch, released together; then each waits for its replies, in a random order. At most
    /// one client leaves in its own way.
    ///
    /// - Parameter arriving: each connects just before it sends, so that a server takes it while it serves the ones
    ///   before: an idle worker process would take them all.
    mutating func round(
        _ batches: [[[Template]]], arriving: Bool = false, leaving: Departure? = nil, _ random: inout SeededGenerator
    ) {
        let order = (0..<batches.count).filter { !batches[$0].isEmpty }.shuffled(using: &random)
        guard !order.isEmpty else { return }
        if arriving {
            for client in order {
                step(client, .connect(receiveBuffer: nil))
                step(client, .send(.requests(batches[client])))
            }
        } else {
            scenario.blocks.append(.together(order.map { .init(client: $0, .send(.requests(batches[$0]))) }))
        }
        var rest = order.shuffled(using: &random)
        if let leaving, rest.contains(leaving.client), leaving.isAtOnce {
            leave(leaving)
            if leaving.way != .halfClose { rest.removeAll { $0 == leaving.client } }
        }
        for client in rest {
            if let leaving, client == leaving.client, !leaving.isAtOnce { leave(leaving) }
            if client != leaving?.client || leaving?.way == .halfClose {
                step(client, .expect(count: batches[client].count))
            }
        }
    }

    /// Every client has up to `depth` requests on their way, and sends another one whenever a reply has come, until it
    /// has sent `count`. Nobody waits for anybody else.
    mutating func hammer(
        _ count: Int, depth: Int, _ random: inout SeededGenerator,
        _ request: (_ client: Int, inout SeededGenerator) -> [Template]
    ) {
        connectAll()
        for number in 0..<count + depth {
            for client in 0..<clients {
                if number >= depth { step(client, .expect(count: 1)) }
                if number < count { step(client, .send(.requests([request(client, &random)]))) }
            }
        }
    }

    /// Requests of each client in one execution of a hammer.
    static let hammerRequests = 100
    /// How many requests of a client a hammer has on their way: none pipelined, or a few.
    static let hammerDepths = [1, 1, 1, 4]

    private mutating func leave(_ departure: Departure) {
        switch departure.way {
        case .reset: step(departure.client, .reset)
        case .close: step(departure.client, .close)
        case .halfClose: step(departure.client, .shutdown)
        case .halfCloseAndReset:
            step(departure.client, .shutdown)
            step(departure.client, .reset)
        }
    }

    /// Clients come and go: most leave with replies under way, while others connect, whom the server may take for them.
    /// Each request is a segment of its own. Those who stay get their replies.
    mutating func churn(
        _ random: inout SeededGenerator, _ request: (_ client: Int, inout SeededGenerator) -> [Template]
    ) {
        for round in 0..<random.pick(2...4) {
            var staying: [(client: Int, replies: Int)] = []
            for client in (0..<clients).shuffled(using: &random) {
                step(client, .connect(receiveBuffer: nil))
                let count = random.pick(1...4)
                for _ in 0..<count { step(client, .send(.requests([request(client, &random)]))) }
                if round > 0, random.oneIn(3) {
                    staying.append((client, count))
                } else {
                    step(client, random.oneIn(2) ? .reset : .close)
                }
            }
            for (client, replies) in staying {
                step(client, .expect(count: replies))
                step(client, .close)
            }
        }
        // A server that has lost its way shows it now.
        for client in 0..<clients {
            step(client, .connect(receiveBuffer: nil))
            step(client, .send(.requests([request(client, &random)])))
            step(client, .expect(count: 1))
        }
    }

    /// Requests follow a pipelined batch in a segment of their own before its replies are read: a server that loses the
    /// rest of the batch answers them in its place.
    mutating func followUp(
        _ random: inout SeededGenerator, _ request: (_ client: Int, inout SeededGenerator) -> [Template]
    ) {
        connectAll()
        for _ in 0..<random.pick(1...2) {
            let counts = (0..<clients).map { _ in random.pick(2...3) }
            for client in 0..<clients {
                step(client, .send(.requests((0..<counts[client]).map { _ in request(client, &random) })))
            }
            // So that the server has read the batch.
            step(0, .pause(milliseconds: 2))
            for client in 0..<clients { step(client, .send(.requests([request(client, &random)]))) }
            for client in 0..<clients { step(client, .expect(count: counts[client] + 1)) }
        }
    }
}

/// A client that leaves before its replies came, or says that it will send no more.
struct Departure {
    enum Way: CaseIterable {
        case reset, close, halfClose
        /// Killed after it said that it had nothing more to say: a server that answers gets EPIPE, not ECONNRESET.
        case halfCloseAndReset
    }

    var client: Int
    var way: Way
    /// Right after its requests, before anybody reads a reply.
    var isAtOnce: Bool

    /// One scenario in `rarity` has one.
    static func draw(oneIn rarity: UInt64, clients: Int, _ random: inout SeededGenerator) -> Departure? {
        guard random.oneIn(rarity) else { return nil }
        return Departure(
            client: random.pick(0...clients - 1), way: random.pick(Way.allCases), isAtOnce: !random.oneIn(3))
    }
}

/// How a generated scenario divides one client's requests: into batches of one or of several.
struct Batching {
    let sizes: [Int]

    init(operations: Int, pipelined: Bool, _ random: inout SeededGenerator) {
        var sizes: [Int] = []
        var left = operations
        while left > 0 {
            let size = pipelined ? random.pick(1...left) : 1
            sizes.append(size)
            left -= size
        }
        self.sizes = sizes
    }
}
