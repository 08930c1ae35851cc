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
    static func draw(oneIn rarity: UInt64, clients: Int, _ random: inout SeededGenerator) -> Departure? {
        guard random.oneIn(rarity) else { return nil }
        return Departure(
            client: random.pick(0...clients - 1), way: random.pick(Way.allCases), isAtOnce: !random.oneIn(3))
    }
}
