/// Finds anomalies of TCP from what the packets' numbers prove: IP identification, TCP time stamps, sequence numbers,
/// acknowledgements and times, in this order of trust.
///
/// The rules and their accuracy on ground truth are those of the tests. Checksums are never used to discard.
struct FlowAnalysis {
    /// Nanoseconds that an operating system waits at least before its retransmission timer runs out (Linux, 200 ms).
    static let minimumTimeout: Int64 = 200_000_000
    /// Nanoseconds of pause before a missing identification is taken for a lost first copy.
    static let tailPause: Int64 = 150_000_000
    /// Nanoseconds in which a hole may be filled without the sender knowing, where the round trip is not known.
    static let defaultRoundTrip: Int64 = 3_000_000
    /// The shortest nanoseconds after which a SYN is answered again (RFC 6298: one second).
    static let handshakeTimeout: Int64 = 900_000_000
    /// The longest first step of IP identifications that is taken for counting without another.
    static let shortestRun = 16
    /// The longest step of IP identifications that counts as counting.
    static let longestStep = 2048

    /// Two for each flow, as in `FlowTable`.
    var directions: [DirectionAnalysis] = []
    /// The handshake's round trip of each flow in nanoseconds; 0 while unknown.
    private var roundTrips: [Int64] = []
    private var synTimes: [Int64] = []
    private(set) var log = AnomalyLog()

    /// A segment with what is needed of its surroundings.
    struct Event {
        var flow: Int
        var direction: Int
        var packet: PacketReference
        var entry: SegmentHistory.Entry
        /// The offset of its first byte, SYN or FIN.
        var start: Int
        /// What it takes: payload, SYN, FIN.
        var taken: Int
        var payload: Int
        var flags: TCPFlags
        /// The TCP time stamp that it echoes.
        var echo: UInt32?
        /// The offset that it acknowledges in the other direction; nil without the flag.
        var acknowledged: Int?

        var end: Int { start + taken }
        var isControl: Bool { !flags.isDisjoint(with: [.syn, .fin, .rst]) }
    }

    mutating func addFlow() {
        directions.append(DirectionAnalysis())
        directions.append(DirectionAnalysis())
        roundTrips.append(0)
        synTimes.append(0)
    }

    /// Looks at one segment, before the stream takes it.
    mutating func add(_ segment: Segment, _ event: Event) {
        let own = event.flow * 2 + event.direction
        let other = event.flow * 2 + (1 - event.direction)
        directions[own].packets &+= 1
        if isDuplicate(event, own) { return }
        timeHandshake(event)
        acknowledgements(segment, event, own, other)
        windows(segment, event, own, other)
        if event.taken > 0 { taking(segment, event, own, other) }
        if event.flags.contains(.rst) { reset(event, own, other) }
        remember(segment, event, own)
    }

    mutating func report(
        _ kind: Anomaly.Kind, _ event: Event, _ reason: Anomaly.Reason, _ confidence: Anomaly.Confidence,
        related: Int = 0
    ) {
        report(kind, event.packet, event.flow, event.direction, reason, confidence, related: related)
    }

    private mutating func report(
        _ kind: Anomaly.Kind, _ packet: PacketReference, _ flow: Int, _ direction: Int, _ reason: Anomaly.Reason,
        _ confidence: Anomaly.Confidence, related: Int = 0
    ) {
        let index = flow * 2 + direction
        let anomaly = Anomaly(
            kind: kind, packet: packet, isToServer: true, reason: reason, confidence: confidence, related: related)
        log.add(anomaly, flow: flow, direction: direction, alreadyInFlow: Int(directions[index].reported))
        directions[index].reported &+= 1
        directions[index].counts.add(kind)
        if kind.isRetransmission { directions[index].repeatedPacket = UInt32(truncatingIfNeeded: packet.number) }
    }
}

/// The steps of `add`.
extension FlowAnalysis {
    private mutating func timeHandshake(_ event: Event) {
        if event.flags.contains(.syn), !event.flags.contains(.ack) {
            synTimes[event.flow] = event.packet.time.nanoseconds
        } else if roundTrips[event.flow] == 0, synTimes[event.flow] != 0, !event.flags.contains(.syn) {
            roundTrips[event.flow] = max(1, event.packet.time.nanoseconds - synTimes[event.flow])
        }
    }

    func roundTrip(_ flow: Int) -> Int64 {
        roundTrips[flow] == 0 ? Self.defaultRoundTrip : roundTrips[flow]
    }

    /// Whether the packet is one that was there already; it then changes nothing else.
    private mutating func isDuplicate(_ event: Event, _ own: Int) -> Bool {
        let state = directions[own]
        guard state.isOpen else { return false }
        let identification = event.entry.identification
        let behind = Int16(bitPattern: identification &- state.identification)
        // A number ahead of all others is new.
        if identification != 0, state.identificationsCount, behind > 0 { return false }
        guard let twin = state.history.twin(of: event.entry) else { return false }
        let pause = event.packet.time.nanoseconds - twin.time.nanoseconds
        let other = event.flow * 2 + (1 - event.direction)
        if event.flags.contains(.syn) {
            directions[own].syns &+= 1
            // Each SYN that arrives is answered; Linux numbers none of the answers.
            if event.flags.contains(.ack), directions[other].syns >= directions[own].syns { return false }
        }
        if identification == 0 {
            // Without identification a repeat in the same tick of the clock looks the same; so does a second
            // acknowledgement of the same segment.
            guard event.taken > 0, event.entry.timestampValue != 0, pause < Self.minimumTimeout / 2 else {
                return false
            }
        }
        directions[own].duplicates &+= 1
        let first = Int(twin.number)
        if twin.interface != event.entry.interface {
            report(.captureDuplicate, event, .otherInterface, .certain, related: first)
        } else if twin.timeToLive != event.entry.timeToLive {
            report(.captureDuplicate, event, .otherHop, .certain, related: first)
        } else if identification != 0 {
            report(.networkDuplicate, event, .identicalHeaders, .certain, related: first)
        } else {
            report(.networkDuplicate, event, .identicalWithoutIdentification, .likely, related: first)
        }
        return true
    }

    private mutating func acknowledgements(_ segment: Segment, _ event: Event, _ own: Int, _ other: Int) {
        guard let acknowledged = event.acknowledged, !event.flags.contains(.syn) else { return }
        if segment.reportsDuplicate { blame(segment, other) }
        if directions[other].isOpen, acknowledged > directions[other].sentEnd {
            report(.acknowledgedUnseen, event, .dataMayFollow, .likely)
        }
        let isRepeat =
            directions[own].acknowledgement == segment.acknowledgement && event.taken == 0 && !event.isControl
        guard isRepeat else {
            if directions[own].acknowledgement != segment.acknowledgement { directions[own].duplicateACKs = 0 }
            return
        }
        let sameWindow = directions[own].window == segment.window
        if directions[other].takenEnd > acknowledged, sameWindow || segment.sackBlocks > 0, segment.window != 0 {
            directions[own].duplicateACKs += 1
            report(.duplicateACK, event, .sameNumber, .certain)
        }
    }

    /// The receiver had a repeated segment already: the repeat was not needed.
    private mutating func blame(_ acknowledgement: Segment, _ other: Int) {
        guard let twice = directions[other].history.newest(startingAt: acknowledgement.sackLeft) else { return }
        if let kind = log.makeSpurious(packet: Int(twice.number), flow: other / 2, direction: other % 2) {
            directions[other].counts.moveOne(kind, to: .spuriousRetransmission)
        }
    }

    private mutating func windows(_ segment: Segment, _ event: Event, _ own: Int, _ other: Int) {
        if segment.window == 0, !event.isControl { report(.zeroWindow, event, .windowSays, .certain) }
        guard !event.isControl, directions[own].isOpen else { return }
        let closed = directions[other].isOpen && directions[other].window == 0
        if event.payload <= 1, event.start == directions[own].sentEnd - 1 {
            // Of one byte, it is a keep-alive only where that byte had arrived.
            if event.payload == 0 || directions[other].acknowledgedOffset.map({ $0 >= event.end }) == true {
                if closed {
                    report(.zeroWindowProbe, event, .windowClosed, .certain)
                } else {
                    report(.keepAlive, event, .oneBelow, .certain)
                }
            }
        } else if event.payload == 1, event.start == directions[own].sentEnd, closed {
            report(.zeroWindowProbe, event, .windowClosed, .likely)
        }
        if event.payload > 0, let scale = directions[other].scale, let last = directions[other].acknowledgement,
            directions[own].scale != nil
        {
            let limit = last &+ UInt32(directions[other].window) << UInt32(scale)
            if segment.sequence &+ UInt32(truncatingIfNeeded: event.payload) == limit {
                report(.windowFull, event, .windowSays, .certain)
            }
        }
    }

    private mutating func reset(_ event: Event, _ own: Int, _ other: Int) {
        guard !directions[own].resetSeen, directions[other].isOpen, !directions[other].resetSeen else { return }
        guard let last = directions[own].acknowledgedOffset, directions[other].takenEnd > last else { return }
        report(.resetWithDataUnread, event, .bytesUnacknowledged, .likely)
    }
}

extension FlowAnalysis.Event {
    /// Puts together what the analysis needs to know of a segment.
    @inline(__always)
    init(
        _ segment: Segment, _ record: PacketRecord, flow: Int, direction: Int, own: StreamBuilder, other: StreamBuilder
    ) {
        self.flow = flow
        self.direction = direction
        packet = PacketReference(number: record.number, time: record.time)
        entry = SegmentHistory.Entry(segment, record)
        start = own.offset(of: segment.sequence)
        taken = segment.sequenceLength
        payload = segment.payloadLength
        flags = segment.flags
        echo = segment.timestampValue == nil ? nil : segment.timestampEcho
        acknowledged = segment.flags.contains(.ack) ? other.offset(of: segment.acknowledgement) : nil
    }
}

extension SegmentHistory.Entry {
    init(_ segment: Segment, _ record: PacketRecord) {
        time = record.time
        sequence = segment.sequence
        acknowledgement = segment.acknowledgement
        timestampValue = segment.timestampValue ?? 0
        number = UInt32(truncatingIfNeeded: record.number)
        length = UInt32(truncatingIfNeeded: segment.payloadLength)
        identification = segment.isIPv6 ? 0 : UInt16(truncatingIfNeeded: segment.identification ?? 0)
        flags = segment.flags.rawValue
        window = segment.window
        interface = UInt16(truncatingIfNeeded: record.interface)
        timeToLive = segment.timeToLive
    }
}

extension FlowAnalysis {
    /// The share of duplicates in a direction's packets from which on the capture is to blame, and the least number.
    private static let captureDuplicateShare = 0.4
    private static let captureDuplicateMinimum: UInt32 = 8

    /// What only the whole capture shows: bytes that never came, and duplicates that are too many.
    mutating func finish() {
        for index in directions.indices {
            let flow = index / 2
            let direction = index % 2
            let state = directions[index]
            if state.duplicates >= Self.captureDuplicateMinimum,
                Double(state.duplicates) >= Double(state.packets) * Self.captureDuplicateShare
            {
                log.blameCapture(flow: flow, direction: direction)
                directions[index].counts.move(.networkDuplicate, to: .captureDuplicate)
            }
            let acknowledged = directions[flow * 2 + 1 - direction].acknowledgedOffset ?? 0
            for hole in state.holes {
                if acknowledged > hole.range.lowerBound {
                    report(.missedByCapture, hole.openedBy, flow, direction, .neverCaptured, .likely)
                } else {
                    report(.lossBeforeCapture, hole.openedBy, flow, direction, .neverArrived, .possible)
                }
            }
        }
    }
}

extension Flow {
    /// Takes over what the analysis found; `client` is the direction in which the client sends.
    mutating func take(
        _ found: [(direction: Int, anomaly: Anomaly)], _ lower: DirectionAnalysis, _ higher: DirectionAnalysis,
        _ client: Int
    ) {
        anomalies = found.map { direction, anomaly in
            var named = anomaly
            named.isToServer = direction == client
            return named
        }
        toServer.anomalies = client == 0 ? lower.counts : higher.counts
        toClient.anomalies = client == 0 ? higher.counts : lower.counts
    }
}
