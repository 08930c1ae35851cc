/// The TCP connections of a capture, built packet by packet.
///
/// A connection is a pair of endpoints and an initial sequence number: a SYN with another number starts a new flow.
/// Cheap to make and to throw away, so that each execution of a campaign can have its own. Times need not ascend; what
/// comes first in the capture comes first here.
///
/// - Complexity: amortized O(1) a packet, plus the copy of its payload.
public struct FlowTable: Sendable {
    let serverPort: UInt16?
    private let keepStreams: Bool
    /// The flows whose streams are kept; nil for all.
    private let keptFlows: Set<Int>?
    private(set) var index = FlowIndex()
    private(set) var connections: ConnectionStore
    private var dissector: Dissector
    private(set) var clock = FileClock()
    private(set) var shared: Connection.Shared
    private(set) var errors = ICMPErrors()

    /// Where the UDP datagrams go; nil where only connections are looked at.
    public var datagrams: DatagramTable?
    /// Packets that belong to no flow, with the reason.
    public private(set) var otherPackets: [NotTransport: Int] = [:]
    /// Segments that are shorter than their IP length says, though the file calls them whole: cut, and the length that they
    /// had was not kept.
    public private(set) var cutSegments = 0

    /// Creates an empty table.
    ///
    /// - Parameters:
    ///   - serverPort: tells the server where no SYN was captured.
    ///   - keepStreams: whether streams keep their bytes and chunks; without, memory grows with the flows alone, and
    ///     repeats are not compared with the first copy.
    ///   - keptFlows: with `keepStreams`, the flows whose streams are kept; nil for all.
    ///   - findAnomalies: whether each segment is also compared with those before it.
    ///   - verifyChecksums: whether TCP checksums are computed; a wrong one is an anomaly, and never a reason to discard.
    ///   - decoding: which UDP ports carry packets.
    public init(
        serverPort: UInt16? = nil, keepStreams: Bool = true, keptFlows: Set<Int>? = nil, findAnomalies: Bool = false,
        verifyChecksums: Bool = false, decoding: UDPDecoding = .usual
    ) {
        self.init(
            serverPort: serverPort, keepStreams: keepStreams, keptFlows: keptFlows, findAnomalies: findAnomalies,
            verifyChecksums: verifyChecksums, decoding: decoding, paddingBytes: StreamBuilder.maximumPaddingBytes)
    }

    /// As the public one, with another limit for zeros that stand for missing bytes, and another number of connections
    /// that are over and not folded.
    package init(
        serverPort: UInt16?, keepStreams: Bool, keptFlows: Set<Int>? = nil, findAnomalies: Bool, verifyChecksums: Bool,
        decoding: UDPDecoding = .usual, paddingBytes: Int, patience: Int? = nil
    ) {
        connections = ConnectionStore(patience: patience ?? ConnectionStore.usualPatience)
        dissector = Dissector(decoding: decoding)
        self.serverPort = serverPort
        self.keepStreams = keepStreams
        self.keptFlows = keptFlows
        shared = Connection.Shared(
            findAnomalies: findAnomalies, verifyChecksums: verifyChecksums && findAnomalies)
        shared.room.padding = paddingBytes
    }

    /// The flows in which bytes were captured again that had been captured before, and whose bytes were not kept: what
    /// the copies say was not compared.
    public var uncomparedFlows: Set<Int> { shared.uncomparedFlows }

    /// Where time runs back from one segment to the next, at most some dozens of places.
    public var stepsBack: [StepBack] { clock.steps }

    /// Adds all TCP segments of a batch.
    public mutating func add(_ batch: PacketBatch) {
        add(batch) { _, _, _ in }
    }

    /// Adds all packets of a batch, and shows those of flows: each TCP segment with the number of its flow, and what else
    /// belongs to a flow, UDP datagrams (if there is a table for them) and ICMP errors. What came in fragments is shown
    /// with the fragment that completed it; its offsets are then not those of the batch.
    @inline(__always)
    public mutating func add(
        _ batch: PacketBatch, seeing: (_ segment: Segment, _ record: PacketRecord, _ flow: Int) -> Void,
        others: (_ datagram: Datagram?, _ record: PacketRecord, _ flow: FlowID) -> Void = { _, _, _ in }
    ) {
        // Out of `self`, so that the segment need not be copied.
        var dissector = Dissector(reassembles: false)
        swap(&dissector, &self.dissector)
        defer { swap(&dissector, &self.dissector) }
        for record in batch.records {
            switch dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) {
            case .tcp:
                if dissector.segment.isReassembled, let datagram = dissector.fragments?.datagram {
                    let flow = add(&dissector.segment, record, datagram)
                    seeing(dissector.segment, record, flow)
                } else {
                    let flow = add(&dissector.segment, record, batch.bytes)
                    seeing(dissector.segment, record, flow)
                }
            case .udp:
                guard let flow = addDatagram(&dissector, record, batch.bytes) else { continue }
                others(Datagram(dissector.segment), record, FlowID(.udp, flow))
            case .other(let reason):
                guard let flow = addOther(dissector, record, reason) else { continue }
                others(nil, record, flow)
            }
        }
    }

    /// The number of the datagram's exchange, if there is a table for them.
    private mutating func addDatagram(_ dissector: inout Dissector, _ record: PacketRecord, _ bytes: [UInt8]) -> Int? {
        guard datagrams != nil else {
            otherPackets[.datagram, default: 0] += 1
            return nil
        }
        if dissector.segment.isReassembled, let whole = dissector.fragments?.datagram {
            return datagrams?.add(&dissector.segment, record, whole)
        }
        return datagrams?.add(&dissector.segment, record, bytes)
    }

    /// Counts a packet that is of no flow, or finds the flow that an ICMP error is about.
    private mutating func addOther(
        _ dissector: borrowing Dissector, _ record: PacketRecord, _ reason: NotTransport
    ) -> FlowID? {
        guard let report = dissector.report, let transport = report.transport else {
            otherPackets[reason, default: 0] += 1
            return nil
        }
        switch transport {
        case .tcp:
            let (key, direction) = FlowKey.of(dissector.segment)
            let known = index.find(key).flow
            if known >= 0 {
                errors.add(report, record, flow: known, direction: direction)
                return FlowID(.tcp, known)
            }
        case .udp:
            if let known = datagrams?.note(report, about: dissector.segment, record) { return FlowID(.udp, known) }
        }
        otherPackets[.icmpError, default: 0] += 1
        return nil
    }

    /// Adds one segment that `dissect` found in `batch`; returns the number of its flow.
    @discardableResult
    public mutating func add(_ segment: Segment, record: PacketRecord, in batch: PacketBatch) -> Int {
        var segment = segment
        return add(&segment, record, batch.bytes)
    }

    /// `bytes` are those that the segment's offsets count in. `inout` spares the segment's copy.
    @discardableResult
    private mutating func add(_ segment: inout Segment, _ record: PacketRecord, _ bytes: [UInt8]) -> Int {
        let (key, direction) = FlowKey.of(segment)
        clock.see(record)
        if segment.lostBytes > 0 || segment.isHeaderCut {
            segment.payloadLength += segment.lostBytes
            cutSegments += 1
        }
        let (slot, known) = index.find(key)
        if known >= 0, !isReplaced(known, by: &segment, direction),
            take(&segment, record, bytes, flow: known, direction)
        {
            return known
        }
        let flow = begin(key, at: slot, direction, record)
        _ = take(&segment, record, bytes, flow: flow, direction)
        return flow
    }

    /// Whether a segment begins another flow in place of one that is folded, which then need not be unfolded to be asked:
    /// clients that connect again and again use their ports again.
    @inline(__always)
    private mutating func isReplaced(_ flow: Int, by segment: inout Segment, _ direction: Int) -> Bool {
        guard segment.flags.isOpening else { return false }
        let (sequence, stretch) = (segment.sequence, clock.stretch)
        if stretch == 0, connections.isFoldedAndClosed(flow) { return true }
        return connections.askFolded(flow) {
            $0.isReplaced(byInitialSequence: sequence, direction: direction, stretch: stretch)
        } ?? false
    }

    /// Gives a segment to a flow with its ends; false if it begins another one.
    @inline(__always)
    private mutating func take(
        _ segment: inout Segment, _ record: PacketRecord, _ bytes: [UInt8], flow: Int, _ direction: Int
    ) -> Bool {
        let stretch = clock.stretch
        let membership = connections.change(flow) {
            $0.take(&segment, record, bytes, flow: flow, direction: direction, stretch: stretch, &shared)
        }
        switch membership {
        case .goesOn: return true
        case .ends:
            connections.leave(flow)
            return true
        case .beginsRecording: clock.split()
        case .begins: break
        }
        connections.fold(flow)
        return false
    }

    /// Numbers a new flow; `slot` is where the index looks for its key.
    private mutating func begin(_ key: FlowKey, at slot: Int, _ direction: Int, _ record: PacketRecord) -> Int {
        let number = index.append(key, at: slot)
        let keepsBytes = keepStreams && (keptFlows?.contains(number) ?? true)
        let state = FlowState(firstSender: direction, time: record.time)
        connections.begin(
            firstSender: direction, time: record.time, keepsBytes: keepsBytes,
            likelyClient: state.client(key, serverPort: serverPort), stretch: clock.stretch)
        return number
    }

    /// How many flows there are.
    public var count: Int { connections.count }

    /// How many of them are over and folded.
    package var foldedCount: Int { connections.foldedCount }

    /// The bytes of a connection, and of one that is folded.
    package static var connectionBytes: (open: Int, folded: Int) {
        (MemoryLayout<Connection>.stride, MemoryLayout<FoldedConnection>.stride)
    }
}
