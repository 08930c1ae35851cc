import System
import Verification
package import Wire

/// Where a campaign's scenarios come from: the corpus, and what patterns draw from the protocol's vocabulary.
package struct ScenarioSource {
    /// What scenarios are drawn like: as the campaign wants, and as the target and the judge allow.
    package private(set) var options: GeneratorOptions
    /// Scenarios of the corpus that cannot be said over the target's transport.
    package let leftOut: Int
    private let corpus: [Scenario]
    /// Nil where only the corpus can be said.
    private let generator: ScenarioGenerator?
    private let hammers: Bool
    private var random: SeededGenerator
    private var corpusNext = 0

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
        random = SeededGenerator(seed: options.seed)
        let name = options.codec.name
        generator = options.codec.spoken.vocabulary.flatMap { vocabulary in
            vocabulary.saysNothing ? nil : ScenarioGenerator(protocolName: name, vocabulary: vocabulary)
        }
        guard !corpus.isEmpty || generator != nil else { throw .nothingToSay(protocolName: name) }
    }

    /// Every scenario of the corpus once, then one of them in four.
    package mutating func next() -> Scenario {
        if corpusNext < corpus.count {
            corpusNext += 1
            return corpus[corpusNext - 1]
        }
        guard let generator else { return random.pick(corpus) }
        if !corpus.isEmpty, random.oneIn(4) { return random.pick(corpus) }
        return hammers ? generator.hammer(&random, options) : generator.scenario(&random, options)
    }

    /// A drawn scenario that can be compared with what each client gets alone; nil if none was drawn.
    package mutating func comparable(_ codec: any WireCodec) -> Scenario? {
        guard let generator else { return nil }
        // Few scenarios are free of long messages and of clients that leave.
        for _ in 0..<Self.drawsForComparison {
            let scenario = generator.scenario(&random, options)
            if SerialComparison.isComparable(scenario, codec) { return scenario }
        }
        return nil
    }

    /// From now on what is drawn is as hard as the judge can decide.
    package mutating func adapt(to difficulty: Difficulty) {
        options.hardClients = difficulty.hardClients
        options.hardOperations = difficulty.hardOperations
    }

    /// From now on a command is not drawn; false if it was not before.
    package mutating func exclude(_ command: String) -> Bool { options.excludedCommands.insert(command).inserted }
}
