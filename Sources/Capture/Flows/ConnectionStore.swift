/// The connections of a table, by number. Those that have been over for a while lie folded.
struct ConnectionStore {
    /// So many connections that are over stay as they are: most late packets come soon.
    static let usualPatience = 256

    /// Where each connection lies: in `open`, or, where negative, at the complement in `folded`.
    private var places = PagedArray<Int32>()
    private var open = PagedArray<Connection>()
    private var folded = PagedArray<FoldedConnection>()
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

    /// A connection in its place, made whole if it was folded. To be changed, or asked by what changes it: a read may copy
    /// it.
    subscript(number: Int) -> Connection {
        @inline(__always)
        mutating _read {
            let place = wholePlace(number)
            yield open[place]
        }
        @inline(__always)
        _modify {
            let place = wholePlace(number)
            yield &open[place]
        }
    }

    @inline(__always)
    private mutating func wholePlace(_ number: Int) -> Int {
        let place = Int(places[number])
        return place >= 0 ? place : unfold(number)
    }

    mutating func append(_ connection: consuming Connection) {
        places.append(Int32(truncatingIfNeeded: put(connection)))
    }

    private mutating func put(_ connection: consuming Connection) -> Int {
        guard let free = freeOpen.popLast() else {
            open.append(connection)
            return open.count - 1
        }
        open[Int(free)] = connection
        return Int(free)
    }

    private mutating func unfold(_ number: Int) -> Int {
        let at = Int(~places[number])
        let place = put(folded[at].unfolded())
        freeFolded.append(Int32(truncatingIfNeeded: at))
        places[number] = Int32(truncatingIfNeeded: place)
        return place
    }

    /// Folds a connection now, if it can be.
    mutating func fold(_ number: Int) {
        let place = Int(places[number])
        guard place >= 0, patience < .max else { return }
        open[place].isLeaving = false
        guard let connection = open.lend(place, { $0.isOver ? FoldedConnection($0) : nil }) else { return }
        freeOpen.append(Int32(truncatingIfNeeded: place))
        let at: Int
        if let free = freeFolded.popLast() {
            folded[Int(free)] = connection
            at = Int(free)
        } else {
            folded.append(connection)
            at = folded.count - 1
        }
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

    /// Shows all connections by number.
    func forEach(_ body: (Int, borrowing Connection) throws -> Void) rethrows {
        for number in 0..<places.count {
            let place = Int(places[number])
            if place >= 0 {
                try open.lend(place) { try body(number, $0) }
            } else {
                try body(number, folded[~place].unfolded())
            }
        }
    }

    /// Shows those that are folded as they are, and the others whole.
    func survey(_ whole: (Int, borrowing Connection) -> Void, _ small: (borrowing FoldedConnection) -> Void) {
        for number in 0..<places.count {
            let place = Int(places[number])
            if place >= 0 { open.lend(place) { whole(number, $0) } } else { folded.lend(~place, small) }
        }
    }
}

extension ConnectionStore: Sendable {}
