import System

/// Scenarios for HTTP: files of one client each, whose bodies and lengths name them, and files that clients share.
///
/// The files last as long as the campaign, a few dozen of them, so a target's disk does not fill: an execution finds what
/// an earlier one left, and reads tell nothing until it has written. For that to be sound no write may be under way when
/// the next execution begins, so a client that leaves without its replies writes only a file that nobody reads.
struct HTTPGenerator: ScenarioGenerator {
    let protocolName = "http"

    func scenario(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        let draw = Draw(options)
        guard draw.writes else { return rounds(&random, draw) { draw.stranger(&$1, client: $0) } }
        guard options.operations == nil else { return rounds(&random, draw) { draw.register(&$1, client: $0) } }
        switch random.pick(0...99) {
        case 0...1: return slowReader(&random, draw)
        case 2...9: return churn(&random, draw)
        case 10...15: return followUp(&random, draw)
        case 16...19: return rounds(&random, draw, most: 4) { draw.large(&$1, client: $0) }
        case 20...39 where draw.has("HEAD"): return own(&random, draw) { draw.head(&$1, client: $0) }
        case 40...64: return own(&random, draw) { draw.own(&$1, client: $0) }
        default: return rounds(&random, draw) { draw.register(&$1, client: $0) }
        }
    }

    func hammer(_ random: inout SeededGenerator, _ options: GeneratorOptions) -> Scenario {
        let draw = Draw(options)
        var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
        let count = options.operations ?? RoundBuilder.hammerRequests
        let depth = min(count, random.pick(RoundBuilder.hammerDepths))
        builder.hammer(count, depth: depth, &random) { client, random in
            guard draw.writes else { return draw.stranger(&random, client: client) }
            switch random.pick(0...3) {
            case 0: return draw.put(client, random.pick(0...Draw.ownFiles - 1), isBig: false)
            case 1: return draw.get(client, random.pick(0...Draw.ownFiles - 1))
            default: return draw.register(&random, client: client)
            }
        }
        return builder.scenario
    }

    private typealias Request = (_ client: Int, inout SeededGenerator) -> [Template]

    /// Rounds of requests to shared files.
    private func rounds(
        _ random: inout SeededGenerator, _ draw: Draw, most: Int = .max, _ request: Request
    ) -> Scenario {
        var builder = RoundBuilder(protocolName: protocolName, clients: draw.options.clients)
        builder.connectAll()
        race(&builder, &random, draw, draw.options.operations ?? min(most, random.pick(2...8)), request)
        return builder.scenario
    }

    /// Each client writes its files, reads one of them, and then all race for their own.
    private func own(_ random: inout SeededGenerator, _ draw: Draw, _ request: Request) -> Scenario {
        let options = draw.options
        var builder = RoundBuilder(protocolName: protocolName, clients: options.clients)
        builder.connectAll()
        writeOwn(&builder, &random, draw)
        race(&builder, &random, draw, random.pick(2...8), request)
        return builder.scenario
    }

    private func writeOwn(_ builder: inout RoundBuilder, _ random: inout SeededGenerator, _ draw: Draw) {
        let isBig = random.oneIn(8)
        let puts = (0..<draw.options.clients).map { client in
            (0..<Draw.ownFiles).map { draw.put(client, $0, isBig: isBig) }
        }
        builder.round(puts, &random)
        builder.round((0..<draw.options.clients).map { [draw.get($0, $0 % Draw.ownFiles)] }, &random)
    }

    private func race(
        _ builder: inout RoundBuilder, _ random: inout SeededGenerator, _ draw: Draw, _ operations: Int,
        _ request: Request
    ) {
        let clients = draw.options.clients
        let batching = Batching(operations: operations, pipelined: !random.oneIn(3), &random)
        let leaving = Departure.draw(oneIn: 10, clients: clients, &random)
        for (index, size) in batching.sizes.enumerated() {
            let isLast = index == batching.sizes.count - 1
            let batches = (0..<clients).map { client in
                (0..<size).map { _ in
                    let leaves = isLast && draw.writes && client == leaving?.client
                    return leaves ? draw.parting(&random, client: client) : request(client, &random)
                }
            }
            builder.round(batches, leaving: isLast ? leaving : nil, &random)
        }
    }

    private func churn(_ random: inout SeededGenerator, _ draw: Draw) -> Scenario {
        var builder = prepared(&random, draw)
        builder.churn(&random) { client, random in draw.parting(&random, client: client) }
        return builder.scenario
    }

    /// Each client has written its files, and left.
    private func prepared(_ random: inout SeededGenerator, _ draw: Draw) -> RoundBuilder {
        var builder = RoundBuilder(protocolName: protocolName, clients: draw.options.clients)
        builder.connectAll()
        writeOwn(&builder, &random, draw)
        for client in 0..<draw.options.clients { builder.step(client, .close) }
        return builder
    }

    private func followUp(_ random: inout SeededGenerator, _ draw: Draw) -> Scenario {
        var builder = prepared(&random, draw)
        builder.followUp(&random) { client, random in draw.reading(&random, client: client) }
        return builder.scenario
    }

    /// Client 0, or all but the last, ask for more than the buffers on the way back hold before they read.
    private func slowReader(_ random: inout SeededGenerator, _ draw: Draw) -> Scenario {
        var builder = RoundBuilder(protocolName: protocolName, clients: draw.options.clients)
        let big = Template([.lasting("big")])
        builder.slowReaders(
            &random, preparing: [Template(text: "PUT"), big, Template([.token(length: 65_536)])],
            large: [Template(text: "GET"), big]
        ) { draw.register(&$1, client: $0) }
        return builder.scenario
    }

    /// Draws requests from the methods that the target allows.
    private struct Draw {
        let options: GeneratorOptions

        /// Files of each client.
        static let ownFiles = 3
        /// The shortest body of such a file; each one has a length of its own, so that the reply to HEAD names it.
        private static let shortestOwn = 64
        private static let longestOwn = 16_384

        init(_ options: GeneratorOptions) {
            self.options = options
        }

        func has(_ method: String) -> Bool { !options.excludedCommands.contains(method) }

        /// Whether files can be written and read.
        var writes: Bool { has("PUT") && has("GET") }

        private func name(_ client: Int, _ file: Int) -> Template { Template([.lasting("c\(client)x\(file)")]) }

        func put(_ client: Int, _ file: Int, isBig: Bool) -> [Template] {
            let length = (isBig ? Self.longestOwn : Self.shortestOwn) + client * Self.ownFiles + file
            return [Template(text: "PUT"), name(client, file), Template([.token(length: length)])]
        }

        func get(_ client: Int, _ file: Int) -> [Template] { [Template(text: "GET"), name(client, file)] }

        func head(_ random: inout SeededGenerator, client: Int) -> [Template] {
            [Template(text: "HEAD"), name(client, random.pick(0...Self.ownFiles - 1))]
        }

        /// GETs of own files, some of a part.
        func own(_ random: inout SeededGenerator, client: Int) -> [Template] {
            let request = get(client, random.pick(0...Self.ownFiles - 1))
            guard random.oneIn(5) else { return request }
            let first = random.pick(0...40)
            let text = random.oneIn(4) ? "bytes=\(first)-" : "bytes=\(first)-\(first + random.pick(0...50))"
            return request + [Template(text: text)]
        }

        /// Mostly HEAD, whose reply is one piece, and GET.
        func reading(_ random: inout SeededGenerator, client: Int) -> [Template] {
            has("HEAD") && random.oneIn(2)
                ? head(&random, client: client) : get(client, random.pick(0...Self.ownFiles - 1))
        }

        /// What a client asks whose replies may never come.
        func parting(_ random: inout SeededGenerator, client: Int) -> [Template] {
            guard random.oneIn(6) else { return reading(&random, client: client) }
            return [Template(text: "PUT"), Template([.lasting("left\(client)")]), Template([.token(length: nil)])]
        }

        /// Reads and writes of two files that all share.
        func register(_ random: inout SeededGenerator, client: Int) -> [Template] {
            let file = Template([.lasting(random.oneIn(3) ? "b" : "a")])
            switch random.pick(0...19) {
            case 0 where has("HEAD"): return [Template(text: "HEAD"), file]
            case 1 where has("DELETE"): return [Template(text: "DELETE"), file]
            case 2...9:
                let length = random.oneIn(12) ? random.pick(100...9000) : nil
                return [Template(text: "PUT"), file, Template([.token(length: length)])]
            default: return [Template(text: "GET"), file]
            }
        }

        /// Bodies of several kilobytes to two shared files.
        func large(_ random: inout SeededGenerator, client: Int) -> [Template] {
            let file = Template([.lasting(random.oneIn(2) ? "b" : "a")])
            guard random.pick(0...4) < 3 else { return [Template(text: "GET"), file] }
            return [Template(text: "PUT"), file, Template([.token(length: random.pick(5000...40_000))])]
        }

        /// Where nothing can be written: what is there, and what is not.
        func stranger(_ random: inout SeededGenerator, client: Int) -> [Template] {
            let methods = ["GET", "HEAD"].filter { has($0) }
            let file = random.oneIn(2) ? Template(text: "/") : Template([.lasting("none")])
            return [Template(text: methods.isEmpty ? "OPTIONS" : random.pick(methods)), file]
        }
    }
}
