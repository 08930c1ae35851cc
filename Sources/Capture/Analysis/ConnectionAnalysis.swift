/// The analysis of one flow: both directions and what they share.
struct ConnectionAnalysis {
    /// The directions of the key's lower and higher end.
    var lower = DirectionAnalysis()
    var higher = DirectionAnalysis()
    var handshake = Handshake()
    var turn: Turn

    /// An analysis of a flow in which this side probably asks, as a SYN will show.
    init(likelyClient: Int) {
        turn = Turn(client: Int8(truncatingIfNeeded: likelyClient))
    }

    /// The handshake's times in nanoseconds; 0 while unknown.
    struct Handshake {
        var synTime: Int64 = 0
        var roundTrip: Int64 = 0
        /// The first SYN.
        var first: Int64 = 0
        var firstNumber: UInt32 = 0

        /// Nanoseconds in which a hole may be filled without the sender knowing.
        var roundTripOrDefault: Int64 { roundTrip == 0 ? ConnectionAnalysis.defaultRoundTrip : roundTrip }

        /// Nothing more can be learned.
        var isOver: Bool { roundTrip != 0 || synTime == 0 }

        mutating func see(_ event: SegmentEvent, _ slow: inout SlowReplies) {
            if event.flags.contains(.syn), !event.flags.contains(.ack) {
                synTime = event.nanoseconds
                guard firstNumber == 0 else { return }
                first = event.nanoseconds
                firstNumber = event.entry.number
            } else if roundTrip == 0, synTime != 0, event.flags.isDisjoint(with: [.syn, .rst]) {
                roundTrip = max(1, event.nanoseconds - synTime)
                let asked = PacketReference(number: Int(firstNumber), time: Timestamp(nanoseconds: first))
                slow.add(
                    SlowReply(
                        request: asked, reply: event.packet, end: event.packet, cause: .connectionSetUp,
                        untilFirst: event.nanoseconds - first, repeats: synTime - first, closed: 0, held: 0),
                    flow: event.flow)
            }
        }
    }

    /// Nanoseconds that an operating system waits at least before its retransmission timer runs out (Linux, 200 ms).
    static let minimumTimeout: Int64 = 200_000_000
    /// Nanoseconds of pause before a missing identification is taken for a lost first copy.
    static let tailPause: Int64 = 150_000_000
    /// Nanoseconds taken for a round trip where none was measured.
    static let defaultRoundTrip: Int64 = 3_000_000
    /// Nanoseconds between packets up to which the clock is not doubted.
    static let longestSteady: Int64 = 1_000_000_000
    /// Nanoseconds by which a clock must be set back for it to be told.
    static let shortestClockStep: Int64 = 10_000_000
    /// Nanoseconds of silence before a keep-alive is taken for nothing else.
    static let shortestIdle: Int64 = 1_000_000_000
    /// The shortest nanoseconds after which a SYN is answered again (RFC 6298: one second).
    static let handshakeTimeout: Int64 = 900_000_000
    /// The longest first step of IP identifications that is taken for counting without another.
    static let shortestRun = 16
    /// The longest step of IP identifications that counts as counting.
    static let longestStep = 2048

    /// Looks at one segment, before the stream takes it.
    ///
    /// - Parameters:
    ///   - start: the offset of its first byte, SYN or FIN.
    ///   - acknowledged: the offset that it acknowledges, or `SegmentEvent.nothing`.
    @inline(__always)
    mutating func add(
        _ segment: inout Segment, _ record: PacketRecord, flow: Int, direction: Int, start: Int, acknowledged: Int,
        _ log: inout AnomalyLog
    ) {
        if segment.payloadLength > 0, turn.talker != direction {
            let packet = PacketReference(number: record.number, time: record.time)
            takeTurn(direction, packet, start: start, flow: flow, &log)
        }
        let isPlain: Bool
        if direction == 0 {
            lower.packets &+= 1
            isPlain = lower.takePlain(&segment, record, start: start, acknowledged: acknowledged, &higher)
        } else {
            higher.packets &+= 1
            isPlain = higher.takePlain(&segment, record, start: start, acknowledged: acknowledged, &lower)
        }
        if isPlain, handshake.isOver {
            if lower.finSeen, higher.finSeen, segment.payloadLength == 0 { forget() }
            return
        }
        let event = SegmentEvent(
            segment, record, flow: flow, direction: direction, start: start, acknowledged: acknowledged)
        if isPlain {
            handshake.see(event, &log.slowReplies)
            return
        }
        if event.isControl { seeControl(event, &log) }
        if direction == 0 {
            Self.addOdd(event, &lower, &higher, &handshake, &log)
        } else {
            Self.addOdd(event, &higher, &lower, &handshake, &log)
        }
    }

    /// Both sides are done: nothing that comes now needs the past, and there may be many such flows.
    private mutating func forget() {
        lower.history.clear()
        higher.history.clear()
    }

    /// Gives back the room of what was forgotten.
    mutating func giveBack() {
        lower.history.giveBack()
        higher.history.giveBack()
    }

    /// Reports what others found of a packet.
    mutating func report(
        _ kind: Anomaly.Kind, _ reason: Anomaly.Reason, _ confidence: Anomaly.Confidence, _ packet: PacketReference,
        flow: Int, direction: Int, _ log: inout AnomalyLog
    ) {
        let anomaly = Anomaly(
            kind: kind, packet: packet, isToServer: true, reason: reason, confidence: confidence, related: 0)
        if direction == 0 {
            lower.report(anomaly, flow, direction, &log)
        } else {
            higher.report(anomaly, flow, direction, &log)
        }
    }

    /// A SYN tells who asks, a FIN or a reset ends a reply.
    private mutating func seeControl(_ event: SegmentEvent, _ log: inout AnomalyLog) {
        if event.flags.contains(.syn) {
            guard !lower.synSeen, !higher.synSeen else { return }
            turn.client = Int8(event.flags.contains(.ack) ? 1 - event.direction : event.direction)
        } else {
            let isReply = event.payload > 0 && event.direction == turn.talker
            let last = isReply ? event.packet : nil
            if mayBeSlow(last, log.slowReplies.threshold) { endTurn(last, flow: event.flow, &log.slowReplies) }
            turn.talker = -1
        }
    }

    /// What a segment that is not plain shows. Nothing here changes `other` that does not say so: as `inout` it is not
    /// copied for each of these.
    private static func addOdd(
        _ event: SegmentEvent, _ own: inout DirectionAnalysis, _ other: inout DirectionAnalysis,
        _ handshake: inout Handshake, _ log: inout AnomalyLog
    ) {
        if own.takeDuplicate(event, &other, &log) { return }
        handshake.see(event, &log.slowReplies)
        own.compareClock(event, &log)
        own.noteDelayedACK(event, &other)
        own.compareAcknowledgement(event, &other, &log)
        own.compareWindow(event, &other, &log)
        own.compareHeldBack(event, &other, handshake.roundTrip, &log)
        if event.taken > 0, !own.compareOrder(event, &other, handshake, &log) { return }
        if event.flags.contains(.rst) { own.compareReset(event, &other, &log) }
        own.remember(event)
        // Both sides are done: nothing that comes now needs the past, and there may be many such flows.
        if own.finSeen && other.finSeen && event.taken == 0 || own.resetSeen {
            own.history.clear()
            other.history.clear()
        }
    }
}
