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
    @inline(__always)
    mutating func add(_ event: SegmentEvent, _ log: inout AnomalyLog) {
        if event.direction == 0 {
            Self.add(event, &lower, &higher, &handshake, &log)
        } else {
            Self.add(event, &higher, &lower, &handshake, &log)
        }
    }

    @inline(__always)
    private static func add(
        _ event: SegmentEvent, _ own: inout DirectionAnalysis, _ other: inout DirectionAnalysis,
        _ handshake: inout Handshake, _ log: inout AnomalyLog
    ) {
        own.packets &+= 1
        if own.isPlain(event, other), handshake.roundTrip != 0 {
            own.remember(event)
            return
        }
        addOdd(event, &own, &other, &handshake, &log)
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

    /// What only the whole capture shows: bytes that never came, and duplicates that are too many.
    mutating func finish(flow: Int, _ log: inout AnomalyLog) {
        Self.finish(flow, 0, &lower, higher, &log)
        Self.finish(flow, 1, &higher, lower, &log)
    }

    private static func finish(
        _ flow: Int, _ direction: Int, _ own: inout DirectionAnalysis, _ other: DirectionAnalysis, _ log: inout AnomalyLog
    ) {
        if own.duplicates >= captureDuplicateMinimum,
            Double(own.duplicates) >= Double(own.packets) * captureDuplicateShare
        {
            log.blameCapture(flow: flow, direction: direction)
            own.counts.move(.networkDuplicate, to: .captureDuplicate)
        }
        for hole in own.holes {
            let isAcknowledged = other.acknowledgedOffset.map { $0 > hole.range.lowerBound } ?? false
            let anomaly = Anomaly(
                kind: isAcknowledged ? .missedByCapture : .lossBeforeCapture, packet: hole.openedBy, isToServer: true,
                reason: isAcknowledged ? .neverCaptured : .neverArrived, confidence: isAcknowledged ? .likely : .possible,
                related: 0)
            own.report(anomaly, flow, direction, &log)
        }
    }
}

extension Flow {
    /// Takes over what the analysis found; `client` is the direction in which the client sends.
    mutating func take(_ found: [(direction: Int, anomaly: Anomaly)], _ analysis: ConnectionAnalysis, client: Int) {
        anomalies = found.map { direction, anomaly in
            var named = anomaly
            named.isToServer = direction == client
            return named
        }
        toServer.anomalies = client == 0 ? analysis.lower.counts : analysis.higher.counts
        toClient.anomalies = client == 0 ? analysis.higher.counts : analysis.lower.counts
    }
}
