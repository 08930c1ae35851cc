import System

/// Scenarios for echo and for tagged lines: every message has a token, so a reply names its request.
struct EchoGenerator: ScenarioGenerator {
    let protocolName: String
    /// Words around the message's token.
    private let head: [Template]
    private let tail: [Template]

    init(_ protocolName: String, head: [Template] = [], tail: [Template] = []) {
        self.protocolName = protocolName
        self.head = head
        self.tail = tail
    }

    func scenario(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        guard options.operations == nil, !options.datagrams else { return rounds(&random, options) }
        switch random.pick(0...99) {
        case 0: return slowReader(&random, options)
        case 1...4: return shaped(options) { $0.churn(&random) { request(&$1) } }
        case 5...8: return shaped(options) { $0.followUp(&random) { request(&$1) } }
        default: return rounds(&random, options)
        }
    }

    func hammer(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
        let count = options.operations ?? RoundBuilder.hammerRequests
        builder.hammer(count, depth: min(count, random.pick(RoundBuilder.hammerDepths)), &random) { request(&$1) }
        return builder.scenario
    }

    private func shaped(_ options: GeneratorOptions, _ body: (inout RoundBuilder) -> Void) -> Scenario {
        var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
        body(&builder)
        return builder.scenario
    }

    private func request(_ random: inout SeededGenerator) -> [Template] {
        head + [Template([.token(length: nil)])] + tail
    }

    private func rounds(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
        let arriving = options.operations == nil && random.oneIn(4)
        if !arriving { builder.connectAll() }
        let operations = options.operations ?? random.pick(2...8)
        let batching = Batching(operations: operations, pipelined: !options.datagrams && !random.oneIn(3), &random)
        let leaving = Departure.draw(oneIn: 10, clients: options.clients, &random)
        for (index, size) in batching.sizes.enumerated() {
            let batches = (0..<options.clients).map { _ in
                (0..<size).map { _ in head + [message(&random, options)] + tail }
            }
            builder.round(
                batches, arriving: arriving && index == 0, leaving: index == batching.sizes.count - 1 ? leaving : nil,
                &random)
        }
        return builder.scenario
    }

    /// Most are short; some fill a segment, or more than one read.
    private func message(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Template {
        if options.datagrams { return Template([.token(length: random.oneIn(8) ? random.pick(100...2000) : nil)]) }
        return switch random.pick(0...15) {
        case 0: Template([.token(length: random.pick(1000...2000))])
        case 1: Template([.token(length: random.pick(4000...20_000))])
        default: Template([.token(length: nil)])
        }
    }

    /// Client 0, or all but the last, send more than the buffers on the way back hold before they read.
    private func slowReader(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        shaped(options) { builder in
            builder.slowReaders(&random, large: head + [Template([.token(length: 65_000)])] + tail) { request(&$1) }
        }
    }
}
