/// The analysis of one flow: both directions and what they share.
struct ConnectionAnalysis {
    /// The directions of the key's lower and higher end.
    var lower = DirectionAnalysis()
    var higher = DirectionAnalysis()
    var handshake = Handshake()

    /// The handshake's times in nanoseconds; 0 while unknown.
    struct Handshake {
        var synTime: Int64 = 0
        var roundTrip: Int64 = 0

        /// Nanoseconds in which a hole may be filled without the sender knowing.
        var roundTripOrDefault: Int64 { roundTrip == 0 ? ConnectionAnalysis.defaultRoundTrip : roundTrip }

        /// Nothing more can be learned.
        var isOver: Bool { roundTrip != 0 || synTime == 0 }

        mutating func see(_ event: SegmentEvent) {
            if event.flags.contains(.syn), !event.flags.contains(.ack) {
                synTime = event.packet.time.nanoseconds
            } else if roundTrip == 0, synTime != 0, !event.flags.contains(.syn) {
                roundTrip = max(1, event.packet.time.nanoseconds - synTime)
            }
        }
    }

    /// Nanoseconds that an operating system waits at least before its retransmission timer runs out (Linux, 200 ms).
    static let minimumTimeout: Int64 = 200_000_000
    /// Nanoseconds of pause before a missing identification is taken for a lost first copy.
    static let tailPause: Int64 = 150_000_000
    /// Nanoseconds taken for a round trip where none was measured.
    static let defaultRoundTrip: Int64 = 3_000_000
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
        let isPlain: Bool
        if direction == 0 {
            lower.packets &+= 1
            isPlain = lower.takePlain(&segment, record, start: start, acknowledged: acknowledged, higher)
        } else {
            higher.packets &+= 1
            isPlain = higher.takePlain(&segment, record, start: start, acknowledged: acknowledged, lower)
        }
        if isPlain, handshake.isOver { return }
        let event = SegmentEvent(
            segment, record, flow: flow, direction: direction, start: start, acknowledged: acknowledged)
        if isPlain {
            handshake.see(event)
        } else if direction == 0 {
            Self.addOdd(event, &lower, &higher, &handshake, &log)
        } else {
            Self.addOdd(event, &higher, &lower, &handshake, &log)
        }
    }

    /// Reports what others found of a packet.
    mutating func report(
        _ kind: Anomaly.Kind, _ reason: Anomaly.Reason, _ packet: PacketReference, flow: Int, direction: Int,
        _ log: inout AnomalyLog
    ) {
        let anomaly = Anomaly(
            kind: kind, packet: packet, isToServer: true, reason: reason, confidence: .certain, related: 0)
        if direction == 0 {
            lower.report(anomaly, flow, direction, &log)
        } else {
            higher.report(anomaly, flow, direction, &log)
        }
    }

    private static func addOdd(
        _ event: SegmentEvent, _ own: inout DirectionAnalysis, _ other: inout DirectionAnalysis,
        _ handshake: inout Handshake, _ log: inout AnomalyLog
    ) {
        if own.takeDuplicate(event, other, &log) { return }
        handshake.see(event)
        own.compareAcknowledgement(event, &other, &log)
        own.compareWindow(event, other, &log)
        if event.taken > 0 { own.compareOrder(event, other, handshake, &log) }
        if event.flags.contains(.rst) { own.compareReset(event, other, &log) }
        own.remember(event)
        // Both sides are done: nothing that comes now needs the past, and there may be many such flows.
        if own.finSeen && other.finSeen && event.taken == 0 || own.resetSeen {
            own.history.clear()
            other.history.clear()
        }
    }
}

extension ConnectionAnalysis {
    /// The share of duplicates in a direction's packets from which on the capture is to blame, and the least number.
    private static let captureDuplicateShare = 0.4
    private static let captureDuplicateMinimum: UInt32 = 8

    /// Whether anything was found, or will be at the end.
    @inline(__always)
    var hasFindings: Bool {
        lower.reported | higher.reported != 0 || !lower.holes.isEmpty || !higher.holes.isEmpty
    }

    /// What was found in one direction, with what only the whole capture shows: bytes that never came, and duplicates
    /// that are too many.
    ///
    /// - Parameter found: the direction's anomalies so far.
    func conclude(direction: Int, _ found: inout [Anomaly]) -> AnomalyCounts {
        let own = direction == 0 ? lower : higher
        let other = direction == 0 ? higher : lower
        var counts = own.counts
        if own.duplicates >= Self.captureDuplicateMinimum,
            Double(own.duplicates) >= Double(own.packets) * Self.captureDuplicateShare
        {
            for index in found.indices where found[index].kind == .networkDuplicate {
                found[index].kind = .captureDuplicate
                found[index].reason = .everyPacketTwice
            }
            counts.move(.networkDuplicate, to: .captureDuplicate)
        }
        for hole in own.holes {
            let isAcknowledged = other.acknowledgedOffset.map { $0 > hole.range.lowerBound } ?? false
            let kind = isAcknowledged ? Anomaly.Kind.missedByCapture : .lossBeforeCapture
            found.append(
                Anomaly(
                    kind: kind, packet: hole.openedBy, isToServer: true,
                    reason: isAcknowledged ? .neverCaptured : .neverArrived,
                    confidence: isAcknowledged ? .likely : .possible, related: 0))
            counts.add(kind)
        }
        return counts
    }
}

extension Flow {
    /// Takes over what the analysis found, from `next` on in a sorted log; `client` is the direction in which the client
    /// sends.
    mutating func take(_ analysis: ConnectionAnalysis, _ log: AnomalyLog, _ next: inout Int, client: Int) {
        var found: [[Anomaly]] = [[], []]
        while next < log.entries.count, log.entries[next].flow == id {
            found[log.entries[next].direction].append(log.entries[next].anomaly)
            next += 1
        }
        for direction in 0...1 {
            let counts = analysis.conclude(direction: direction, &found[direction])
            if direction == client { toServer.anomalies = counts } else { toClient.anomalies = counts }
            for index in found[direction].indices { found[direction][index].isToServer = direction == client }
        }
        anomalies = (found[0] + found[1]).sorted { $0.packet.number < $1.packet.number }
    }
}
