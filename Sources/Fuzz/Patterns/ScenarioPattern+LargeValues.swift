import System
import Wire

extension ScenarioPattern {
    /// Values of one length, more than a pipe takes in one piece or even more than it holds, in two registers. Where pieces
    /// mix, only equal lengths leave a message that can be read.
    static let largeValues = ScenarioPattern(
        weight: 6, keepsToOperations: true, fits: { $0.register != nil }
    ) { random, draw in
        let length =
            switch random.pick(0...2) {
            case _ where draw.options.datagrams: random.pick(5000...9000)
            case 0: random.pick(66_000...90_000)
            default: random.pick(5000...20_000)
            }
        let requests = draw.options.clients * max(1, draw.options.operations ?? mostLarge)
        let fitting = min(length, max(shortestLarge, ExecutionLimits.packetBytes / 2 / requests))
        return rounds(about: draw.register, most: mostLarge, arrivingOneIn: 2, &random, draw) { _, random in
            draw.largeRequest(&random, fitting)
        }
    }

    /// Requests of each client, where the options do not say how many.
    private static let mostLarge = 3
    /// No value that is meant to be long is shorter, however many there are. Bytes.
    private static let shortestLarge = 1000
}

extension RequestDraw {
    /// Reads and writes of two registers with long values.
    fileprivate func largeRequest(_ random: inout SeededGenerator, _ length: Int) -> [Template] {
        guard let register else { return [] }
        let effect: RequestTemplate.Effect = random.pick(0...4) < 3 ? .write : .read
        return request(effect, register, named: random.oneIn(2) ? "b" : "a", .bytes(length), &random) ?? []
    }
}
