import Fuzz
import Testing
import Verification
import Wire
import Protocols
import System

/// Goal: a generated scenario is a function of its draws, keeps to the options, and waits for exactly what it asked for.
/// Method: many scenarios of every generator under drawn options, looked through step by step.
@Suite("Generated scenarios")
struct GeneratorTests {
    static let names = WireProtocols.all.map(\.name)

    /// How many requests each client sends, and how many replies it waits for.
    struct Tally {
        var sent: [Int: Int] = [:]
        var awaited: [Int: Int] = [:]
        /// Requests that ask for no reply.
        var silent: [Int: Int] = [:]
        var left: Set<Int> = []
        /// Connections that were given up, or closed, for another of the same client.
        var replaced = 0
        var commands: Set<String> = []
        var connected: Set<Int> = []

        init(_ scenario: Scenario) {
            for step in scenario.blocks.flatMap(\.steps) {
                switch step.action {
                case .connect:
                    if left.remove(step.client) != nil {
                        replaced += 1
                        (sent[step.client], awaited[step.client], silent[step.client]) = (0, 0, 0)
                    } else {
                        #expect(connected.insert(step.client).inserted)
                    }
                case .send(.requests(let requests)):
                    #expect(connected.contains(step.client))
                    sent[step.client, default: 0] += requests.count
                    silent[step.client, default: 0] += requests.count { $0.last?.word == "noreply" }
                    for request in requests {
                        if case .bytes(let name)? = request.first?.pieces.first {
                            commands.insert(String(decoding: name, as: UTF8.self))
                        }
                    }
                case .expect(let count):
                    awaited[step.client, default: 0] += count
                    #expect(awaited[step.client, default: 0] <= sent[step.client, default: 0])
                case .reset, .close: left.insert(step.client)
                default: break
                }
            }
        }
    }

    @Test(
        "however many requests there are, an execution's packets are kept", arguments: names,
        [(4, 1000), (256, 8), (64, 100)])
    func fits(name: String, size: (clients: Int, operations: Int)) throws {
        let generator = try ScenarioGenerator.of(name)
        var random = SeededGenerator(seed: 7)
        var options = GeneratorOptions()
        (options.clients, options.operations) = size
        for _ in 0..<40 {
            let steps = generator.scenario(&random, options).blocks.flatMap(\.steps)
            let requests = steps.flatMap { step -> [[Template]] in
                guard case .send(.requests(let requests)) = step.action else { return [] }
                return requests
            }
            let lengths = requests.map { request in
                request.flatMap(\.pieces).reduce(0) { (sum: Int, piece) -> Int in
                    guard case .token(let length?) = piece else { return sum }
                    return sum + length
                }
            }
            // What is sent may be read back by those that send nothing.
            let longest = lengths.max() ?? 0
            let bytes = lengths.reduce(0) { $0 + ($1 == 0 ? longest / 2 : $1) }
            #expect(bytes <= ExecutionLimits.packetBytes)
        }
    }

    @Test("equal draws give equal scenarios, others differ", arguments: names)
    func deterministic(name: String) throws {
        let generator = try ScenarioGenerator.of(name)
        func many(_ seed: UInt64) -> [Scenario] {
            var random = SeededGenerator(seed: seed)
            return (0..<50).map { _ in generator.scenario(&random, GeneratorOptions()) }
        }
        #expect(many(5) == many(5))
        #expect(many(5) != many(6))
    }

    @Test("clients and requests are as many as asked for, and every reply is awaited", arguments: names)
    func options(name: String) throws {
        let generator = try ScenarioGenerator.of(name)
        var random = SeededGenerator(seed: 31)
        for number in 0..<600 {
            var options = GeneratorOptions()
            options.clients = 1 + number % 9
            options.operations = number % 2 == 0 ? nil : 1 + number % 12
            let scenario = generator.scenario(&random, options)
            let tally = Tally(scenario)
            #expect(scenario.protocolName == name)
            #expect(tally.connected == Set(0..<options.clients))
            #expect(tally.left.count <= 1)
            for client in 0..<options.clients where !tally.left.contains(client) {
                #expect(
                    tally.sent[client, default: 0] == tally.awaited[client, default: 0]
                        + tally.silent[client, default: 0])
            }
            // A slow reader asks for what it needs to fill the buffers; all others keep to the number.
            let isSlow = scenario.blocks.contains {
                $0.steps.contains { if case .connect(.some) = $0.action { true } else { false } }
            }
            // Who publishes says more, and who subscribes less.
            guard !isSlow, tally.replaced == 0, !tally.commands.contains("PUBLISH") else { continue }
            for client in 0..<options.clients {
                if let operations = options.operations {
                    #expect(tally.sent[client] == operations)
                } else {
                    // For HTTP a client may first write three files and read one.
                    #expect((2...(name == "http" ? 12 : 8)).contains(tally.sent[client, default: 0]))
                }
            }
        }
    }

    @Test("a hammer sends as much as asked for, pipelines a little, and nobody leaves", arguments: names)
    func hammer(name: String) throws {
        let generator = try ScenarioGenerator.of(name)
        var random = SeededGenerator(seed: 34)
        for _ in 0..<50 {
            var options = GeneratorOptions()
            options.clients = 8
            options.operations = 3
            let scenario = generator.hammer(&random, options)
            let tally = Tally(scenario)
            #expect(tally.left.isEmpty && tally.replaced == 0)
            for client in 0..<8 {
                #expect(tally.sent[client] == 3 && tally.awaited[client] == 3)
            }
        }
    }

    @Test("who asks for no reply waits for none, and what reads is never silenced")
    func silent() throws {
        let generator = try ScenarioGenerator.of("memcached")
        let codec = try #require(WireProtocols.named("memcached"))
        var random = SeededGenerator(seed: 37)
        var found = 0
        for number in 0..<600 {
            var binding = Binding(campaign: "test", execution: number)
            for step in generator.scenario(&random, GeneratorOptions()).blocks.flatMap(\.steps) {
                guard case .send(.requests(let requests)) = step.action else { continue }
                for request in requests {
                    let bytes = codec.encodeRequest(request.map { $0.bytes(&binding, client: step.client) })
                    let isSilent = request.last?.word == "noreply"
                    #expect(codec.isAnswered(bytes.span) != isSilent)
                    if isSilent { found += 1 }
                }
            }
        }
        #expect(found > 100)
    }

    @Test("what forgets all is drawn only where it is wanted", arguments: ["resp", "memcached", "http"])
    func destructive(name: String) throws {
        let generator = try ScenarioGenerator.of(name)
        let forgetting = ["FLUSHALL", "FLUSHDB", "flush_all"]
        for isDestructive in [false, true] {
            var random = SeededGenerator(seed: 38)
            var options = GeneratorOptions()
            options.isDestructive = isDestructive
            var found = 0
            for _ in 0..<1000 {
                let commands = Tally(generator.scenario(&random, options)).commands
                if !commands.isDisjoint(with: forgetting) { found += 1 }
            }
            #expect(isDestructive && name != "http" ? found > 30 : found == 0, "\(found)")
        }
    }

    @Test("excluded commands never appear")
    func excluded() throws {
        let generator = try ScenarioGenerator.of("resp")
        // PING is what can be said to who knows nothing.
        let known = try Self.commands(of: "resp").filter { $0 != "PING" }
        var random = SeededGenerator(seed: 32)
        for number in 0..<640 {
            var options = GeneratorOptions()
            // From none to nearly all.
            options.excludedCommands = Set(known.filter { _ in random.pick(0...9) < number % 10 })
            let commands = Tally(generator.scenario(&random, options)).commands
            #expect(commands.isDisjoint(with: options.excludedCommands))
            #expect(commands.isSubset(of: known + ["PING"]))
        }
    }

    @Test("methods that a server does not allow never appear")
    func excludedMethods() throws {
        let generator = try ScenarioGenerator.of("http")
        let known = ["GET", "HEAD", "PUT", "DELETE"]
        var random = SeededGenerator(seed: 34)
        var all: Set<String> = []
        for number in 0..<640 {
            var options = GeneratorOptions()
            options.excludedCommands = Set(known.indices.filter { number % 16 >> $0 & 1 == 1 }.map { known[$0] })
            let commands = Tally(generator.scenario(&random, options)).commands
            #expect(commands.isDisjoint(with: options.excludedCommands))
            #expect(commands.isSubset(of: known + ["OPTIONS"]))
            all.formUnion(commands)
        }
        #expect(all == Set(known + ["OPTIONS"]))
    }

    @Test("files of HTTP scenarios are few, and one that is read is not written by a client that leaves")
    func files() throws {
        let generator = try ScenarioGenerator.of("http")
        var random = SeededGenerator(seed: 35)
        var names: Set<String> = []
        for _ in 0..<500 {
            let scenario = generator.scenario(&random, GeneratorOptions())
            for step in scenario.blocks.flatMap(\.steps) {
                guard case .send(.requests(let requests)) = step.action else { continue }
                for request in requests where request[0] == Template(text: "PUT") {
                    guard case .lasting(let name)? = request[1].pieces.first else {
                        Issue.record("a file that does not last: \(request[1])")
                        continue
                    }
                    names.insert(name)
                }
            }
        }
        #expect(names.count <= 4 * 4 + 3, "\(names.sorted())")
    }

    @Test("all commands appear when none is excluded")
    func varied() throws {
        let generator = try ScenarioGenerator.of("resp")
        var random = SeededGenerator(seed: 33)
        let commands = (0..<1000).reduce(into: Set<String>()) { all, _ in
            all.formUnion(Tally(generator.scenario(&random, GeneratorOptions())).commands)
        }
        #expect(try commands == Set(Self.commands(of: "resp")))
    }

    /// All that a protocol's vocabulary has, but for the last resort.
    private static func commands(of name: String) throws -> [String] {
        let vocabulary = try #require(WireProtocols.named(name)?.spoken.vocabulary)
        let transaction = vocabulary.transaction.map { [$0.begin] + $0.ends } ?? []
        let channels = vocabulary.channels.map {
            $0.greetings + $0.subscribe + $0.publish + $0.unsubscribe + [$0.probe]
        }
        let requests = vocabulary.topics.flatMap(\.requests) + transaction + (channels ?? [])
        return Set(requests.compactMap(\.command)).sorted()
    }

    @Test("transactions are whole, and count as the requests that they are")
    func transactions() throws {
        let generator = try ScenarioGenerator.of("resp")
        var random = SeededGenerator(seed: 36)
        var found = 0
        for _ in 0..<300 {
            let scenario = generator.scenario(&random, GeneratorOptions())
            for step in scenario.blocks.flatMap(\.steps) {
                guard case .send(.requests(let requests)) = step.action else { continue }
                var open = false
                for request in requests {
                    switch request.first?.word {
                    case "MULTI":
                        #expect(!open)
                        (open, found) = (true, found + 1)
                    case "EXEC", "DISCARD":
                        #expect(open)
                        open = false
                    default: break
                    }
                }
                #expect(!open)
            }
        }
        #expect(found > 20)
    }
}
