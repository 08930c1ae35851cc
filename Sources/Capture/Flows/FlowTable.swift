/// The TCP connections of a capture, built packet by packet.
///
/// A connection is a pair of endpoints and an initial sequence number: a SYN with another number starts a new flow.
/// Cheap to make and to throw away, so that each execution of a campaign can have its own. Times need not ascend; what
/// comes first in the capture comes first here.
///
/// - Complexity: amortized O(1) a packet, plus the copy of its payload.
public struct FlowTable: Sendable {
    private let serverPort: UInt16?
    private let keepStreams: Bool
    /// Zeros that may still stand for missing bytes; nil where bytes are not kept.
    private var padding: Int?
    private var index = FlowIndex()
    private var flows: [FlowState] = []
    /// Two for each flow: that of the key's lower end at 2n, that of the higher one at 2n + 1.
    private var streams: [StreamBuilder] = []
    private var dissector = Dissector()
    private let findAnomalies: Bool
    private let verifyChecksums: Bool
    /// One for each flow, if anomalies are looked for.
    private var analyses: [ConnectionAnalysis] = []
    private var log = AnomalyLog()

    /// Packets that were not TCP segments, with the reason.
    public private(set) var otherPackets: [NotTransport: Int] = [:]

    /// Creates an empty table.
    ///
    /// - Parameters:
    ///   - serverPort: tells the server where no SYN was captured.
    ///   - keepStreams: whether streams keep their bytes, chunks and gaps; without, memory grows with the flows alone.
    ///   - findAnomalies: whether each segment is also compared with those before it.
    ///   - verifyChecksums: whether TCP checksums are computed; a wrong one is an anomaly, and never a reason to discard.
    public init(
        serverPort: UInt16? = nil, keepStreams: Bool = true, findAnomalies: Bool = false, verifyChecksums: Bool = false
    ) {
        self.init(
            serverPort: serverPort, keepStreams: keepStreams, findAnomalies: findAnomalies,
            verifyChecksums: verifyChecksums, paddingBytes: StreamBuilder.maximumPaddingBytes)
    }

    /// As the public one, with another limit for zeros that stand for missing bytes.
    init(serverPort: UInt16?, keepStreams: Bool, findAnomalies: Bool, verifyChecksums: Bool, paddingBytes: Int) {
        self.verifyChecksums = verifyChecksums && findAnomalies
        self.serverPort = serverPort
        self.keepStreams = keepStreams
        padding = keepStreams ? paddingBytes : nil
        self.findAnomalies = findAnomalies
    }

    /// Adds all TCP segments of a batch.
    public mutating func add(_ batch: PacketBatch) {
        add(batch) { _, _, _ in }
    }

    /// Adds all TCP segments of a batch, and shows each with the number of its flow. A segment that came in fragments is
    /// shown with the fragment that completed it; its offsets are then not those of the batch.
    @inline(__always)
    public mutating func add(
        _ batch: PacketBatch, seeing: (_ segment: Segment, _ record: PacketRecord, _ flow: Int) -> Void
    ) {
        // Out of `self`, so that the segment need not be copied.
        var dissector = Dissector(reassembles: false)
        swap(&dissector, &self.dissector)
        defer { swap(&dissector, &self.dissector) }
        for record in batch.records {
            switch dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) {
            case .tcp:
                if dissector.segment.isReassembled, let datagram = dissector.fragments?.datagram {
                    seeing(dissector.segment, record, add(dissector.segment, record, datagram))
                } else {
                    seeing(dissector.segment, record, add(dissector.segment, record, batch.bytes))
                }
            case .udp: otherPackets[.datagram, default: 0] += 1
            case .other(let reason): otherPackets[reason, default: 0] += 1
            }
        }
    }

    /// Adds one segment that `dissect` found in `batch`; returns the number of its flow.
    @discardableResult
    public mutating func add(_ segment: Segment, record: PacketRecord, in batch: PacketBatch) -> Int {
        add(segment, record, batch.bytes)
    }

    /// `bytes` are those that the segment's offsets count in.
    @discardableResult
    private mutating func add(_ segment: borrowing Segment, _ record: PacketRecord, _ bytes: [UInt8]) -> Int {
        let (key, direction) = FlowKey.of(segment)
        let flow = flow(of: key, segment, direction, record)
        let packet = PacketReference(number: record.number, time: record.time)
        let own = flow * 2 + direction
        let other = flow * 2 + (1 - direction)
        streams[own].open(with: segment)
        streams[own].stream.packets += 1
        var acknowledged = SegmentEvent.nothing
        if segment.flags.contains(.ack) { acknowledged = streams[other].acknowledge(segment.acknowledgement) }
        if findAnomalies {
            analyses[flow].add(
                segment, record, flow: flow, direction: direction, start: streams[own].offset(of: segment.sequence),
                acknowledged: acknowledged, &log)
        }
        if segment.payloadLength > 0, streams[own].place(segment, packet, bytes, padding: &padding), findAnomalies {
            analyses[flow].report(.overlapConflict, .bytesDiffer, packet, flow: flow, direction: direction, &log)
        }
        if verifyChecksums { checkSum(segment, packet, bytes, flow: flow, direction: direction) }
        flows[flow].see(record.time)
        // Plain data and acknowledgements, once connected, change nothing else.
        if flows[flow].handshakeAcknowledged, segment.flags.isDisjoint(with: [.syn, .fin, .rst]) { return flow }
        flows[flow].track(segment, direction)
        if segment.flags.contains(.fin), streams[own].stream.fin == nil {
            streams[own].stream.fin = packet
            streams[own].finOffset = streams[own].offset(of: segment.sequence) + segment.payloadLength
        }
        if segment.flags.contains(.rst), streams[own].stream.reset == nil { streams[own].stream.reset = packet }
        return flow
    }

    private mutating func checkSum(
        _ segment: borrowing Segment, _ packet: PacketReference, _ bytes: [UInt8], flow: Int, direction: Int
    ) {
        switch TCPChecksum(segment, bytes.span.bytes) {
        case .good, .unknown: return
        case .unverified: streams[flow * 2 + direction].stream.unverifiedChecksums += 1
        case .bad: analyses[flow].report(.badChecksum, .checksumWrong, packet, flow: flow, direction: direction, &log)
        }
    }

    /// The flows so far, in order of first packet.
    ///
    /// - Complexity: O(flows + bytes kept).
    public consuming func finish() -> [Flow] {
        // Nothing is changed in place: the caller may hold a copy, and changing would copy everything.
        let sorted = log.sorted()
        var next = 0
        var padding = padding ?? 0
        var finished: [Flow] = []
        finished.reserveCapacity(flows.count)
        for number in flows.indices {
            let lower = streams[number * 2].finish(keep: keepStreams, padding: &padding)
            let higher = streams[number * 2 + 1].finish(keep: keepStreams, padding: &padding)
            let client = flows[number].client(index.keys[number], serverPort: serverPort)
            var flow = flows[number].finish(id: number, index.keys[number], client: client, lower, higher)
            if findAnomalies, analyses[number].hasFindings {
                flow.take(analyses[number], sorted, &next, client: client)
            }
            finished.append(flow)
        }
        return finished
    }

    /// The number of the flow that a segment belongs to; a new one for an unknown key or another initial number.
    @inline(__always)
    private mutating func flow(
        of key: FlowKey, _ segment: borrowing Segment, _ direction: Int, _ record: PacketRecord
    ) -> Int {
        let (slot, known) = index.find(key)
        if known >= 0 {
            guard segment.flags.isSuperset(of: .syn), segment.flags.isDisjoint(with: .ack) else { return known }
            guard streams[known * 2 + direction].contradicts(initialSequence: segment.sequence) else { return known }
        }
        let number = index.append(key, at: slot)
        flows.append(FlowState(firstSender: direction, time: record.time))
        streams.append(StreamBuilder())
        streams.append(StreamBuilder())
        if findAnomalies { analyses.append(ConnectionAnalysis()) }
        return number
    }
}
