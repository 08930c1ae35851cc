import Capture

extension Anomaly.Kind {
    /// All kinds, worst first: what loses or falsifies data, what the capture lacks, what costs time, what is harmless.
    static let worstFirst: [Anomaly.Kind] = [
        .overlapConflict, .badChecksum, .resetWithDataUnread, .largeSegmentsLost, .neverCloses, .clockStep,
        .missedByCapture, .acknowledgedUnseen, .lossBeforeCapture, .handshakeRetransmission, .timeoutRetransmission,
        .fastRetransmission, .retransmission, .tailLossProbe, .zeroWindow, .windowFull, .nagleDelayedACK,
        .oldConnectionAnswered, .reordered, .networkDuplicate, .spuriousRetransmission, .captureDuplicate,
        .captureReordered, .zeroWindowProbe, .duplicateACK, .keepAlive,
    ]

    /// Who is to blame, as far as the kind alone can say.
    var blame: String {
        switch self {
        case .overlapConflict: "sender or a meddler"
        case .badChecksum, .lossBeforeCapture, .reordered, .networkDuplicate: "network"
        case .resetWithDataUnread, .zeroWindow, .windowFull, .zeroWindowProbe: "receiver"
        case .missedByCapture, .acknowledgedUnseen, .captureDuplicate, .captureReordered: "capture"
        case .largeSegmentsLost: "network (path MTU)"
        case .neverCloses: "who does not close"
        case .clockStep: "clock"
        case .nagleDelayedACK: "sender and receiver"
        case .oldConnectionAnswered: "reused ports"
        case .handshakeRetransmission: "network or listen queue"
        case .timeoutRetransmission, .fastRetransmission, .tailLossProbe, .retransmission: "network (loss)"
        case .spuriousRetransmission: "sender (too early)"
        case .duplicateACK: "network (loss or order)"
        case .keepAlive: "nobody"
        }
    }
}

extension Anomaly {
    /// `reordered (certain): its TCP time stamp is older …, see packet 7`, with how long it lasted.
    var words: String {
        let lasted = duration == 0 ? "" : " (\(Report.duration(nanoseconds: duration)))"
        let other = related > 0 ? ", see packet \(related)" : ""
        return "\(kind.rawValue) (\(confidence.rawValue)): \(reason.rawValue)\(other)\(lasted)"
    }
}

/// One kind of anomaly over many flows.
struct AnomalyClass {
    var kind: Anomaly.Kind
    var count: Int
    /// Reasons among the anomalies that were kept, most frequent first.
    var reasons: [(reason: Anomaly.Reason, count: Int)]
    var confidences: [(confidence: Anomaly.Confidence, count: Int)]
    /// The first one kept, with its flow.
    var first: (packet: Int, flow: FlowID)?

    /// The kinds that occur, worst first.
    static func all(in flows: [Flow]) -> [AnomalyClass] {
        var tally = AnomalyTally()
        for flow in flows { tally.add(flow) }
        return tally.classes
    }

    /// Who is to blame, as far as the evidence says.
    var blame: String {
        switch reasons.count == 1 ? reasons[0].reason : nil {
        case .checksumWrongButAcknowledged: "capture"
        case .refusedBefore: "server (refused)"
        default: kind.blame
        }
    }

    /// `the window field says so (3), …`, at most two reasons.
    var evidence: String {
        let shown = reasons.prefix(2).map {
            reasons.count == 1 ? $0.reason.rawValue : "\($0.reason.rawValue) (\($0.count))"
        }
        return shown.joined(separator: "; ") + (reasons.count > 2 ? "; …" : "")
    }

    /// `certain 3, likely 1`; the count only where there are several.
    var confidence: String {
        confidences.map { confidences.count == 1 ? $0.confidence.rawValue : "\($0.confidence.rawValue) \($0.count)" }
            .joined(separator: ", ")
    }
}

/// The anomalies of flows by kind, as the flows come.
struct AnomalyTally {
    private var counts = AnomalyCounts()
    private var reasons: [Anomaly.Kind: [Anomaly.Reason: Int]] = [:]
    private var confidences: [Anomaly.Kind: [Anomaly.Confidence: Int]] = [:]
    private var first: [Anomaly.Kind: (packet: Int, flow: FlowID)] = [:]

    mutating func add(_ flow: Flow) {
        counts += flow.toServer.anomalies
        counts += flow.toClient.anomalies
        for anomaly in flow.anomalies {
            reasons[anomaly.kind, default: [:]][anomaly.reason, default: 0] += 1
            confidences[anomaly.kind, default: [:]][anomaly.confidence, default: 0] += 1
            if first[anomaly.kind].map({ anomaly.packet.number < $0.packet }) ?? true {
                first[anomaly.kind] = (anomaly.packet.number, FlowID(flow.transport, flow.id))
            }
        }
    }

    /// The kinds that occur, worst first.
    var classes: [AnomalyClass] {
        return Anomaly.Kind.worstFirst.filter { counts[$0] > 0 }.map { kind in
            let sortedReasons = (reasons[kind] ?? [:]).map { (reason: $0.key, count: $0.value) }
                .sorted { ($1.count, $0.reason.rawValue) < ($0.count, $1.reason.rawValue) }
            let sortedConfidences = (confidences[kind] ?? [:]).map { (confidence: $0.key, count: $0.value) }
                .sorted { $0.confidence > $1.confidence }
            return AnomalyClass(
                kind: kind, count: counts[kind], reasons: sortedReasons, confidences: sortedConfidences,
                first: first[kind])
        }
    }
}

extension Flow {
    /// How many anomalies, keep-alives and duplicate acknowledgements aside; for the order in which flows are listed.
    var oddity: Int {
        toServer.oddity + toClient.oddity + icmpErrorCount
    }

    var packets: Int { toServer.packets + toClient.packets }
    var missingBytes: Int { toServer.missingBytes + toClient.missingBytes }
    var anomalyCount: Int {
        (toServer.anomalies.occurred + toClient.anomalies.occurred).reduce(0) { $0 + $1.count }
    }
}

extension ByteStream {
    /// Bytes that no packet of the capture holds.
    var missingBytes: Int { gaps.reduce(unlistedGapBytes) { $0 + $1.count } }

    fileprivate var oddity: Int {
        anomalies.occurred.reduce(gaps.count) {
            $1.kind == .keepAlive || $1.kind == .duplicateACK ? $0 : $0 + $1.count
        }
    }
}
