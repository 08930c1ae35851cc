/// Flags TCP segments exactly as tshark 4.0.17 does in one pass with default preferences, so that agreement can be
/// tested and people can compare. Its known false answers are kept; `Anomaly` is the better judgement.
///
/// Wireshark's `packet-tcp.c`, `tcp_analyze_sequence_number`, in our words.
public struct WiresharkAnalysis: Sendable {
    /// What tshark says of one TCP frame.
    public struct Frame: Sendable {
        /// `frame.number`.
        public var number: Int
        /// `tcp.stream`.
        public var stream: Int
        /// The flags.
        public var flags: WiresharkFlags
    }

    private var index = FlowIndex()
    private var connections: [WiresharkConnection] = []
    private var dissector: Dissector

    /// Creates an analysis with nothing seen.
    public init(decoding: UDPDecoding = .usual) {
        dissector = Dissector(decoding: decoding.asInWireshark)
    }

    /// The number of streams so far.
    public var streams: Int { connections.count }

    /// What tshark says of each TCP frame of `batch`.
    public mutating func add(_ batch: PacketBatch) -> [Frame] {
        var frames: [Frame] = []
        for record in batch.records {
            let outcome = dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes)
            if case .tcp = outcome, !dissector.segment.isHeaderCut {
                let (stream, flags) = add(dissector.segment, at: record.time)
                frames.append(Frame(number: record.number, stream: stream, flags: flags))
            } else if dissector.isPartialTCP || dissector.segment.isHeaderCut {
                frames.append(Frame(number: record.number, stream: stream(ofPartial: dissector.segment), flags: []))
            }
        }
        return frames
    }

    /// A segment within an ICMP error, or one whose header is not all there, opens a stream but is not analysed.
    private mutating func stream(ofPartial segment: Segment) -> Int {
        let (key, direction) = FlowKey.of(segment)
        let (stream, _) = stream(of: segment, key, direction)
        connections[stream].begin(segment, direction: direction)
        return stream
    }

    mutating func add(_ segment: Segment, at time: Timestamp) -> (stream: Int, flags: WiresharkFlags) {
        let (key, direction) = FlowKey.of(segment)
        let (stream, reused) = stream(of: segment, key, direction)
        connections[stream].begin(segment, direction: direction)
        let flags = connections[stream].analyze(segment, at: time, direction: direction)
        connections[stream].learn(segment, at: time, direction: direction)
        return (stream, flags.union(reused))
    }

    /// The stream of a segment; a new one for new endpoints, or for a SYN with another initial number.
    private mutating func stream(
        of segment: Segment, _ key: FlowKey, _ direction: Int
    ) -> (stream: Int, flags: WiresharkFlags) {
        let (slot, known) = index.find(key)
        var reused: WiresharkFlags = []
        if known >= 0 {
            guard segment.flags.contains(.syn), let base = connections[known].base(direction) else {
                return (known, [])
            }
            if base == segment.sequence {
                if segment.flags.isDisjoint(with: .ack) { connections[known].rewind(direction) }
                return (known, [])
            }
            reused = .reusedPorts
            if segment.flags.contains(.ack) {
                connections[known].setBase(direction, segment.sequence)
                return (known, reused)
            }
        }
        connections.append(WiresharkConnection())
        return (index.append(key, at: slot), reused)
    }
}

extension WiresharkConnection {
    /// The initial sequence number of a direction, if anything came in it.
    func base(_ direction: Int) -> UInt32? {
        direction == 0 ? directions.0.base : directions.1.base
    }

    /// A SYN came again: what lies beyond the contiguous run is forgotten.
    mutating func rewind(_ direction: Int) {
        if direction == 0 {
            directions.0.next = directions.0.contiguous
        } else {
            directions.1.next = directions.1.contiguous
        }
    }

    mutating func setBase(_ direction: Int, _ base: UInt32) {
        if direction == 0 { directions.0.base = base } else { directions.1.base = base }
    }

    /// What Wireshark learns from a segment before it looks at the numbers.
    mutating func begin(_ segment: Segment, direction: Int) {
        if base(direction) == nil {
            setBase(direction, segment.flags.contains(.syn) ? segment.sequence : segment.sequence &- 1)
        }
        if segment.flags.contains(.ack), base(1 - direction) == nil {
            setBase(1 - direction, segment.acknowledgement &- 1)
        }
    }

    /// What Wireshark learns from a segment after it looked at the numbers: acknowledgements and options.
    mutating func learn(_ segment: Segment, at time: Timestamp, direction: Int) {
        let isSYN = segment.flags.contains(.syn)
        if isSYN {
            if segment.flags.isDisjoint(with: .ack) { synTime = time.nanoseconds }
        } else if segment.flags.contains(.ack), initialRoundTrip == nil, synTime != 0 {
            let roundTrip = time.nanoseconds &- synTime
            initialRoundTrip = roundTrip == 0 ? nil : roundTrip
        }
        if segment.flags.contains(.ack), !isSYN {
            if direction == 0 { directions.0.awaitsFirstACK = false } else { directions.1.awaitsFirstACK = false }
        }
        if let scale = segment.windowScale {
            if direction == 0 { directions.0.scale = Int(scale) } else { directions.1.scale = Int(scale) }
        }
        let scale = direction == 0 ? directions.0.scale : directions.1.scale
        if isSYN, segment.flags.contains(.ack), scale == -1 {
            directions.0.scale = -2
            directions.1.scale = -2
        }
    }
}
