import System
import Wire

/// Objects of one client each: where no reply repeats its request, what only one client has written names it.
extension RequestDraw {
    /// Objects of each client.
    static let ownObjects = 3
    /// The shortest value of one; each has a length of its own, so that a reply that tells only a length names it too.
    private static let shortestOwn = 64
    private static let longestOwn = 16_384

    /// Writes one of a client's objects.
    func writeOwn(
        _ topic: Topic, by client: Int, _ object: Int, isBig: Bool, _ random: inout SeededGenerator
    ) -> [Template] {
        let length = (isBig ? Self.longestOwn : Self.shortestOwn) + client * Self.ownObjects + object
        return request(.write, topic, named: Self.ownName(client, object), .bytes(length), &random) ?? []
    }

    /// Reads one of a client's objects.
    func readOwn(_ topic: Topic, by client: Int, _ random: inout SeededGenerator) -> [Template] {
        let object = random.pick(0...Self.ownObjects - 1)
        return request(.read, topic, named: Self.ownName(client, object), .short, &random) ?? []
    }

    private static func ownName(_ client: Int, _ object: Int) -> String { "c\(client)x\(object)" }

    /// What a client asks whose replies may never come, of a target that keeps what is written: no later execution reads
    /// what it writes.
    func partingRequest(_ topic: Topic, by client: Int, _ random: inout SeededGenerator) -> [Template] {
        guard random.oneIn(6) else { return readOwn(topic, by: client, &random) }
        return request(.write, topic, named: "left\(client)", .short, &random) ?? []
    }
}

extension RoundBuilder {
    /// Each client writes its objects, and reads one of them.
    mutating func writeOwn(_ topic: Topic, _ random: inout SeededGenerator, _ draw: RequestDraw) {
        let isBig = random.oneIn(8)
        var writes: [[[Template]]] = []
        var reads: [[[Template]]] = []
        for client in 0..<draw.options.clients {
            writes.append(
                (0..<RequestDraw.ownObjects).map { draw.writeOwn(topic, by: client, $0, isBig: isBig, &random) })
            reads.append([draw.readOwn(topic, by: client, &random)])
        }
        round(writes, &random)
        round(reads, &random)
    }
}
