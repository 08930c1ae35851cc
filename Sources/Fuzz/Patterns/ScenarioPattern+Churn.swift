import System
import Wire

extension ScenarioPattern {
    /// Clients come and go: most leave with replies under way, while others connect, whom the server may take for them.
    /// Each request is a segment of its own. Those who stay get their replies.
    static let churn = ScenarioPattern(
        weight: 4, keepsToOperations: false, fits: { !$0.options.datagrams && $0.namesRequests }
    ) { random, draw in
        var builder = RoundBuilder(draw)
        builder.prepareNaming(&random, draw)
        for round in 0..<random.pick(2...4) {
            var staying: [(client: Int, replies: Int)] = []
            for client in (0..<draw.options.clients).shuffled(using: &random) {
                builder.connect(client)
                let count = random.pick(1...4)
                for _ in 0..<count { builder.send(client, [draw.namingRequest(by: client, mayLeave: true, &random)]) }
                if round > 0, random.oneIn(3) {
                    staying.append((client, count))
                } else {
                    builder.step(client, random.oneIn(2) ? .reset : .close)
                }
            }
            for (client, replies) in staying {
                builder.step(client, .expect(count: replies))
                builder.step(client, .close)
            }
        }
        // A server that has lost its way shows it now.
        for client in 0..<draw.options.clients {
            builder.connect(client)
            builder.ask(client, draw.namingRequest(by: client, mayLeave: true, &random))
        }
        return builder.scenario
    }
}

extension RequestDraw {
    /// Whether there are requests whose replies name them.
    var namesRequests: Bool { marker != nil || own != nil }

    /// A marker, or what reads an object of the client's own.
    ///
    /// - Parameter mayLeave: the client may be gone before the reply comes.
    func namingRequest(by client: Int, mayLeave: Bool, _ random: inout SeededGenerator) -> [Template] {
        if let marker = markerRequest(&random) { return marker }
        guard let own else { return [] }
        return mayLeave ? partingRequest(own, by: client, &random) : readOwn(own, by: client, &random)
    }
}

extension RoundBuilder {
    /// Where no reply repeats its request, each client has written objects of its own, and left.
    mutating func prepareNaming(_ random: inout SeededGenerator, _ draw: RequestDraw) {
        guard draw.marker == nil, let own = draw.own else { return }
        connectAll()
        writeOwn(own, &random, draw)
        for client in 0..<clients { step(client, .close) }
    }
}
