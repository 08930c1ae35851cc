import System
import Wire

extension ScenarioPattern {
    /// Every client has a few requests on their way, and sends another one whenever a reply has come. Nobody waits for anybody
    /// else. It is a yardstick, and no campaign draws it.
    static let hammer = ScenarioPattern(weight: 0, keepsToOperations: true, fits: { _ in true }) { random, draw in
        let options = draw.options
        var count = options.operations ?? hammerRequests
        var depth = options.datagrams ? 1 : min(count, random.pick(hammerDepths))
        // Writes of several objects are hard to decide where there are many.
        let topic = draw.topic(&random) { $0.object == .several ? $0.weight / 2 : $0.weight }
        if topic?.object == .several {
            let most = max(2, mostSeveral / draw.hardGroup)
            (count, depth) = (min(most, count), min(most, depth))
        }
        var builder = RoundBuilder(draw)
        builder.connectAll()
        for number in 0..<count + depth {
            for client in 0..<options.clients {
                if number >= depth { builder.step(client, .expect(count: 1)) }
                if number < count {
                    builder.send(client, [draw.hammerRequest(about: topic, by: client, &random)])
                }
            }
        }
        return builder.scenario
    }

    /// Requests of each client in one execution of a hammer.
    private static let hammerRequests = 100
    /// How many requests of a client a hammer has on their way: none pipelined, or a few.
    private static let hammerDepths = [1, 1, 1, 4]
}

extension RequestDraw {
    fileprivate func hammerRequest(
        about topic: Topic?, by client: Int, _ random: inout SeededGenerator
    ) -> [Template] {
        guard let topic else { return request(about: nil, by: client, &random) }
        switch topic.object {
        case .marker: return markerRequest(&random) ?? []
        // One counter that goes on rising, and a read now and then.
        case .counter where topic.has(.change):
            let effect: RequestTemplate.Effect = topic.has(.read) && random.oneIn(8) ? .read : .change
            return request(effect, topic, named: "m", .short, &random) ?? []
        case .own where random.oneIn(2):
            return writeOwn(topic, by: client, random.pick(0...Self.ownObjects - 1), isBig: false, &random)
        case .register where random.oneIn(4):
            return markerRequest(&random) ?? request(about: topic, by: client, &random)
        default: return request(about: topic, by: client, &random)
        }
    }
}
