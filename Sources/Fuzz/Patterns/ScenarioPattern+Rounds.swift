import System
import Wire

extension ScenarioPattern {
    /// Rounds of requests about one topic, released together; a few markers among them.
    static let rounds = ScenarioPattern(weight: 85, keepsToOperations: true, fits: { _ in true }) { random, draw in
        guard var topic = draw.topic(&random) else { return rounds(about: nil, &random, draw) }
        if topic.object == .own, random.oneIn(2) {
            // All read in one way.
            let reads = topic.requests.filter { $0.effect == .read }
            let read = random.pick(reads, byWeight: \.weight)
            topic.requests.removeAll { $0.effect == .read }
            topic.requests += read.map { [$0] } ?? []
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
    private static let departingOneIn: UInt64 = 12

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
        let hasMarkers = topic?.object != .marker && draw.marker != nil
        for (index, size) in batching.sizes.enumerated() {
            let isLast = index == batching.sizes.count - 1
            let batches = (0..<options.clients).map { client in
                (0..<size).map { place in
                    if isLast, client == leaving?.client, topic?.lasts ?? false, let own = draw.own {
                        return draw.partingRequest(own, by: client, &random)
                    }
                    // A marker in most batches, at a drawn place among the others.
                    if hasMarkers, random.pick(0...size + 1) == place, let marker = draw.markerRequest(&random) {
                        return marker
                    }
                    return request?(client, &random) ?? draw.request(about: topic, by: client, &random)
                }
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
        return Departure.draw(oneIn: departingOneIn, clients: draw.options.clients, &random)
    }
}
