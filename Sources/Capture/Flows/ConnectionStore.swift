/// The connections of a table, by number. Those that have been over for a while lie folded.
struct ConnectionStore {
    /// So many connections that are over stay as they are: most late packets come soon.
    static let usualPatience = 64

    /// Where each connection lies: in `open`, or, where negative, at the complement in `folded`.
    private var places: [Int32] = []
    private var open = PagedArray<Connection>()
    private var folded = PagedArray<FoldedConnection>()
    /// What those that are folded show together.
    private(set) var foldedTotals = FoldedConnection.Totals()
    /// A bit for each number: it is folded, and both sides had closed. What is asked of each port that is used again
    /// should not bring a folded connection into the cache.
    private var closed: [UInt64] = []
    private var freeOpen: [Int32] = []
    private var freeFolded: [Int32] = []
    /// Numbers of connections that are over, oldest first from `next` on.
    private var over: [Int32] = []
    private var next = 0
    private let patience: Int

    /// `patience` is the number of connections that are over and stay as they are; `.max` folds none.
    init(patience: Int = usualPatience) {
        self.patience = patience
    }

    /// How many there are, and how many of them are folded.
    var count: Int { places.count }
    var foldedCount: Int { folded.count - freeFolded.count }

    /// Changes a connection in its place, made whole if it was folded.
    @inline(__always)
    mutating func change<Result>(_ number: Int, _ body: (inout Connection) -> Result) -> Result {
        let place = Int(places[number])
        return open.change(place >= 0 ? place : unfold(number), body)
    }

    /// Whether a connection is folded, and both its sides had closed.
    @inline(__always)
    func isFoldedAndClosed(_ number: Int) -> Bool {
        closed[number >> 6] >> UInt64(number & 63) & 1 != 0
    }

    /// Asks a connection that is folded; nil if it is not.
    @inline(__always)
    mutating func askFolded<Result>(_ number: Int, _ question: (inout FoldedConnection) -> Result) -> Result? {
        let place = Int(places[number])
        // Lent for changes, it is not copied.
        return place < 0 ? folded.change(~place, question) : nil
    }

    /// Adds a connection, as `Connection.init` makes it.
    mutating func begin(firstSender: Int, time: Timestamp, keepsBytes: Bool, likelyClient: Int, stretch: UInt32) {
        let place: Int
        if let free = freeOpen.popLast() {
            place = Int(free)
            open.change(place) {
                $0.becomeNew(
                    firstSender: firstSender, time: time, keepsBytes: keepsBytes, likelyClient: likelyClient,
                    stretch: stretch)
            }
        } else {
            place = open.count
            open.append(
                Connection(
                    firstSender: firstSender, time: time, keepsBytes: keepsBytes, likelyClient: likelyClient,
                    stretch: stretch))
        }
        if places.count & 63 == 0 { closed.append(0) }
        places.append(Int32(truncatingIfNeeded: place))
    }

    private mutating func unfold(_ number: Int) -> Int {
        let at = Int(~places[number])
        let place: Int
        if let free = freeOpen.popLast() {
            place = Int(free)
            folded.change(at) { small in open.change(place) { $0 = small.unfolded() } }
        } else {
            place = open.count
            open.append(folded[at].unfolded())
        }
        folded.change(at) { foldedTotals.remove($0) }
        freeFolded.append(Int32(truncatingIfNeeded: at))
        places[number] = Int32(truncatingIfNeeded: place)
        closed[number >> 6] &= ~(1 << UInt64(number & 63))
        return place
    }

    /// Folds a connection now, if it can be.
    mutating func fold(_ number: Int) {
        let place = Int(places[number])
        guard place >= 0, patience < .max else { return }
        let isFoldable = open.change(place) { connection in
            connection.isLeaving = false
            if connection.isOver, FoldedConnection.holds(connection) { return true }
            connection.analysis.giveBack()
            return false
        }
        guard isFoldable else { return }
        // Changed, though nothing changes it: lent, it would be copied.
        let at: Int
        if let free = freeFolded.popLast() {
            at = Int(free)
            open.change(place) { connection in folded.change(at) { $0 = FoldedConnection(connection) } }
        } else {
            at = folded.count
            open.change(place) { folded.append(FoldedConnection($0)) }
        }
        folded.change(at) { foldedTotals.add($0) }
        if open.change(place, { $0.isClosed }) { closed[number >> 6] |= 1 << UInt64(number & 63) }
        freeOpen.append(Int32(truncatingIfNeeded: place))
        places[number] = ~Int32(truncatingIfNeeded: at)
    }

    /// A connection ended: it is folded when more have ended since.
    mutating func leave(_ number: Int) {
        guard patience > 0 else { return fold(number) }
        if over.count < patience {
            over.append(Int32(truncatingIfNeeded: number))
            return
        }
        let oldest = Int(over[next])
        over[next] = Int32(truncatingIfNeeded: number)
        next = next + 1 == patience ? 0 : next + 1
        fold(oldest)
    }

    /// Shows all connections by number, those that are folded as they are.
    @inline(__always)
    func forEach(
        _ whole: (Int, borrowing Connection) throws -> Void,
        folded small: (Int, borrowing FoldedConnection) throws -> Void
    ) rethrows {
        for number in 0..<places.count {
            let place = Int(places[number])
            if place >= 0 {
                try open.lend(place) { try whole(number, $0) }
            } else {
                try folded.lend(~place) { try small(number, $0) }
            }
        }
    }

    /// Shows by number those that are not folded.
    func forEachOpen(_ body: (Int, borrowing Connection) -> Void) {
        for number in 0..<places.count {
            let place = Int(places[number])
            if place >= 0 { open.lend(place) { body(number, $0) } }
        }
    }
}

extension ConnectionStore: Sendable {}
