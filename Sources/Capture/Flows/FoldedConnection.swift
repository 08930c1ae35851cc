/// A connection that is over, in a third of the room: most connections of a large capture end early, and with nothing
/// odd about them. One more packet makes it a connection again, with nothing lost.
struct FoldedConnection {
    private let lower: Side
    private let higher: Side
    let state: FlowState
    private let handshake: ConnectionAnalysis.Handshake
    private let stretch: UInt32
    let firstStretch: UInt32
    private let turnClient: Int8

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

    /// Whether a connection has no more to remember than this does.
    @inline(__always)
    static func holds(_ connection: borrowing Connection) -> Bool {
        !connection.keepsBytes && connection.analysis.turn.isPlain
            && connection.lower.isFoldable && connection.analysis.lower.isFoldable
            && connection.higher.isFoldable && connection.analysis.higher.isFoldable
    }

    /// Folds a connection that this holds.
    init(_ connection: borrowing Connection) {
        lower = Side(connection.lower, connection.analysis.lower)
        higher = Side(connection.higher, connection.analysis.higher)
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

    /// Whether a SYN with this initial sequence number, from the key's lower (0) or higher (1) end, certainly begins another
    /// connection, as `Connection.take` would say; `stretch` is the present one.
    @inline(__always)
    func isReplaced(byInitialSequence initial: UInt32, direction: Int, stretch: UInt32) -> Bool {
        guard self.stretch == stretch else { return false }
        let isClosed = lower.facts.contains(.hasFIN) && higher.facts.contains(.hasFIN)
        if isClosed { return true }
        return direction == 0 ? lower.contradicts(initial) : higher.contradicts(initial)
    }

    /// Whether the whole capture may show something odd about it (`ConnectionAnalysis.hasFindings`).
    var mayHaveFindings: Bool { lower.facts.contains(.finSeen) != higher.facts.contains(.finSeen) }

    /// Makes `flow`, which is nothing yet or another folded connection, the flow that this one is: a flow is large, and there
    /// are many. `client` is the direction in which the client sends.
    func become(_ flow: inout Flow, id: Int, _ key: FlowKey, client: Int) {
        flow.id = id
        flow.client = key.endpoint(client)
        flow.server = key.endpoint(1 - client)
        flow.firstTime = state.firstTime
        flow.lastTime = state.lastTime
        if client == 0 {
            lower.become(&flow.toServer)
            higher.become(&flow.toClient)
        } else {
            higher.become(&flow.toServer)
            lower.become(&flow.toClient)
        }
        flow.handshake = state.handshake
        flow.teardown = Flow.Teardown(flow.toServer, flow.toClient)
    }

    /// What folded connections show together.
    struct Totals {
        /// Packets that were analysed, and checksums that were looked at and are right or unfinished.
        private(set) var packets = 0
        private(set) var sums = 0
        /// The latest time, also of those that were unfolded: they have it still, or a later one.
        private(set) var lastTime = Timestamp(nanoseconds: 0)

        @inline(__always)
        mutating func add(_ folded: borrowing FoldedConnection) {
            packets += Int(folded.lower.analysed) + Int(folded.higher.analysed)
            sums += folded.lower.sums + folded.higher.sums
            lastTime = max(lastTime, folded.state.lastTime)
        }

        @inline(__always)
        mutating func remove(_ folded: borrowing FoldedConnection) {
            packets -= Int(folded.lower.analysed) + Int(folded.higher.analysed)
            sums -= folded.lower.sums + folded.higher.sums
        }
    }
}

extension FoldedConnection.Side {
    @inline(__always)
    init(_ builder: borrowing StreamBuilder, _ analysis: borrowing DirectionAnalysis) {
        lastTime = analysis.lastTime.nanoseconds
        lastTakingTime = analysis.lastTakingTime.nanoseconds
        lastDataTime = analysis.lastDataTime.nanoseconds
        firstStampTime = analysis.firstStampTime
        finTime = builder.stream.fin?.time.nanoseconds ?? 0
        resetTime = builder.stream.reset?.time.nanoseconds ?? 0
        finNumber = UInt32(truncatingIfNeeded: builder.stream.fin?.number ?? 0)
        resetNumber = UInt32(truncatingIfNeeded: builder.stream.reset?.number ?? 0)
        packets = UInt32(truncatingIfNeeded: builder.stream.packets)
        payloadBytes = UInt32(truncatingIfNeeded: builder.stream.payloadBytes)
        unverified = UInt32(truncatingIfNeeded: builder.stream.unverifiedChecksums)
        right = UInt32(truncatingIfNeeded: builder.stream.rightChecksums)
        acknowledged = Int32(truncatingIfNeeded: builder.stream.acknowledged)
        end = Int32(truncatingIfNeeded: builder.end)
        finOffset = Int32(truncatingIfNeeded: builder.finOffset ?? 0)
        baseSequence = builder.baseSequence
        analysed = analysis.packets
        sentEnd = Int32(truncatingIfNeeded: analysis.sentEnd)
        takenEnd = Int32(truncatingIfNeeded: analysis.takenEnd)
        acknowledgedOffset = Int32(truncatingIfNeeded: analysis.acknowledgedOffset ?? 0)
        acknowledgement = analysis.acknowledgement ?? 0
        timestampValue = analysis.timestampValue ?? 0
        firstStamp = analysis.firstStamp
        shortSteps = analysis.shortSteps
        wildSteps = analysis.wildSteps
        gapsInOrder = analysis.gapsInOrder
        lastNumber = analysis.lastNumber
        lastDataNumber = analysis.lastDataNumber
        lastWindow = builder.stream.lastWindow
        window = analysis.window
        identification = analysis.identification
        synPayload = analysis.synPayload
        maximumSegment = analysis.maximumSegment
        base = builder.base
        scale = analysis.scale ?? 0
        syns = analysis.syns
        facts = Self.facts(builder, analysis)
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

    /// As `StreamBuilder.contradicts`.
    func contradicts(_ initialSequence: UInt32) -> Bool {
        base != .unknown && baseSequence != initialSequence &+ 1
    }

    /// Checksums that were looked at and are not wrong.
    var sums: Int { Int(unverified) + Int(right) }

    private func unfold(into stream: inout ByteStream) {
        stream.packets = Int(packets)
        stream.payloadBytes = Int(payloadBytes)
        stream.unverifiedChecksums = Int(unverified)
        stream.rightChecksums = Int(right)
        stream.acknowledged = Int(acknowledged)
        stream.lastWindow = lastWindow
        if facts.contains(.hasFIN) {
            stream.fin = PacketReference(number: Int(finNumber), time: Timestamp(nanoseconds: finTime))
        }
        if facts.contains(.hasReset) {
            stream.reset = PacketReference(number: Int(resetNumber), time: Timestamp(nanoseconds: resetTime))
        }
    }

    /// As `StreamBuilder.finish` does, into a stream of nothing or of another such direction.
    @inline(__always)
    func become(_ stream: inout ByteStream) {
        (stream.fin, stream.reset) = (nil, nil)
        if !stream.gaps.isEmpty { stream.gaps = [] }
        unfold(into: &stream)
        stream.finish(end: Int(end), finOffset: facts.contains(.hasFINOffset) ? Int(finOffset) : nil)
        if stream.length > Int(end) { stream.gaps.append(Int(end)..<stream.length) }
    }

    func unfold(into builder: inout StreamBuilder, _ analysis: inout DirectionAnalysis) {
        unfold(into: &builder.stream)
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
    @inline(__always)
    fileprivate var isFoldable: Bool {
        stream.gaps.isEmpty && stream.unlistedGapBytes == 0 && stream.unplaced == 0 && stream.bytes.isEmpty
            && stream.chunks.isEmpty && end.isSmall && finOffset?.isSmall ?? true && stream.acknowledged.isSmall
            && stream.packets.isSmall && stream.payloadBytes.isSmall && stream.unverifiedChecksums.isSmall
            && stream.rightChecksums.isSmall && stream.fin?.number.isSmall ?? true
            && stream.reset?.number.isSmall ?? true
    }
}

extension DirectionAnalysis {
    /// Nothing odd happened, and nothing is waited for.
    @inline(__always)
    fileprivate var isFoldable: Bool {
        history.isEmpty && holes.isEmpty && stuck.isEmpty && reported == 0 && selective == nil && waits.isNone
            && !lastWasRepeat && duplicates == 0 && twins == 0 && lastHeld == 0 && duplicatedData == 0
            && answersToRepeats == 0 && duplicateACKs == 0
            && repeatedPacket == 0 && releasedBy == 0 && sentEnd.isSmall && takenEnd.isSmall
            && acknowledgedOffset?.isSmall ?? true
    }
}

extension Int {
    /// Whether half of its bits hold it.
    fileprivate var isSmall: Bool { Int(Int32(truncatingIfNeeded: self)) == self }
}
