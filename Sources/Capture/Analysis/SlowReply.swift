/// A reply that the client waited for, and what the time went into.
///
/// A request is what the client sent in one go, its reply what the server sent until the client spoke again: so it is for
/// every protocol in which one side asks and the other answers.
public struct SlowReply: Sendable, Equatable {
    /// The last packet of the request; of a connection's set-up, the first SYN.
    public var request: PacketReference
    /// The first packet of the reply; of a set-up, the one that completed the handshake.
    public var reply: PacketReference
    /// The last packet of the reply.
    public var end: PacketReference
    /// Who waited for whom most of the time.
    public var cause: Cause
    /// Nanoseconds from the request to the first byte of the reply.
    public var untilFirst: Int64
    /// Nanoseconds that repeats of lost segments took, as far as the capture shows; at most the whole time.
    public var repeats: Int64
    /// Nanoseconds in which the client had no room for the reply.
    public var closed: Int64
    /// Nanoseconds in which small data waited for a delayed acknowledgement.
    public var held: Int64

    /// Nanoseconds from the request to the last byte of the reply.
    public var total: Int64 { end.time.nanoseconds - request.time.nanoseconds }

    /// Creates one from its packets, its cause and the nanoseconds that went into each part.
    public init(
        request: PacketReference, reply: PacketReference, end: PacketReference, cause: Cause, untilFirst: Int64,
        repeats: Int64, closed: Int64, held: Int64
    ) {
        self.request = request
        self.reply = reply
        self.end = end
        self.cause = cause
        self.untilFirst = untilFirst
        self.repeats = repeats
        self.closed = closed
        self.held = held
    }

    /// Who waited for whom. The raw value is a stable name.
    public enum Cause: String, Sendable {
        /// The client for the connection.
        case connectionSetUp = "connection-set-up"
        /// The client for the server, which had the request.
        case server
        /// Both for segments that were sent again.
        case loss
        /// Both for the way there and back, or for the amount.
        case network
        /// The server for the client, which had no room.
        case clientNotReading = "client-not-reading"
        /// One side's small data for the other's delayed acknowledgement.
        case delayedACK = "delayed-ack"
    }
}

/// The replies of a capture that took longest, bounded.
struct SlowReplies {
    /// The most replies kept, and the nanoseconds below which none is.
    static let maximum = 10
    static let shortest: Int64 = 1_000_000

    private(set) var entries: [(flow: Int, reply: SlowReply)] = []
    /// Nanoseconds that a reply must take to be kept.
    private(set) var threshold = shortest

    mutating func add(_ reply: SlowReply, flow: Int) {
        guard reply.total >= threshold else { return }
        let place = entries.firstIndex { $0.reply.total < reply.total } ?? entries.count
        entries.insert((flow, reply), at: place)
        if entries.count > Self.maximum { entries.removeLast() }
        if entries.count == Self.maximum { threshold = entries[Self.maximum - 1].reply.total + 1 }
    }
}

/// Whose turn it is in a connection.
struct Turn {
    /// Whose data came last; -1: nobody's.
    var talker: Int8 = -1
    /// The side that asks.
    var client: Int8
    /// The talker's first packet.
    var number: UInt32 = 0
    var began: Int64 = 0
    /// What had been waited for when the client began to ask.
    var before = Waits.Sum()

    /// Nobody's turn, and nothing was waited for: all else is set when somebody talks.
    var isPlain: Bool { talker < 0 && before.repeats | before.held | before.closed == 0 }
}

/// Time that one side's segments cost, by cause, in microseconds.
struct Waits {
    /// From a loss to its repeat.
    private(set) var repeats: UInt32 = 0
    /// Small data held back until an acknowledgement came.
    private(set) var held: UInt32 = 0
    /// This side had no room for the other's data.
    private var closed: UInt32 = 0
    /// Since when it has none, in nanoseconds; 0: it has.
    private var closedSince: Int64 = 0

    struct Sum {
        var repeats: UInt32 = 0
        var held: UInt32 = 0
        var closed: UInt32 = 0
    }

    /// Nothing was waited for.
    var isNone: Bool { repeats | held | closed == 0 && closedSince == 0 }

    mutating func addRepeat(nanoseconds: Int64) { Self.add(nanoseconds, to: &repeats) }
    mutating func addHeld(nanoseconds: Int64) { Self.add(nanoseconds, to: &held) }

    mutating func seeWindow(isClosed: Bool, at time: Int64) {
        if isClosed, closedSince == 0 {
            closedSince = time
        } else if !isClosed, closedSince != 0 {
            Self.add(time - closedSince, to: &closed)
            closedSince = 0
        }
    }

    /// Microseconds without room until `time`.
    func closed(until time: Int64) -> UInt32 {
        var sum = closed
        if closedSince != 0 { Self.add(time - closedSince, to: &sum) }
        return sum
    }

    private static func add(_ nanoseconds: Int64, to sum: inout UInt32) {
        sum = UInt32(clamping: Int64(sum) + max(0, nanoseconds) / 1000)
    }
}

extension ConnectionAnalysis {
    /// Data of the side that did not talk last: what the other side said so far was its turn.
    mutating func takeTurn(_ direction: Int, _ packet: PacketReference, start: Int, flow: Int, _ log: inout AnomalyLog)
    {
        // What comes again is no turn.
        guard start >= (direction == 0 ? lower.takenEnd : higher.takenEnd) else { return }
        if direction == turn.client {
            if mayBeSlow(nil, log.slowReplies.threshold) { endTurn(nil, flow: flow, &log.slowReplies) }
            turn.before = Self.waits(
                lower.waits, higher.waits, client: turn.client, until: packet.time.nanoseconds)
        }
        turn.talker = Int8(truncatingIfNeeded: direction)
        turn.began = packet.time.nanoseconds
        turn.number = UInt32(truncatingIfNeeded: packet.number)
    }

    /// Whether the server's turn took so long, as far as is taken into account. To be asked before `endTurn`, which asks
    /// again: the call copies all of this.
    @inline(__always)
    func mayBeSlow(_ last: PacketReference?, _ threshold: Int64) -> Bool {
        guard turn.talker >= 0, turn.talker != turn.client else { return false }
        let asked = turn.client == 0 ? lower.lastDataTime : higher.lastDataTime
        let said = last?.time ?? (turn.client == 0 ? higher.lastTakingTime : lower.lastTakingTime)
        return asked.nanoseconds != 0 && said.nanoseconds - asked.nanoseconds >= threshold
    }

    /// Looks at the reply that is over; `last` is its last packet if that is not yet taken into account.
    func endTurn(_ last: PacketReference?, flow: Int, _ slow: inout SlowReplies) {
        guard mayBeSlow(last, slow.threshold) else { return }
        let asked = turn.client == 0 ? lower.lastDataTime : higher.lastDataTime
        let client = turn.client == 0 ? lower : higher
        let server = turn.client == 0 ? higher : lower
        let first = PacketReference(number: Int(turn.number), time: Timestamp(nanoseconds: turn.began))
        let newest = server.history.newestData.map { PacketReference(number: Int($0.number), time: $0.time) }
        guard let end = last ?? newest, asked <= first.time else { return }
        var reply = SlowReply(
            request: PacketReference(number: Int(client.lastDataNumber), time: asked), reply: first, end: end,
            cause: .server, untilFirst: 0, repeats: 0, closed: 0, held: 0)
        let now = Self.waits(lower.waits, higher.waits, client: turn.client, until: end.time.nanoseconds)
        // Where time runs back a sum may be less than it was.
        let part = { (sum: UInt32, before: UInt32) in min(max(0, Int64(sum) - Int64(before)) * 1000, reply.total) }
        reply.untilFirst = first.time.nanoseconds - asked.nanoseconds
        reply.repeats = part(now.repeats, turn.before.repeats)
        reply.closed = part(now.closed, turn.before.closed)
        reply.held = part(now.held, turn.before.held)
        reply.cause = cause(of: reply)
        slow.add(reply, flow: flow)
    }

    private func cause(of reply: SlowReply) -> SlowReply.Cause {
        let most = reply.total / 2
        if reply.repeats > most { return .loss }
        if reply.closed > most { return .clientNotReading }
        if reply.held > most { return .delayedACK }
        return reply.untilFirst - handshake.roundTrip > most ? .server : .network
    }

    /// The waits of both sides so far, and the client's for room.
    private static func waits(_ one: Waits, _ two: Waits, client: Int8, until time: Int64) -> Waits.Sum {
        Waits.Sum(
            repeats: one.repeats.addingClamped(two.repeats), held: one.held.addingClamped(two.held),
            closed: (client == 0 ? one : two).closed(until: time))
    }
}

extension UInt32 {
    fileprivate func addingClamped(_ other: UInt32) -> UInt32 {
        UInt32(clamping: UInt64(self) + UInt64(other))
    }
}
