/// What generated scenarios look like.
public struct GeneratorOptions: Sendable {
    /// How many clients, at least 1.
    public var clients = 4
    /// Requests of each client; nil: 2 to 8, drawn for each scenario.
    public var operations: Int?
    /// Commands that the target does not know, upper case.
    public var excludedCommands: Set<String> = []

    /// Four clients.
    public init() {}
}

/// Makes scenarios of witness clients for one protocol: equal draws give equal scenarios.
public protocol ScenarioGenerator: Sendable {
    /// The wire protocol's name.
    var protocolName: String { get }
    /// One scenario.
    func scenario(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario
}

/// The generators by protocol. A new protocol is one file and one entry here.
public enum ScenarioGenerators {
    /// The generator of a protocol, or nil where only corpora serve it.
    public static func named(_ protocolName: String) -> (any ScenarioGenerator)? {
        let all: [any ScenarioGenerator] = [
            EchoGenerator("echo"), EchoGenerator("echo-length"),
            EchoGenerator(
                "tagged", head: [Template(text: "REQ")], tail: [Template([.token(length: nil)])]),
            RESPGenerator(),
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

    /// One request and its reply, before the clients race.
    mutating func prepare(_ request: [Template]) {
        step(0, .send(.requests([request])))
        step(0, .expect(count: 1))
    }

    /// Every client sends its batch, released together; then each waits for its replies, in a random order. At most
    /// one client leaves with a reset instead.
    mutating func round(_ batches: [[[Template]]], leaving: Int? = nil, _ random: inout SeededGenerator) {
        let order = (0..<batches.count).filter { !batches[$0].isEmpty }.shuffled(using: &random)
        guard !order.isEmpty else { return }
        scenario.blocks.append(.together(order.map { .init(client: $0, .send(.requests(batches[$0]))) }))
        for client in order.shuffled(using: &random) {
            step(client, client == leaving ? .reset : .expect(count: batches[client].count))
        }
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
