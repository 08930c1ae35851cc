import System
import Verification
package import Wire

/// Where a campaign's scenarios come from: the corpus, and what patterns draw from the protocol's vocabulary.
package struct ScenarioSource {
    /// What scenarios are drawn like: as the campaign wants, and as the target and the judge allow.
    package private(set) var options: GeneratorOptions
    /// Scenarios of the corpus that cannot be said over the target's transport.
    package let leftOut: Int
    private var corpus: [Scenario]
    /// Nil where only the corpus can be said.
    private let generator: ScenarioGenerator?
    private let hammers: Bool
    private var random: SeededGenerator
    private var corpusNext = 0
    private var avoided: Set<Habit> = []
    private let codec: any WireCodec
    /// Requests that the target answers on one connection; nil: any number.
    private var perConnection: Int?

    /// How many scenarios are drawn at most until one can be compared with what each client gets alone.
    private static let drawsForComparison = 100

    /// - Throws: `CampaignError.nothingToSay`.
    package init(_ options: CampaignOptions) throws(CampaignError) {
        self.options = options.generator
        let isDatagram = options.target.transport == .udp
        self.options.datagrams = isDatagram
        corpus = isDatagram ? options.corpus.filter(\.fitsDatagrams) : options.corpus
        leftOut = options.corpus.count - corpus.count
        hammers = options.hammers
        codec = options.codec
        random = SeededGenerator(seed: options.seed)
        let name = options.codec.name
        generator = options.codec.spoken.vocabulary.flatMap { vocabulary in
            vocabulary.saysNothing ? nil : ScenarioGenerator(protocolName: name, vocabulary: vocabulary)
        }
        guard !corpus.isEmpty || generator != nil else { throw .nothingToSay(protocolName: name) }
        for habit in options.generator.stated { _ = avoid(habit) }
    }

    /// What is said before anything else: each command alone.
    package var introductions: [Scenario] {
        hammers ? [] : generator?.introductions(options, codec) ?? []
    }

    /// What a target is probed with, of which this command is known to be answered; nil where only a corpus can be said.
    package func probes(asking command: String) -> TargetProbes? {
        guard let generator, let request = generator.request(command, options) else { return nil }
        return TargetProbes(protocolName: codec.name, login: generator.login(options), request: request)
    }

    /// What writes a value so long, and what reads it; nil where nothing is both written and read.
    package func keeping(_ bytes: Int) -> [[Template]]? { generator?.keeping(valueOf: bytes, options) }

    /// What writes so many objects, and what reads them; nil where nothing is both written and read.
    package func keeping(objects: Int) -> (writes: [[Template]], reads: [[Template]])? {
        generator?.keeping(objects: objects, options)
    }

    /// A request with a value as long as that, of one of these commands; nil where they take none.
    package func request(withValueOf bytes: Int, of commands: [String]) -> [Template]? {
        generator?.request(withValueOf: bytes, of: commands, options)
    }

    /// Every scenario of the corpus once, then one of them in four.
    package mutating func next() -> Scenario {
        if corpusNext < corpus.count {
            corpusNext += 1
            return corpus[corpusNext - 1]
        }
        guard let generator else { return random.pick(corpus) }
        if !corpus.isEmpty, random.oneIn(4) { return random.pick(corpus) }
        return hammers ? generator.hammer(&random, options) : drawn(generator)
    }

    /// A scenario that keeps to what the target serves.
    private mutating func drawn(_ generator: ScenarioGenerator) -> Scenario {
        generator.scenario(&random, options).within(
            perConnection: perConnection, outstanding: options.avoidsPipelining ? 1 : nil,
            login: generator.login(options), codec)
    }

    /// A drawn scenario that can be compared with what each client gets alone; nil if none was drawn.
    package mutating func comparable() -> Scenario? {
        guard let generator else { return nil }
        // Few scenarios are free of long messages and of clients that leave.
        for _ in 0..<Self.drawsForComparison {
            let scenario = drawn(generator)
            if SerialComparison.isComparable(scenario, codec) { return scenario }
        }
        return nil
    }

    /// From now on what is drawn is as hard as the judge can decide.
    package mutating func adapt(to difficulty: Difficulty) {
        options.hardClients = difficulty.hardClients
        options.hardOperations = difficulty.hardOperations
    }

    /// From now on that is not said, in what is drawn and of the corpus; false where it was not before.
    package mutating func avoid(_ habit: Habit) -> Bool {
        guard avoided.insert(habit).inserted else { return false }
        switch habit {
        case .request(let name): options.excludedCommands.insert(name)
        case .halfClose: options.avoidsHalfClose = true
        case .longRequests(let limit): options.longestValue = min(options.longestValue ?? .max, limit)
        case .clients(let limit): options.clients = min(options.clients, limit)
        case .requestsPerConnection(let limit): perConnection = min(perConnection ?? .max, max(1, limit))
        case .pipelining: options.avoidsPipelining = true
        case .rawBytes: break
        }
        // Where only the corpus can be said, it is.
        guard generator != nil else { return true }
        let isOver = { (scenario: Scenario) in habit.isIn(scenario) }
        corpusNext -= corpus.prefix(corpusNext).count(where: isOver)
        corpus.removeAll(where: isOver)
        return true
    }

    /// Whether a scenario says what is avoided by now.
    package func isAvoided(_ scenario: Scenario) -> Bool { avoided.contains { $0.isIn(scenario) } }

    /// From now on a command is not drawn; false if it was not before.
    package mutating func exclude(_ command: String) -> Bool { options.excludedCommands.insert(command).inserted }
}
