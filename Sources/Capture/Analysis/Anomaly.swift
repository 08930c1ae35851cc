/// Something odd about a packet: what it is, why that is believed, and how firmly.
public struct Anomaly: Sendable, Equatable {
    /// What it is.
    public var kind: Kind
    /// The packet that shows it.
    public var packet: PacketReference
    /// Whether the packet went from client to server.
    public var isToServer: Bool
    /// Why it is believed.
    public var reason: Reason
    /// How firmly.
    public var confidence: Confidence
    /// The number of the packet that it refers to: the first copy, the one that opened the hole; 0 for none.
    public var related: Int
    /// Nanoseconds that somebody waited, or by which a clock was set, where that is what it is about.
    public var duration: Int64 = 0

    /// Kinds of anomaly, by who is to blame: sender, network, capture or receiver. The raw value is a stable name.
    public enum Kind: String, Sendable, CaseIterable {
        /// A repeat whose cause is not known.
        case retransmission
        /// A repeat after the retransmission timer ran out.
        case timeoutRetransmission = "timeout-retransmission"
        /// A repeat that duplicate or selective acknowledgements asked for.
        case fastRetransmission = "fast-retransmission"
        /// A repeat of the last segment before the timer runs out (RFC 8985, section 7).
        case tailLossProbe = "tail-loss-probe"
        /// A repeat of what had already arrived.
        case spuriousRetransmission = "spurious-retransmission"
        /// A SYN, or its answer, sent again.
        case handshakeRetransmission = "handshake-retransmission"
        /// The packet was sent earlier than others that came before it.
        case reordered
        /// The network delivered one packet twice.
        case networkDuplicate = "network-duplicate"
        /// The capture recorded one packet twice.
        case captureDuplicate = "capture-duplicate"
        /// The capture wrote a packet after others that it had seen later.
        case captureReordered = "capture-reordered"
        /// A packet was lost on its way to the capture point.
        case lossBeforeCapture = "loss-before-capture"
        /// The peer acknowledged bytes that the capture does not hold.
        case missedByCapture = "missed-by-capture"
        /// An acknowledgement of bytes not seen so far.
        case acknowledgedUnseen = "acknowledged-unseen"
        /// An acknowledgement that says again what the last one said, while data is on its way.
        case duplicateACK = "duplicate-ack"
        /// The receiver has no room.
        case zeroWindow = "zero-window"
        /// The sender asks whether there is room again.
        case zeroWindowProbe = "zero-window-probe"
        /// The sender has filled the receiver's room.
        case windowFull = "window-full"
        /// The sender asks whether the peer is still there.
        case keepAlive = "keep-alive"
        /// A reset while data of the other side was not acknowledged: it is lost.
        case resetWithDataUnread = "reset-with-data-unread"
        /// A repeat says other bytes than the first copy.
        case overlapConflict = "overlap-conflict"
        /// The TCP checksum is wrong, and not only unfinished.
        case badChecksum = "bad-checksum"
        /// A connection that was there before, with the same ports, answered a SYN.
        case oldConnectionAnswered = "old-connection-answered"
        /// Small data waited for an acknowledgement that the other side delayed.
        case nagleDelayedACK = "nagle-delayed-ack"
        /// Large segments never arrive where smaller ones do.
        case largeSegmentsLost = "large-segments-lost"
        /// The other side closed, and this one never does (CLOSE_WAIT).
        case neverCloses = "never-closes"
        /// The clock that stamps the packets was set.
        case clockStep = "clock-step"
    }

    /// How firmly an anomaly is believed.
    public enum Confidence: String, Sendable, Comparable {
        /// No other cause is possible.
        case certain
        /// Another explanation needs a coincidence.
        case likely
        /// Another explanation fits nearly as well.
        case possible

        /// Firmer is greater.
        public static func < (left: Confidence, right: Confidence) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int { self == .certain ? 2 : self == .likely ? 1 : 0 }
    }
}

/// How often each kind of anomaly occurred.
public struct AnomalyCounts: Sendable {
    /// By `Kind.index`; empty while all are 0, as for most flows.
    private var counts: [UInt32] = []

    /// Creates zero counts.
    public init() {}

    /// How often one kind occurred.
    public subscript(kind: Anomaly.Kind) -> Int {
        counts.isEmpty ? 0 : Int(counts[kind.index])
    }

    /// The kinds that occurred, in the order of `Anomaly.Kind.allCases`.
    public var occurred: [(kind: Anomaly.Kind, count: Int)] {
        guard !counts.isEmpty else { return [] }
        return Anomaly.Kind.allCases.compactMap { self[$0] > 0 ? ($0, self[$0]) : nil }
    }

    mutating func add(_ kind: Anomaly.Kind, _ count: Int = 1) {
        guard count != 0 else { return }
        if counts.isEmpty { counts = Array(repeating: 0, count: Anomaly.Kind.allCases.count) }
        counts[kind.index] = UInt32(clamping: Int(counts[kind.index]) + count)
    }

    mutating func moveOne(_ kind: Anomaly.Kind, to other: Anomaly.Kind) {
        add(kind, -1)
        add(other)
    }

    mutating func move(_ kind: Anomaly.Kind, to other: Anomaly.Kind) {
        add(other, self[kind])
        add(kind, -self[kind])
    }

    /// Adds another count.
    public static func += (left: inout AnomalyCounts, right: AnomalyCounts) {
        guard !right.counts.isEmpty else { return }
        for kind in Anomaly.Kind.allCases { left.add(kind, right[kind]) }
    }
}

extension Anomaly.Kind {
    /// The place in `allCases`.
    var index: Int {
        switch self {
        case .retransmission: 0
        case .timeoutRetransmission: 1
        case .fastRetransmission: 2
        case .tailLossProbe: 3
        case .spuriousRetransmission: 4
        case .handshakeRetransmission: 5
        case .reordered: 6
        case .networkDuplicate: 7
        case .captureDuplicate: 8
        case .lossBeforeCapture: 9
        case .missedByCapture: 10
        case .acknowledgedUnseen: 11
        case .duplicateACK: 12
        case .zeroWindow: 13
        case .zeroWindowProbe: 14
        case .windowFull: 15
        case .keepAlive: 16
        case .resetWithDataUnread: 17
        case .overlapConflict: 18
        case .badChecksum: 19
        case .captureReordered: 20
        case .oldConnectionAnswered: 21
        case .nagleDelayedACK: 22
        case .largeSegmentsLost: 23
        case .neverCloses: 24
        case .clockStep: 25
        }
    }

    /// Whether the sender sent the same bytes again.
    public var isRetransmission: Bool { index <= 5 }
}
