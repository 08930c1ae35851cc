package import Wire

/// A scenario's requests without its concurrency.
extension Scenario {
    /// The clients in the order of their first steps.
    private var clientsByAppearance: [Int] {
        var seen: Set<Int> = []
        return blocks.lazy.flatMap(\.steps).map(\.client).filter { seen.insert($0).inserted }
    }

    /// The clients one after the other: each begins when the one before has got all its replies, or has left.
    ///
    /// - Parameter codec: tells which requests are answered.
    package func oneAfterTheOther(_ codec: any WireCodec) -> Scenario {
        Scenario(
            protocolName: protocolName, blocks: clientsByAppearance.flatMap { only($0).awaited(codec).blocks })
    }

    /// What each client does, for a target that it has to itself.
    package func eachAlone(_ codec: any WireCodec) -> [Scenario] {
        clientsByAppearance.map { only($0).awaited(codec) }
    }

    /// With what is owed at the end awaited, step by step: nothing is released together.
    private func awaited(_ codec: any WireCodec) -> Scenario {
        var owed = 0
        var isConnected = false
        var copy = self
        copy.blocks = blocks.flatMap(\.steps).map(Block.step)
        for step in blocks.lazy.flatMap(\.steps) {
            switch step.action {
            case .connect: (owed, isConnected) = (0, true)
            case .send(.requests(let requests)): owed += requests.count { $0.isAnswered(codec) }
            // Nobody knows how many requests these are: what the scenario awaits of their replies is awaited.
            case .send(.raw): break
            case .expect(let count): owed = max(0, owed - count)
            case .reset, .close: (owed, isConnected) = (0, false)
            case .shutdown, .pause: break
            }
        }
        if owed > 0, isConnected, let client = blocks.first?.steps.first?.client {
            copy.blocks.append(.step(Step(client: client, .expect(count: owed))))
        }
        return copy
    }
}

extension [Template] {
    /// Whether a request is one that gets a reply.
    func isAnswered(_ codec: any WireCodec) -> Bool {
        var binding = Binding(campaign: "x", execution: 0)
        let words = map { $0.bytes(&binding, client: 0) }
        return codec.isAnswered(codec.encodeRequest(words).span)
    }
}
