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
        let pattern = random.pick(fitting, byWeight: \.weight) ?? .rounds
        return pattern.scenario(&random, draw)
    }

    /// One stretch of an ordinary load test: the same few requests, and nobody does anything unusual.
    package func hammer(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        ScenarioPattern.hammer.scenario(&random, RequestDraw(protocolName, vocabulary, options))
    }
}
