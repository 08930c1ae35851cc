/// What the analysis remembers of one direction of a flow. Offsets count as in `StreamBuilder`: 0 is the byte after the
/// SYN, which itself stands at -1.
struct DirectionAnalysis {
    /// The most holes remembered; the oldest goes when there is one more.
    static let maximumHoles = 64

    /// Bytes that were skipped and have not come so far.
    struct Hole {
        var range: Range<Int>
        var openedAt: Timestamp
        /// The packet after the hole.
        var openedBy: PacketReference
    }

    // Widest first, what may be missing before what is small: a table holds many of these.
    var history = SegmentHistory()
    var holes: [Hole] = []
    var counts = AnomalyCounts()
    /// The end of what was sent, FIN included, as far as numbers show: also the number of a bare acknowledgement.
    var sentEnd = 0
    /// The same, as far as data, SYN and FIN show.
    var takenEnd = -1
    /// When the last segment came, and the last that took room.
    var lastTime = Timestamp(nanoseconds: 0)
    var lastTakingTime = Timestamp(nanoseconds: 0)
    /// When the last data came that was new by its numbers.
    var lastDataTime = Timestamp(nanoseconds: 0)
    /// The last acknowledgement number, as an offset of the other direction too, window and scale.
    var acknowledgedOffset: Int?
    /// Whether anything came.
    var isOpen = false
    var synSeen = false
    var finSeen = false
    var acknowledgement: UInt32?
    var resetSeen = false
    var window: UInt16 = 0
    /// The newest TCP time stamp.
    var timestampValue: UInt32?
    /// SYNs, repeats and duplicates included.
    var syns: UInt8 = 0
    var scale: UInt8?
    /// The highest sequence number that this side reported as received out of order.
    var selective: UInt32?
    var lastWasRepeat = false
    /// The newest IP identification, and how many steps to it were short and how many were wild.
    var identification: UInt16 = 0
    var shortSteps: UInt32 = 0
    var wildSteps: UInt32 = 0
    /// Repeats of the last acknowledgement since it was new.
    var duplicateACKs: UInt32 = 0
    var duplicates: UInt32 = 0
    /// Segments that look like one before, and may have been sent again.
    var twins: UInt32 = 0
    /// The last packet that was called a repeat, and whether it was the last packet.
    var repeatedPacket: UInt32 = 0
    var lastNumber: UInt32 = 0
    var lastDataNumber: UInt32 = 0
    /// Identifications that are missing between segments in order, where no time-out explains it.
    var gapsInOrder: UInt32 = 0
    /// Duplicates of segments with payload, and acknowledgements that answer what the sender had sent twice.
    var duplicatedData: UInt32 = 0
    var answersToRepeats: UInt32 = 0
    /// Payload that the SYN carried (RFC 7413), and the largest segment that this side said it can take.
    var synPayload: UInt16 = 0
    var maximumSegment: UInt16 = 0
    /// The delayed acknowledgement that this side's next data may have waited for: its packet (0: none), when it came, how
    /// long it took, and for how many bytes there was room before.
    var releasedBy: UInt32 = 0
    var releasedAt: Int64 = 0
    var releaseWait: Int64 = 0
    var releaseRoom = 0
    /// It took far longer than the way there and back.
    var releaseIsClear = false
    /// The last data that was held back.
    var lastHeld: UInt32 = 0
    /// The first TCP time stamp, and when it came.
    var firstStamp: UInt32 = 0
    var firstStampTime: Int64 = 0
    /// What this side's segments cost in time.
    var waits = Waits()
    /// The segment that was repeated last; at most one.
    var stuck: [StuckSegment] = []
    /// Anomalies reported, kept or not.
    var reported: UInt32 = 0
    var packets: UInt32 = 0

    /// Whether identifications count upward, so that they tell the order of sending.
    var identificationsCount: Bool {
        identification != 0 && wildSteps * 4 <= shortSteps + 1
    }

    /// Takes a segment if it is what most are: in order, new by all its numbers, and nothing to remark.
    ///
    /// Nothing changes `other`: `inout` spares its copy.
    @inline(__always)
    mutating func takePlain(
        _ segment: inout Segment, _ record: PacketRecord, start: Int, acknowledged: Int,
        _ other: inout DirectionAnalysis
    ) -> Bool {
        let pause = record.time.nanoseconds &- lastTime.nanoseconds
        guard isOpen, segment.flags.isSubset(of: [.ack, .psh]), start == sentEnd, holes.isEmpty, segment.window != 0,
            window != 0, acknowledged <= other.sentEnd, segment.sackBlocks == 0, !isLeap(pause),
            !isWindowFull(segment.sequence, segment.payloadLength, other)
        else { return false }
        if segment.payloadLength == 0 {
            if segment.acknowledgement == acknowledgement { return false }
            let delay = record.time.nanoseconds &- other.lastTakingTime.nanoseconds
            if acknowledged == other.takenEnd, delay >= DelayedACK.shortest { return false }
        } else if releasedBy != 0 {
            return false
        }
        let entry = SegmentHistory.Entry(segment, record)
        let step = Int16(bitPattern: entry.identification &- identification)
        if entry.identification != 0 {
            // The first one there is tells nothing, and the one after it no more than that it counts.
            if identification != 0 {
                guard step > 0, step < 64, shortSteps > 0 || step == 1, identificationsCount else { return false }
                if step != 1 {
                    guard pause < ConnectionAnalysis.tailPause else { return false }
                    gapsInOrder &+= 1
                }
                shortSteps &+= 1
            }
            identification = entry.identification
        } else {
            guard identification == 0, !other.lastWasRepeat, let newest = timestampValue,
                Int32(bitPattern: entry.timestampValue &- newest) > 0
            else { return false }
        }
        rememberStamp(entry)
        if segment.payloadLength > 0 {
            sentEnd = start + segment.payloadLength
            takenEnd = max(takenEnd, sentEnd)
            lastTakingTime = record.time
            lastDataTime = record.time
            lastDataNumber = entry.number
        }
        lastTime = record.time
        lastNumber = entry.number
        if segment.flags.contains(.ack) {
            if acknowledgement != segment.acknowledgement { duplicateACKs = 0 }
            acknowledgement = segment.acknowledgement
            acknowledgedOffset = acknowledged
            window = segment.window
        }
        lastWasRepeat = false
        history.remember(entry)
        return true
    }

    /// Whether a segment fills the other side's window to the last byte.
    @inline(__always)
    func isWindowFull(_ sequence: UInt32, _ payload: Int, _ other: DirectionAnalysis) -> Bool {
        guard payload > 0, scale != nil, let shift = other.scale, let last = other.acknowledgement else { return false }
        let limit = last &+ UInt32(other.window) << UInt32(shift)
        return sequence &+ UInt32(truncatingIfNeeded: payload) == limit
    }

    /// Takes a segment into the state.
    mutating func remember(_ event: SegmentEvent) {
        rememberOrder(event.entry)
        if event.flags.isDisjoint(with: [.syn, .fin, .rst]) {
            sentEnd = isOpen ? max(sentEnd, event.end) : event.end
        } else {
            rememberControl(event)
        }
        if event.payload > 0, event.end > takenEnd {
            lastDataTime = event.packet.time
            lastDataNumber = event.entry.number
        }
        if event.taken > 0 {
            takenEnd = max(takenEnd, event.end)
            lastTakingTime = event.packet.time
        }
        lastTime = event.packet.time
        lastNumber = event.entry.number
        isOpen = true
        if event.flags.contains(.ack) {
            acknowledgement = event.entry.acknowledgement
            acknowledgedOffset = event.acknowledged
            window = event.entry.window
        }
        if event.sackBlocks > 0, !event.reportsDuplicate { selective = event.sackHighest }
        lastWasRepeat = repeatedPacket == event.entry.number && repeatedPacket != 0
        history.remember(event.entry)
    }

    private mutating func rememberOrder(_ entry: SegmentHistory.Entry) {
        if entry.identification != 0 {
            let step = Int(Int16(bitPattern: entry.identification &- identification))
            if identification != 0 {
                if step > 0, step < ConnectionAnalysis.longestStep { shortSteps &+= 1 }
                if abs(step) >= ConnectionAnalysis.longestStep { wildSteps &+= 1 }
            }
            if identification == 0 || step > 0 || step <= -ConnectionAnalysis.longestStep {
                identification = entry.identification
            }
        }
        rememberStamp(entry)
    }

    @inline(__always)
    private mutating func rememberStamp(_ entry: SegmentHistory.Entry) {
        guard entry.hasTimestamp else { return }
        if timestampValue == nil {
            firstStamp = entry.timestampValue
            firstStampTime = entry.time.nanoseconds
        }
        let isNewer = timestampValue.map { Int32(bitPattern: entry.timestampValue &- $0) > 0 } ?? true
        if isNewer { timestampValue = entry.timestampValue }
    }

    private mutating func rememberControl(_ event: SegmentEvent) {
        if event.flags.contains(.rst) {
            resetSeen = true
        } else {
            sentEnd = isOpen ? max(sentEnd, event.end) : event.end
        }
        if event.flags.contains(.syn) {
            synSeen = true
            syns &+= 1
            scale = event.windowScale
            maximumSegment = event.maximumSegmentSize ?? 0
            synPayload = UInt16(clamping: event.payload)
        }
        if event.flags.contains(.fin) { finSeen = true }
    }

    mutating func report(
        _ kind: Anomaly.Kind, _ event: SegmentEvent, _ reason: Anomaly.Reason, _ confidence: Anomaly.Confidence,
        related: Int = 0, lasting duration: Int64 = 0, _ log: inout AnomalyLog
    ) {
        let anomaly = Anomaly(
            kind: kind, packet: event.packet, isToServer: true, reason: reason, confidence: confidence,
            related: related, duration: duration)
        report(anomaly, event.flow, event.direction, &log)
    }

    mutating func report(_ anomaly: Anomaly, _ flow: Int, _ direction: Int, _ log: inout AnomalyLog) {
        log.add(anomaly, flow: flow, direction: direction, alreadyInFlow: Int(reported))
        reported &+= 1
        counts.add(anomaly.kind)
        if anomaly.kind.isRetransmission { repeatedPacket = UInt32(truncatingIfNeeded: anomaly.packet.number) }
    }
}

/// Holes.
extension DirectionAnalysis {
    /// Takes what a segment's bytes fill out of the holes; the hole that it fills first, if any.
    mutating func fill(_ range: Range<Int>) -> Hole? {
        var first: Hole?
        var index = 0
        while index < holes.count {
            let hole = holes[index]
            guard hole.range.overlaps(range) else {
                index += 1
                continue
            }
            if first == nil { first = hole }
            holes.remove(at: index)
            if range.upperBound < hole.range.upperBound {
                insert(hole, range.upperBound..<hole.range.upperBound, at: index)
            }
            if hole.range.lowerBound < range.lowerBound {
                insert(hole, hole.range.lowerBound..<range.lowerBound, at: index)
                index += 1
            }
        }
        return first
    }

    private mutating func insert(_ hole: Hole, _ range: Range<Int>, at index: Int) {
        var rest = hole
        rest.range = range
        holes.insert(rest, at: index)
    }

    /// Notes a hole.
    mutating func open(_ range: Range<Int>, _ packet: PacketReference) {
        if holes.count == Self.maximumHoles { holes.removeFirst() }
        holes.append(Hole(range: range, openedAt: packet.time, openedBy: packet))
    }
}
