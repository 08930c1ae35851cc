/// A connection that is over, in a third of the room: most connections of a large capture end early, and with nothing
/// odd about them. One more packet makes it a connection again, with nothing lost.
struct FoldedConnection {
    private var lower: Side
    private var higher: Side
    private var state: FlowState
    private var handshake: ConnectionAnalysis.Handshake
    private var stretch: UInt32
    private var firstStretch: UInt32
    private var turnClient: Int8

    /// One direction: what of its stream and its analysis may differ from that of a direction of which nothing came.
    fileprivate struct Side {
        var lastTime: Int64
        var lastTakingTime: Int64
        var lastDataTime: Int64
        var firstStampTime: Int64
        var finTime: Int64
        var resetTime: Int64
        var finNumber: UInt32
        var resetNumber: UInt32
        var packets: UInt32
        var payloadBytes: UInt32
        var unverified: UInt32
        var right: UInt32
        var acknowledged: Int32
        var end: Int32
        var finOffset: Int32
        var baseSequence: UInt32
        var analysed: UInt32
        var sentEnd: Int32
        var takenEnd: Int32
        var acknowledgedOffset: Int32
        var acknowledgement: UInt32
        var timestampValue: UInt32
        var firstStamp: UInt32
        var shortSteps: UInt32
        var wildSteps: UInt32
        var gapsInOrder: UInt32
        var lastNumber: UInt32
        var lastDataNumber: UInt32
        var lastWindow: UInt16
        var window: UInt16
        var identification: UInt16
        var synPayload: UInt16
        var maximumSegment: UInt16
        var base: StreamBuilder.Base
        var scale: UInt8
        var syns: UInt8
        var facts: Facts
    }

    /// What is there, and what happened, of one direction.
    fileprivate struct Facts: OptionSet {
        var rawValue: UInt16
        static let isOpen = Facts(rawValue: 1)
        static let synSeen = Facts(rawValue: 2)
        static let finSeen = Facts(rawValue: 4)
        static let resetSeen = Facts(rawValue: 8)
        static let hasFIN = Facts(rawValue: 16)
        static let hasReset = Facts(rawValue: 32)
        static let hasFINOffset = Facts(rawValue: 64)
        static let acknowledges = Facts(rawValue: 128)
        static let hasOffset = Facts(rawValue: 256)
        static let hasTimestamp = Facts(rawValue: 512)
        static let hasScale = Facts(rawValue: 1024)
    }

    /// Folds a connection; nil where it has more to remember.
    init?(_ connection: borrowing Connection) {
        guard !connection.keepsBytes, connection.analysis.turn.isPlain,
            let lower = Side(connection.lower, connection.analysis.lower),
            let higher = Side(connection.higher, connection.analysis.higher)
        else { return nil }
        self.lower = lower
        self.higher = higher
        state = connection.state
        handshake = connection.analysis.handshake
        stretch = connection.stretch
        firstStretch = connection.firstStretch
        turnClient = connection.analysis.turn.client
    }

    /// The connection as it was.
    func unfolded() -> Connection {
        var connection = Connection(
            firstSender: Int(state.firstSender), time: state.firstTime, keepsBytes: false,
            likelyClient: Int(turnClient), stretch: firstStretch)
        connection.stretch = stretch
        connection.state = state
        connection.analysis.handshake = handshake
        lower.unfold(into: &connection.lower, &connection.analysis.lower)
        higher.unfold(into: &connection.higher, &connection.analysis.higher)
        return connection
    }

    /// Packets that were analysed, and checksums that were looked at and are right or unfinished.
    var packets: Int { Int(lower.analysed) + Int(higher.analysed) }
    var sums: Int { Int(lower.unverified) + Int(lower.right) + Int(higher.unverified) + Int(higher.right) }
    var lastTime: Timestamp { state.lastTime }
}

extension FoldedConnection.Side {
    init?(_ builder: borrowing StreamBuilder, _ analysis: borrowing DirectionAnalysis) {
        guard builder.isFoldable, analysis.isFoldable, let payloadBytes = UInt32(exactly: builder.stream.payloadBytes),
            let acknowledged = Int32(exactly: builder.stream.acknowledged), let end = Int32(exactly: builder.end),
            let finOffset = Int32(exactly: builder.finOffset ?? 0), let sentEnd = Int32(exactly: analysis.sentEnd),
            let takenEnd = Int32(exactly: analysis.takenEnd),
            let acknowledgedOffset = Int32(exactly: analysis.acknowledgedOffset ?? 0),
            let finNumber = UInt32(exactly: builder.stream.fin?.number ?? 0),
            let resetNumber = UInt32(exactly: builder.stream.reset?.number ?? 0),
            let packets = UInt32(exactly: builder.stream.packets),
            let unverified = UInt32(exactly: builder.stream.unverifiedChecksums),
            let right = UInt32(exactly: builder.stream.rightChecksums)
        else { return nil }
        self.init(
            lastTime: analysis.lastTime.nanoseconds, lastTakingTime: analysis.lastTakingTime.nanoseconds,
            lastDataTime: analysis.lastDataTime.nanoseconds, firstStampTime: analysis.firstStampTime,
            finTime: builder.stream.fin?.time.nanoseconds ?? 0, resetTime: builder.stream.reset?.time.nanoseconds ?? 0,
            finNumber: finNumber, resetNumber: resetNumber, packets: packets, payloadBytes: payloadBytes,
            unverified: unverified, right: right, acknowledged: acknowledged, end: end, finOffset: finOffset,
            baseSequence: builder.baseSequence, analysed: analysis.packets, sentEnd: sentEnd, takenEnd: takenEnd,
            acknowledgedOffset: acknowledgedOffset, acknowledgement: analysis.acknowledgement ?? 0,
            timestampValue: analysis.timestampValue ?? 0, firstStamp: analysis.firstStamp,
            shortSteps: analysis.shortSteps, wildSteps: analysis.wildSteps, gapsInOrder: analysis.gapsInOrder,
            lastNumber: analysis.lastNumber, lastDataNumber: analysis.lastDataNumber,
            lastWindow: builder.stream.lastWindow, window: analysis.window, identification: analysis.identification,
            synPayload: analysis.synPayload, maximumSegment: analysis.maximumSegment, base: builder.base,
            scale: analysis.scale ?? 0, syns: analysis.syns, facts: Self.facts(builder, analysis))
    }

    private static func facts(
        _ builder: borrowing StreamBuilder, _ analysis: borrowing DirectionAnalysis
    ) -> FoldedConnection.Facts {
        var facts: FoldedConnection.Facts = []
        if analysis.isOpen { facts.insert(.isOpen) }
        if analysis.synSeen { facts.insert(.synSeen) }
        if analysis.finSeen { facts.insert(.finSeen) }
        if analysis.resetSeen { facts.insert(.resetSeen) }
        if builder.stream.fin != nil { facts.insert(.hasFIN) }
        if builder.stream.reset != nil { facts.insert(.hasReset) }
        if builder.finOffset != nil { facts.insert(.hasFINOffset) }
        if analysis.acknowledgement != nil { facts.insert(.acknowledges) }
        if analysis.acknowledgedOffset != nil { facts.insert(.hasOffset) }
        if analysis.timestampValue != nil { facts.insert(.hasTimestamp) }
        if analysis.scale != nil { facts.insert(.hasScale) }
        return facts
    }

    func unfold(into builder: inout StreamBuilder, _ analysis: inout DirectionAnalysis) {
        builder.stream.packets = Int(packets)
        builder.stream.payloadBytes = Int(payloadBytes)
        builder.stream.unverifiedChecksums = Int(unverified)
        builder.stream.rightChecksums = Int(right)
        builder.stream.acknowledged = Int(acknowledged)
        builder.stream.lastWindow = lastWindow
        if facts.contains(.hasFIN) {
            builder.stream.fin = PacketReference(number: Int(finNumber), time: Timestamp(nanoseconds: finTime))
        }
        if facts.contains(.hasReset) {
            builder.stream.reset = PacketReference(number: Int(resetNumber), time: Timestamp(nanoseconds: resetTime))
        }
        builder.end = Int(end)
        if facts.contains(.hasFINOffset) { builder.finOffset = Int(finOffset) }
        builder.base = base
        builder.baseSequence = baseSequence
        unfold(into: &analysis)
    }

    private func unfold(into analysis: inout DirectionAnalysis) {
        analysis.isOpen = facts.contains(.isOpen)
        analysis.synSeen = facts.contains(.synSeen)
        analysis.finSeen = facts.contains(.finSeen)
        analysis.resetSeen = facts.contains(.resetSeen)
        if facts.contains(.acknowledges) { analysis.acknowledgement = acknowledgement }
        if facts.contains(.hasOffset) { analysis.acknowledgedOffset = Int(acknowledgedOffset) }
        if facts.contains(.hasTimestamp) { analysis.timestampValue = timestampValue }
        if facts.contains(.hasScale) { analysis.scale = scale }
        analysis.sentEnd = Int(sentEnd)
        analysis.takenEnd = Int(takenEnd)
        analysis.lastTime = Timestamp(nanoseconds: lastTime)
        analysis.lastTakingTime = Timestamp(nanoseconds: lastTakingTime)
        analysis.lastDataTime = Timestamp(nanoseconds: lastDataTime)
        analysis.window = window
        analysis.syns = syns
        analysis.identification = identification
        analysis.shortSteps = shortSteps
        analysis.wildSteps = wildSteps
        analysis.gapsInOrder = gapsInOrder
        analysis.lastNumber = lastNumber
        analysis.lastDataNumber = lastDataNumber
        analysis.synPayload = synPayload
        analysis.maximumSegment = maximumSegment
        analysis.firstStamp = firstStamp
        analysis.firstStampTime = firstStampTime
        analysis.packets = analysed
    }
}

extension StreamBuilder {
    /// Nothing is to be remembered but numbers.
    fileprivate var isFoldable: Bool {
        stream.gaps.isEmpty && stream.unlistedGapBytes == 0 && stream.unplaced == 0 && stream.bytes.isEmpty
            && stream.chunks.isEmpty
    }
}

extension DirectionAnalysis {
    /// Nothing odd happened, and nothing is waited for.
    fileprivate var isFoldable: Bool {
        history.isEmpty && holes.isEmpty && stuck.isEmpty && reported == 0 && selective == nil && waits.isNone
            && !lastWasRepeat && duplicates == 0 && twins == 0 && lastHeld == 0 && duplicatedData == 0
            && answersToRepeats == 0 && duplicateACKs == 0
            && repeatedPacket == 0 && releasedBy == 0
    }
}
