import System
import Wire

extension ScenarioPattern {
    /// Rounds of requests about one topic, released together; a few markers among them.
    static let rounds = ScenarioPattern(weight: { _ in 85 }, keepsToOperations: true, fits: { _ in true }) {
        random, draw in
        guard var topic = draw.topic(&random) else { return rounds(about: nil, &random, draw) }
        if topic.object == .own {
            // All read in one way: of replies that are framed by requests of another kind nothing can be told but that.
            let reads = topic.requests.filter { $0.effect == .read }
            let command = random.pick(reads, byWeight: \.weight)?.command
            topic.requests.removeAll { $0.effect == .read && $0.command != command }
        }
        let most = topic.object == .several ? max(2, mostSeveral / draw.hardGroup) : .max
        return rounds(about: topic, most: most, &random, draw)
    }

    /// About how many requests the clients of one group draw in a scenario with writes of several objects, two each at
    /// least: such histories are the hardest to decide.
    static let mostSeveral = 64

    /// In one scenario of so many, clients connect just before they send.
    private static let arrivingOneIn: UInt64 = 4
    /// In one scenario of so many, a client leaves early.
    private static let departingOneIn: UInt64 = 10

    /// - Parameters:
    ///   - topic: what requests are about; nil where the target knows nothing.
    ///   - most: requests of each client at most, where the options do not say how many.
    ///   - request: what is asked; nil draws it.
    static func rounds(
        about topic: Topic?, most: Int = .max, arrivingOneIn rarity: UInt64 = arrivingOneIn,
        _ random: inout SeededGenerator, _ draw: RequestDraw,
        request: ((_ client: Int, inout SeededGenerator) -> [Template])? = nil
    ) -> Scenario {
        let options = draw.options
        var builder = RoundBuilder(draw)
        let isOwn = topic?.object == .own
        let arriving = !isOwn && options.operations == nil && random.oneIn(rarity)
        if !arriving { builder.connectAll() }
        if isOwn, let topic { builder.writeOwn(topic, &random, draw) }
        let operations = options.operations ?? min(most, random.pick(2...8))
        // Where each reply names its request, pipelining is what shows most.
        let namesRequests = isOwn || topic?.object == .marker
        let isPipelined = namesRequests ? !random.oneIn(3) : random.oneIn(2)
        let batching = Batching(operations: operations, pipelined: !options.datagrams && isPipelined, &random)
        let leaving = departure(about: topic, &random, draw)
        let isDestroyed = draw.drawDestruction(&random)
        let hasMarkers = topic?.object != .marker && draw.marker != nil
        for (index, size) in batching.sizes.enumerated() {
            let isLast = index == batching.sizes.count - 1
            let batches = (0..<options.clients).map { client in
                var batch: [[Template]] = []
                while batch.count < size {
                    if isLast, client == leaving?.client, topic?.lasts ?? false, let own = draw.own {
                        batch.append(draw.partingRequest(own, by: client, &random))
                    } else if hasMarkers, random.pick(0...size + 1) == batch.count,
                        // A marker in most batches, at a drawn place among the others.
                        let marker = draw.markerRequest(&random)
                    {
                        batch.append(marker)
                    } else if let request {
                        batch.append(request(client, &random))
                    } else {
                        batch += draw.requests(
                            about: topic, by: client, atMost: size - batch.count, isDestroyed: isDestroyed, &random)
                    }
                }
                return batch
            }
            builder.round(batches, arriving: arriving && index == 0, leaving: isLast ? leaving : nil, &random)
        }
        return builder.scenario
    }

    /// Who leaves: nobody where what is under way would be read by later executions.
    private static func departure(
        about topic: Topic?, _ random: inout SeededGenerator, _ draw: RequestDraw
    ) -> Departure? {
        if topic?.lasts ?? false, draw.own == nil { return nil }
        return Departure.draw(oneIn: departingOneIn, draw.options, &random)
    }
}
