import System
import Wire

extension ScenarioPattern {
    /// Some clients subscribe to channels, others publish to them, all released together, while subscribers come and go. Nobody
    /// waits for messages: what was delivered stands before the reply to whatever a subscriber asks next.
    static let broadcast = ScenarioPattern(
        weight: { _ in 8 }, keepsToOperations: false,
        fits: { $0.channels != nil && $0.options.clients > 1 && !$0.options.datagrams }
    ) { random, draw in
        guard let templates = draw.channels else { return rounds(about: nil, &random, draw) }
        var crowd = ChannelCrowd(draw, templates, &random)
        crowd.subscribeAll(&random)
        for _ in 0..<random.pick(1...3) { crowd.round(&random) }
        crowd.finish(&random)
        return crowd.builder.scenario
    }
}

/// Clients of which the first ones subscribe, and the others publish.
private struct ChannelCrowd {
    private(set) var builder: RoundBuilder
    private let draw: RequestDraw
    private let templates: ChannelTemplates
    private let subscribers: Int
    /// The subscribers who may publish as well.
    private var greeted: Set<Int> = []
    private let channels = ["a", "b"].map { Template([.key("ch" + $0)]) }

    /// Requests of a publisher in one round.
    private static let mostMessages = 6
    /// One message of so many is long.
    private static let longOneIn: UInt64 = 12
    private static let longest = 4000

    init(_ draw: RequestDraw, _ templates: ChannelTemplates, _ random: inout SeededGenerator) {
        (self.draw, self.templates) = (draw, templates)
        builder = RoundBuilder(draw)
        builder.connectAll()
        subscribers = random.pick(1...draw.options.clients - 1)
        let greeting = random.pick(templates.greetings, byWeight: \.weight)
        for client in 0..<subscribers where random.oneIn(2) {
            guard let greeting else { break }
            builder.ask(client, draw.request(greeting, to: [], &random))
            greeted.insert(client)
        }
    }

    mutating func subscribeAll(_ random: inout SeededGenerator) {
        for client in 0..<subscribers {
            // Who does not wait may miss what is published at once.
            builder.ask(client, subscription(&random))
        }
    }

    private func subscription(_ random: inout SeededGenerator) -> [Template] {
        one(of: templates.subscribe, channels.shuffled(using: &random), &random)
    }

    /// Ends a subscription, or all; asks something where the target knows no end.
    private func end(_ random: inout SeededGenerator) -> [Template] {
        guard !templates.unsubscribe.isEmpty else { return draw.request(templates.probe, to: [], &random) }
        return one(of: templates.unsubscribe, channels.shuffled(using: &random), &random)
    }

    private func message(_ random: inout SeededGenerator) -> [Template] {
        let isLong = random.oneIn(Self.longOneIn)
        let channel = channels[random.oneIn(4) ? 1 : 0]
        return one(of: templates.publish, [channel], &random, isLong ? .bytes(random.pick(100...Self.longest)) : .short)
    }

    private func one(
        of possible: [RequestTemplate], _ channels: [Template], _ random: inout SeededGenerator,
        _ length: RequestDraw.ValueLength = .short
    ) -> [Template] {
        random.pick(possible, byWeight: \.weight).map { draw.request($0, to: channels, &random, length) } ?? []
    }

    /// All publish at once; some subscribers subscribe to more, or to less, or ask something.
    mutating func round(_ random: inout SeededGenerator) {
        let batches = (0..<builder.clients).map { client -> [[Template]] in
            guard client < subscribers else {
                return (0..<random.pick(1...Self.mostMessages)).map { _ in message(&random) }
            }
            switch random.pick(0...9) {
            case 0: return [end(&random)]
            case 1: return [subscription(&random)]
            case 2, 3: return [draw.request(templates.probe, to: [], &random)]
            case 4 where greeted.contains(client): return [message(&random), message(&random)]
            default: return []
            }
        }
        let leaving = Departure.draw(oneIn: 16, draw.options, &random)
        builder.round(batches, leaving: leaving, &random)
        // A connection that is gone says nothing more.
        if let leaving, !batches[leaving.client].isEmpty {
            if leaving.way == .halfClose { builder.step(leaving.client, .close) }
            builder.connect(leaving.client)
            greeted.remove(leaving.client)
        }
    }

    /// Each publisher says something last, by which what was lost before shows; then subscribers ask, and end.
    mutating func finish(_ random: inout SeededGenerator) {
        for client in subscribers..<builder.clients { builder.ask(client, message(&random)) }
        for client in 0..<subscribers {
            builder.ask(client, draw.request(templates.probe, to: [], &random))
            if random.oneIn(3) { builder.ask(client, end(&random)) }
        }
    }
}

extension ChannelTemplates {
    /// What the target knows of it; nil where that is not enough.
    func known(_ isKnown: (RequestTemplate) -> Bool) -> ChannelTemplates? {
        var known = self
        known.greetings.removeAll { !isKnown($0) }
        known.subscribe.removeAll { !isKnown($0) }
        known.publish.removeAll { !isKnown($0) }
        known.unsubscribe.removeAll { !isKnown($0) }
        guard isKnown(probe), !known.subscribe.isEmpty, !known.publish.isEmpty else { return nil }
        return known
    }
}
