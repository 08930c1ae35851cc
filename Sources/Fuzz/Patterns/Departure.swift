import System

/// A client that leaves before its replies came, or says that it will send no more.
struct Departure {
    enum Way: CaseIterable {
        case reset, close, halfClose
        /// Killed after it said that it had nothing more to say: a server that answers gets EPIPE, not ECONNRESET.
        case halfCloseAndReset
    }

    var client: Int
    var way: Way
    /// Right after its requests, before anybody reads a reply.
    var isAtOnce: Bool

    /// One scenario in `rarity` has one.
    static func draw(
        oneIn rarity: UInt64, _ options: GeneratorOptions, _ random: inout SeededGenerator
    ) -> Departure? {
        guard random.oneIn(rarity) else { return nil }
        let client = random.pick(0...options.clients - 1)
        let way = random.pick(options.avoidsHalfClose ? [.reset, .close] : Way.allCases)
        return Departure(client: client, way: way, isAtOnce: !random.oneIn(3))
    }
}
