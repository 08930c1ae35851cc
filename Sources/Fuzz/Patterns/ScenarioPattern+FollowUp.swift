import System
import Wire

extension ScenarioPattern {
    /// Requests follow a pipelined batch in a segment of their own before its replies are read: a server that loses the
    /// rest of the batch answers them in its place.
    static let followUp = ScenarioPattern(
        weight: { $0.marker == nil ? 8 : 4 }, keepsToOperations: false,
        fits: { !$0.options.datagrams && $0.namesRequests }
    ) { random, draw in
        var builder = RoundBuilder(draw)
        builder.prepareNaming(&random, draw)
        builder.connectAll()
        for _ in 0..<random.pick(1...2) {
            let counts = (0..<draw.options.clients).map { _ in random.pick(2...3) }
            for client in 0..<draw.options.clients {
                builder.send(client, (0..<counts[client]).map { _ in draw.followingRequest(by: client, &random) })
            }
            // So that the server has read the batch.
            builder.step(0, .pause(.milliseconds(2)))
            for client in 0..<draw.options.clients {
                builder.send(client, [draw.followingRequest(by: client, &random)])
            }
            for client in 0..<draw.options.clients { builder.step(client, .expect(count: counts[client] + 1)) }
        }
        return builder.scenario
    }
}

extension RequestDraw {
    /// A third are requests that their replies name; the others count, where something can be counted.
    fileprivate func followingRequest(by client: Int, _ random: inout SeededGenerator) -> [Template] {
        guard marker != nil, let counter = topics.first(where: { $0.object == .counter }), !random.oneIn(3) else {
            return namingRequest(by: client, mayLeave: false, &random)
        }
        return request(about: counter, by: client, &random)
    }
}
