package import System
package import Wire

/// Makes scenarios of witness clients from what a protocol's vocabulary says: equal draws give equal scenarios.
package struct ScenarioGenerator: Sendable {
    private let protocolName: String
    private let vocabulary: Vocabulary

    /// - Parameter protocolName: what the scenarios name.
    package init(protocolName: String, vocabulary: Vocabulary) {
        self.protocolName = protocolName
        self.vocabulary = vocabulary
    }

    /// One scenario.
    package func scenario(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        let draw = RequestDraw(protocolName, vocabulary, options)
        let fitting = ScenarioPattern.all.filter { pattern in
            (pattern.keepsToOperations || options.operations == nil) && pattern.fits(draw)
        }
        let pattern = random.pick(fitting, byWeight: { $0.weight(draw) }) ?? .rounds
        return pattern.scenario(&random, draw)
    }

    /// Each command of the vocabulary alone, once: what the target knows and answers is known then.
    package func introductions(_ options: GeneratorOptions, _ codec: any WireCodec) -> [Scenario] {
        let draw = RequestDraw(protocolName, vocabulary, options)
        return draw.oneOfEachCommand.filter { $0.isAnswered(codec) }.map { request in
            var one = options
            one.clients = 1
            var builder = RoundBuilder(RequestDraw(protocolName, vocabulary, one))
            builder.connectAll()
            builder.ask(0, request)
            return builder.scenario
        }
    }

    /// What clients say first on a connection.
    package func login(_ options: GeneratorOptions) -> [[Template]] {
        RequestDraw(protocolName, vocabulary, options).login
    }

    /// A request of a command.
    package func request(_ command: String, _ options: GeneratorOptions) -> [Template]? {
        // What it does not know may leave nothing to be drawn of a topic, of which some is known.
        var all = options
        all.excludedCommands = []
        return RequestDraw(protocolName, vocabulary, all).oneOfEachCommand.first {
            (Habit.firstWord($0) ?? "") == command
        }
    }

    /// A request with a value as long as that, of one of these commands; nil where they take none.
    package func request(
        withValueOf bytes: Int, of commands: [String], _ options: GeneratorOptions
    ) -> [Template]? {
        RequestDraw(protocolName, vocabulary, options).oneOfEachCommand(.bytes(bytes)).first { request in
            Template(joining: request).sizedTokenBytes >= bytes
                && Habit.firstWord(request).map(commands.contains) ?? true
        }
    }

    /// Writes a value so long, and reads it; nil where nothing is both written and read.
    package func keeping(valueOf bytes: Int, _ options: GeneratorOptions) -> [[Template]]? {
        let draw = RequestDraw(protocolName, vocabulary, options)
        guard let topic = draw.register else { return nil }
        var random = SeededGenerator(seed: 0)
        return [.write, .read].compactMap { effect in
            draw.request(effect, topic, named: "long", .bytes(bytes), mostUsual: true, &random)
        }
    }

    /// Writes so many objects, and as many requests that read them; nil where nothing is both written and read.
    package func keeping(objects: Int, _ options: GeneratorOptions) -> (writes: [[Template]], reads: [[Template]])? {
        let draw = RequestDraw(protocolName, vocabulary, options)
        guard let topic = draw.register else { return nil }
        var random = SeededGenerator(seed: 0)
        let requests = { (effect: RequestTemplate.Effect) in
            (0..<objects).compactMap {
                draw.request(effect, topic, named: "kept\($0)", .short, mostUsual: true, &random)
            }
        }
        return (requests(.write), requests(.read))
    }

    /// One stretch of an ordinary load test: the same few requests, and nobody does anything unusual.
    package func hammer(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        ScenarioPattern.hammer.scenario(&random, RequestDraw(protocolName, vocabulary, options))
    }
}
