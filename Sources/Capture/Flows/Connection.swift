/// What a table knows of one flow, in one place: a packet touches few lines of the processor's cache.
struct Connection {
    /// The streams that the key's lower and higher end send.
    var lower = StreamBuilder()
    var higher = StreamBuilder()
    var analysis: ConnectionAnalysis
    var state: FlowState
    /// The stretch of the file between two steps back in time in which its last packet came, and that of its first.
    var stretch: UInt32
    let firstStretch: UInt32
    /// Whether the streams keep their bytes.
    let keepsBytes: Bool
    /// It waits to be folded.
    var isLeaving = false

    init(firstSender: Int, time: Timestamp, keepsBytes: Bool, likelyClient: Int, stretch: UInt32) {
        self.keepsBytes = keepsBytes
        self.stretch = stretch
        firstStretch = stretch
        analysis = ConnectionAnalysis(likelyClient: likelyClient)
        state = FlowState(firstSender: firstSender, time: time)
    }

    /// Makes another connection of one that was folded, in the room of its histories: to ask for that costs more than
    /// what else a connection begins with.
    mutating func becomeNew(firstSender: Int, time: Timestamp, keepsBytes: Bool, likelyClient: Int, stretch: UInt32) {
        // Swapped, so that nobody else holds them meanwhile.
        var (lower, higher) = (SegmentHistory(), SegmentHistory())
        swap(&lower, &analysis.lower.history)
        swap(&higher, &analysis.higher.history)
        self = Connection(
            firstSender: firstSender, time: time, keepsBytes: keepsBytes, likelyClient: likelyClient, stretch: stretch)
        swap(&lower, &analysis.lower.history)
        swap(&higher, &analysis.higher.history)
    }

    /// What the flows of a table share.
    struct Shared {
        let findAnomalies: Bool
        let verifyChecksums: Bool
        var log = AnomalyLog()
        var room = StreamBuilder.Room()
        /// Flows of which bytes came again whose first copy was not kept.
        var uncomparedFlows: Set<Int> = []
    }

    /// Whether a segment that comes after a step back in time is of another recording: the connection had not begun then,
    /// and the segment does not go on where it stopped, as it would had the clock been set.
    func startsAnew(_ segment: borrowing Segment, _ time: Timestamp, direction: Int) -> Bool {
        guard time <= state.firstTime else { return false }
        return direction == 0 ? lower.isBehind(segment, higher) : higher.isBehind(segment, lower)
    }

    /// Whether both sides had closed, so that a SYN begins another connection, whatever its number.
    @inline(__always)
    var isClosed: Bool { lower.stream.fin != nil && higher.stream.fin != nil }

    /// Whether little more is to be expected.
    @inline(__always)
    var isOver: Bool { isClosed || lower.stream.reset != nil || higher.stream.reset != nil }

    /// Whether a SYN with this initial sequence number, from the key's lower (0) or higher (1) end, begins another
    /// connection.
    func isContradicted(by initialSequence: UInt32, direction: Int) -> Bool {
        direction == 0
            ? lower.contradicts(initialSequence: initialSequence)
            : higher.contradicts(initialSequence: initialSequence)
    }

    /// What a segment with the connection's ends is to it.
    enum Membership {
        case goesOn
        /// The connection is over now, and was not when this was said last.
        case ends
        /// It is not of this connection and begins another.
        case begins
        /// It begins another one, in another recording.
        case beginsRecording
    }

    /// Adds a segment if it goes on with the connection; `bytes` are those that its offsets count in, `stretch` is the
    /// present one. `inout` spares the segment's copy.
    @inline(__always)
    mutating func take(
        _ segment: inout Segment, _ record: PacketRecord, _ bytes: [UInt8], flow: Int, direction: Int,
        stretch: UInt32, _ shared: inout Shared
    ) -> Membership {
        if self.stretch != stretch {
            if startsAnew(segment, record.time, direction: direction) { return .beginsRecording }
            self.stretch = stretch
        }
        if segment.flags.isOpening, isClosed || isContradicted(by: segment.sequence, direction: direction) {
            return .begins
        }
        let isOver = add(&segment, record, bytes, flow: flow, direction: direction, &shared)
        return isOver ? .ends : .goesOn
    }

    /// Adds a segment of the connection.
    ///
    /// - Returns: whether the connection is over now, and was not when this was said last.
    @inline(__always)
    private mutating func add(
        _ segment: inout Segment, _ record: PacketRecord, _ bytes: [UInt8], flow: Int, direction: Int,
        _ shared: inout Shared
    ) -> Bool {
        if direction == 0 {
            Self.add(&segment, record, bytes, flow, 0, keepsBytes, &lower, &higher, &analysis, &state, &shared)
        } else {
            Self.add(&segment, record, bytes, flow, 1, keepsBytes, &higher, &lower, &analysis, &state, &shared)
        }
        guard segment.payloadLength == 0, isOver, !isLeaving else { return false }
        isLeaving = true
        return true
    }

    private static func add(
        _ segment: inout Segment, _ record: PacketRecord, _ bytes: [UInt8], _ flow: Int, _ direction: Int,
        _ keepsBytes: Bool, _ own: inout StreamBuilder, _ other: inout StreamBuilder,
        _ analysis: inout ConnectionAnalysis, _ state: inout FlowState, _ shared: inout Shared
    ) {
        let packet = PacketReference(number: record.number, time: record.time)
        if !state.handshakeAcknowledged, state.isOfOldConnection(&segment, direction, own: own, other: other) {
            takeOld(&segment, packet, flow, direction, &own, &analysis, &state, &shared)
            return
        }
        own.open(with: segment)
        own.stream.packets += 1
        if !segment.flags.contains(.rst) { own.stream.lastWindow = segment.window }
        var acknowledged = SegmentEvent.nothing
        if segment.flags.contains(.ack) {
            acknowledged = other.acknowledge(segment.acknowledgement)
            if keepsBytes { own.stream.lastAcknowledging = packet }
        }
        if shared.findAnomalies {
            analysis.add(
                &segment, record, flow: flow, direction: direction, start: own.offset(of: segment.sequence),
                acknowledged: acknowledged, &shared.log)
        }
        var isDamaged = false
        if shared.verifyChecksums {
            switch TCPChecksum(&segment, bytes.span.bytes) {
            case .good: own.stream.rightChecksums += 1
            case .unknown: break
            case .unverified: own.stream.unverifiedChecksums += 1
            case .bad:
                isDamaged = true
                analysis.report(
                    .badChecksum, .checksumWrong, .possible, packet, flow: flow, direction: direction, &shared.log)
            }
        }
        // What a reset says is no part of the stream.
        if segment.payloadLength > 0, segment.flags.isDisjoint(with: .rst) {
            if !keepsBytes {
                if own.cover(segment, &shared.room) { shared.uncomparedFlows.insert(flow) }
            } else if own.place(&segment, packet, bytes, acknowledged: acknowledged, &shared.room),
                shared.findAnomalies
            {
                analysis.report(
                    .overlapConflict, .bytesDiffer, isDamaged ? .possible : .likely, packet, flow: flow,
                    direction: direction, &shared.log)
            }
        }
        state.see(record.time)
        // Plain data and acknowledgements, once connected, change nothing else.
        if state.handshakeAcknowledged, segment.flags.isDisjoint(with: [.syn, .fin, .rst]) { return }
        state.track(&segment, direction)
        guard !segment.flags.isDisjoint(with: [.fin, .rst]) else { return }
        own.noteEnd(&segment, packet, acknowledged: keepsBytes ? other.stream.acknowledged : nil)
    }

    /// Counts a packet of a connection that was there before; it says nothing of this one's numbers.
    private static func takeOld(
        _ segment: inout Segment, _ packet: PacketReference, _ flow: Int, _ direction: Int, _ own: inout StreamBuilder,
        _ analysis: inout ConnectionAnalysis, _ state: inout FlowState, _ shared: inout Shared
    ) {
        own.stream.packets += 1
        state.see(packet.time)
        state.oldAnswered = true
        guard shared.findAnomalies, segment.flags.isDisjoint(with: .rst) else { return }
        analysis.report(
            .oldConnectionAnswered, .answersAnotherSYN, .likely, packet, flow: flow, direction: direction, &shared.log)
    }

    /// The flow as it is now; `client` is the direction in which the client sends.
    func finish(id: Int, _ key: FlowKey, client: Int, padding: inout Int) -> Flow {
        let lower = lower.finish(keep: keepsBytes, padding: &padding)
        let higher = higher.finish(keep: keepsBytes, padding: &padding)
        return client == 0
            ? Flow(state, id: id, key, client: 0, toServer: lower, toClient: higher)
            : Flow(state, id: id, key, client: 1, toServer: higher, toClient: lower)
    }
}
