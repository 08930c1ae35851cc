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
    private var dissector = Dissector()

    /// Creates an analysis with nothing seen.
    public init() {}

    /// The number of streams so far.
    public var streams: Int { connections.count }

    /// What tshark says of each TCP frame of `batch`.
    public mutating func add(_ batch: PacketBatch) -> [Frame] {
        var frames: [Frame] = []
        for record in batch.records {
            guard case .tcp = dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) else { continue }
            let (stream, flags) = add(dissector.segment, at: record.time)
            frames.append(Frame(number: record.number, stream: stream, flags: flags))
        }
        return frames
    }

    mutating func add(_ segment: Segment, at time: Timestamp) -> (stream: Int, flags: WiresharkFlags) {
        let (key, direction) = FlowKey.of(segment)
        let (slot, known) = index.find(key)
        var stream = known
        var reused: WiresharkFlags = []
        if known >= 0, segment.flags.contains(.syn), let base = connections[known].base(direction) {
            if base != segment.sequence {
                reused = .reusedPorts
                if segment.flags.isDisjoint(with: .ack) { stream = -1 }
            } else {
                connections[known].rewind(direction)
            }
        }
        if stream < 0 {
            stream = connections.count
            connections.append(WiresharkConnection())
            index.set(slot, key, flow: stream)
        }
        connections[stream].begin(segment, at: time, direction: direction)
        let flags = connections[stream].analyze(segment, at: time, direction: direction)
        connections[stream].learn(segment, at: time, direction: direction)
        return (stream, flags.union(reused))
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

    /// What Wireshark learns from a segment before it looks at the numbers.
    mutating func begin(_ segment: Segment, at time: Timestamp, direction: Int) {
        let isSYN = segment.flags.contains(.syn)
        if base(direction) == nil {
            let base = isSYN ? segment.sequence : segment.sequence &- 1
            if direction == 0 { directions.0.base = base } else { directions.1.base = base }
        }
        if isSYN {
            if segment.flags.isDisjoint(with: .ack) { synTime = time }
        } else if segment.flags.contains(.ack), initialRoundTrip == nil, let synTime {
            initialRoundTrip = time.nanoseconds - synTime.nanoseconds
        }
    }

    /// What Wireshark learns from a segment after it looked at the numbers: acknowledgements and options.
    mutating func learn(_ segment: Segment, at time: Timestamp, direction: Int) {
        let isSYN = segment.flags.contains(.syn)
        if segment.flags.contains(.ack), !isSYN {
            if direction == 0 { directions.0.awaitsFirstACK = false } else { directions.1.awaitsFirstACK = false }
        }
        if let scale = segment.windowScale {
            if direction == 0 { directions.0.scale = Int(scale) } else { directions.1.scale = Int(scale) }
        }
        if isSYN, segment.flags.contains(.ack), directions.0.scale == -1 || directions.1.scale == -1 {
            directions.0.scale = -2
            directions.1.scale = -2
        }
    }
}
