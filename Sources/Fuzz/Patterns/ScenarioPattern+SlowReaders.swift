import System
import Wire

extension ScenarioPattern {
    /// Client 0, or all but the last, which takes a whole pool of workers, ask for more than the buffers on the way back hold
    /// before they read. Meanwhile each of the others wants one reply.
    static let slowReaders = ScenarioPattern(
        weight: { $0.marker == nil ? 2 : 1 }, keepsToOperations: true,
        fits: { !$0.options.datagrams && ($0.register != nil || $0.marker != nil) }
    ) { random, draw in
        var builder = RoundBuilder(draw)
        let clients = draw.options.clients
        let slow = random.oneIn(2) ? max(1, min(clients - 1, mostReplies / fewestReplies)) : 1
        builder.connectAll { $0 < slow ? smallBuffer : nil }
        if let write = draw.bigRequest(.write, &random) { builder.ask(0, write) }
        let large = draw.bigRequest(.read, &random) ?? draw.marker(bytes: longMarker, &random) ?? []
        let count = min(random.pick([fewestReplies, fewestReplies, 16, 16, 16, 64]), mostReplies / slow)
        for client in 0..<slow { builder.send(client, Array(repeating: large, count: count)) }
        for client in slow..<max(slow, clients) {
            let short = draw.register == nil ? draw.markerRequest(&random) : nil
            builder.ask(client, short ?? draw.request(about: draw.register, by: client, &random))
        }
        builder.step(0, .pause(.milliseconds(3)))
        for client in 0..<slow { builder.step(client, .expect(count: count)) }
        return builder.scenario
    }

    /// The receive buffer of a slow reader. Bytes.
    private static let smallBuffer = 16_384
    /// The value that slow readers ask for, or the marker. Bytes.
    fileprivate static let bigValue = 64 << 10
    private static let longMarker = 65_000
    /// Replies that a slow reader asks for at least.
    private static let fewestReplies = 8
    /// Replies that all slow readers together ask for: half of what an execution may read.
    private static let mostReplies = ExecutionLimits.readBytes / 2 / bigValue
}

extension RequestDraw {
    /// Writes or reads a value that is longer than buffers.
    fileprivate func bigRequest(_ effect: RequestTemplate.Effect, _ random: inout SeededGenerator) -> [Template]? {
        register.flatMap {
            request(effect, $0, named: "big", .bytes(ScenarioPattern.bigValue), mostUsual: true, &random)
        }
    }
}
