import System

/// Scenarios for RESP: few shared keys, unique values, and ECHO as a marker whose reply names its request.
struct RESPGenerator: ScenarioGenerator {
    let protocolName = "resp"

    func scenario(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        let draw = Draw(options)
        if options.operations == nil, !options.datagrams, draw.has("ECHO"), random.oneIn(12) {
            var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
            if random.oneIn(2) {
                builder.churn(&random) { _, _ in draw.marker }
            } else {
                builder.followUp(&random) { $1.oneIn(3) ? draw.marker : draw.counter(&$1, $0) }
            }
            return builder.scenario
        }
        switch random.pick(0...99) {
        case 0 where !options.datagrams: return slowReader(&random, draw)
        case 1...6: return largeValues(&random, draw)
        case 7...40: return rounds(&random, draw, draw.counter)
        case 41...71: return rounds(&random, draw, draw.register)
        default: return rounds(&random, draw, draw.several, most: max(2, Self.mostSeveral / draw.hardGroup))
        }
    }

    func hammer(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        let draw = Draw(options)
        var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
        let count = options.operations ?? RoundBuilder.hammerRequests
        let depth = options.datagrams ? 1 : min(count, random.pick(RoundBuilder.hammerDepths))
        switch random.pick(0...9) {
        case 0...3: builder.hammer(count, depth: depth, &random) { draw.counting(&$1) }
        case 4...7: builder.hammer(count, depth: depth, &random) { $1.oneIn(4) ? draw.marker : draw.register(&$1, $0) }
        default:
            let most = max(2, Self.mostSeveral / draw.hardGroup)
            builder.hammer(min(most, count), depth: min(most, depth), &random) { draw.several(&$1, $0) }
        }
        return builder.scenario
    }

    /// Values of one length, more than a pipe takes in one piece or even more than it holds. Where pieces mix, only equal
    /// lengths leave a message that can be read.
    private func largeValues(_ random: inout SeededGenerator, _ draw: Draw) -> Scenario {
        let length =
            switch random.pick(0...2) {
            case _ where draw.options.datagrams: random.pick(5000...9000)
            case 0: random.pick(66_000...90_000)
            default: random.pick(5000...20_000)
            }
        let most = 3
        let requests = draw.options.clients * max(1, draw.options.operations ?? most)
        let fitting = min(length, max(Self.shortestLarge, ExecutionLimits.packetBytes / 2 / requests))
        return rounds(&random, draw, { random, _ in draw.large(&random, fitting) }, most: most, arrivingOneIn: 2)
    }

    /// No value that is meant to be long is shorter, however many there are. Bytes.
    private static let shortestLarge = 1000

    /// About how many requests the clients of one group draw in a scenario with writes of several keys, two each at least:
    /// such histories are the hardest to decide.
    private static let mostSeveral = 64

    private func rounds(
        _ random: inout SeededGenerator, _ draw: Draw, _ request: (inout SeededGenerator, _ client: Int) -> [Template],
        most: Int = .max, arrivingOneIn rarity: UInt64 = 4
    ) -> Scenario {
        let options = draw.options
        var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
        let arriving = options.operations == nil && random.oneIn(rarity)
        if !arriving { builder.connectAll() }
        let operations = options.operations ?? min(most, random.pick(2...8))
        let batching = Batching(operations: operations, pipelined: !options.datagrams && random.oneIn(2), &random)
        let leaving = Departure.draw(oneIn: 12, clients: options.clients, &random)
        for (index, size) in batching.sizes.enumerated() {
            let batches = (0..<options.clients).map { client in
                (0..<size).map { place in
                    // A marker in most batches, at a drawn place among the others.
                    draw.has("ECHO") && random.pick(0...size + 1) == place ? draw.marker : request(&random, client)
                }
            }
            builder.round(
                batches, arriving: arriving && index == 0, leaving: index == batching.sizes.count - 1 ? leaving : nil,
                &random)
        }
        return builder.scenario
    }

    /// Client 0, or all but the last, ask for more than the buffers on the way back hold before they read.
    private func slowReader(_ random: inout SeededGenerator, _ draw: Draw) -> Scenario {
        guard draw.has("GET"), draw.has("SET") else { return rounds(&random, draw, draw.counter) }
        var builder = RoundBuilder(protocolName: protocolName, clients: draw.options.clients)
        let key = Template([.key("big")])
        builder.slowReaders(
            &random, preparing: [Template(text: "SET"), key, Template([.token(length: 65_536)])],
            large: [Template(text: "GET"), key]
        ) { draw.register(&$1, $0) }
        return builder.scenario
    }

    /// Draws requests from the commands that the target knows.
    private struct Draw {
        let options: GeneratorOptions
        /// The longest value of most scenarios. Bytes.
        var longest: Int { options.datagrams ? 2000 : 10_000 }

        init(_ options: GeneratorOptions) {
            self.options = options
        }

        func has(_ command: String) -> Bool { !options.excludedCommands.contains(command) }

        var marker: [Template] { [Template(text: "ECHO"), Template([.token(length: nil)])] }

        /// How many clients meet in operations that are hard to judge.
        var hardGroup: Int { max(1, min(options.clients, options.hardClients)) }
        /// Whether that is all of them.
        private var areTogether: Bool { hardGroup >= options.clients }

        /// How many times more of the other requests there are, so that few are deletes where each client sends many.
        private func spacing(ofDeletes deletes: Int, among others: Int) -> Int {
            let expected = hardGroup * (options.operations ?? 0) * deletes / (others + deletes)
            return max(1, expected / max(1, options.hardOperations))
        }

        /// A key's name: one for each group of clients, where hard operations are done to it.
        private func shared(_ name: String, by client: Int) -> Template {
            let group = client / hardGroup
            return Template([.key(group == 0 ? name : "\(name)\(group)")])
        }

        /// Mostly increments of one counter. All clients meet on one; if they are too many, others of theirs are deleted.
        func counter(_ random: inout SeededGenerator, _ client: Int) -> [Template] {
            let isSecond = random.oneIn(4)
            let key = isSecond ? shared("n", by: client) : Template([.key("m")])
            let deletes = isSecond ? (areTogether ? 1 : 4) : (areTogether ? 1 : 0)
            let others = spacing(ofDeletes: deletes, among: 16)
            return choose(&random, [("INCR", 12 * others, [key]), ("GET", 4 * others, [key]), ("DEL", deletes, [key])])
        }

        /// Increments of one counter that goes on rising, and a read now and then.
        func counting(_ random: inout SeededGenerator) -> [Template] {
            let key = Template([.key("m")])
            return choose(&random, [("INCR", 7, [key]), ("GET", 1, [key])])
        }

        /// Reads and writes of two registers.
        func register(_ random: inout SeededGenerator, _ client: Int) -> [Template] {
            let isSecond = random.oneIn(3)
            let key = isSecond ? shared("b", by: client) : Template([.key("a")])
            let deletes = isSecond ? (areTogether ? 1 : 3) : (areTogether ? 1 : 0)
            let value = Template([.token(length: random.oneIn(12) ? random.pick(100...longest) : nil)])
            let others = spacing(ofDeletes: deletes, among: 16)
            return choose(
                &random, [("SET", 8 * others, [key, value]), ("GET", 8 * others, [key]), ("DEL", deletes, [key])])
        }

        /// Reads and writes of two registers with long values.
        func large(_ random: inout SeededGenerator, _ length: Int) -> [Template] {
            let key = Template([.key(random.oneIn(2) ? "b" : "a")])
            return choose(&random, [("SET", 3, [key, Template([.token(length: length)])]), ("GET", 2, [key])])
        }

        /// Writes of several keys at once, in any order of keys, with reads between.
        func several(_ random: inout SeededGenerator, _ client: Int) -> [Template] {
            let names = ["x", "y", "z"].shuffled(using: &random).prefix(random.pick(2...3))
            let pairs = names.flatMap { [shared($0, by: client), Template([.token(length: nil)])] }
            let key = shared(names[0], by: client)
            return choose(
                &random, [("MSET", 7, pairs), ("GET", 7, [key]), ("SET", 2, [key, Template([.token(length: nil)])])])
        }

        private func choose(
            _ random: inout SeededGenerator, _ table: [(name: String, weight: Int, arguments: [Template])]
        ) -> [Template] {
            let known = table.filter { has($0.name) && $0.weight > 0 }
            guard let last = known.last else { return [Template(text: "PING")] }
            var ticket = random.pick(1...known.reduce(0) { $0 + $1.weight })
            for entry in known {
                ticket -= entry.weight
                if ticket <= 0 { return [Template(text: entry.name)] + entry.arguments }
            }
            return [Template(text: last.name)] + last.arguments
        }
    }
}
