/// The anomalies of a whole capture, bounded.
struct AnomalyLog {
    /// The most anomalies kept for one flow and for all; counts go on.
    static let maximumPerFlow = 1000
    static let maximumTotal = 200_000

    private(set) var entries: [(flow: Int, direction: Int, anomaly: Anomaly)] = []
    private(set) var omitted = 0
    /// The last packet at which the clock was found to have been set: it is told once, not for each flow.
    var lastClockStep: UInt32 = 0
    /// The replies that took longest.
    var slowReplies = SlowReplies()

    mutating func add(_ anomaly: Anomaly, flow: Int, direction: Int, alreadyInFlow: Int) {
        guard alreadyInFlow < Self.maximumPerFlow, entries.count < Self.maximumTotal else {
            omitted += 1
            return
        }
        entries.append((flow, direction, anomaly))
    }

    /// How far back a report of bytes received twice looks for the repeat.
    private static let spuriousReach = 256

    /// Calls a retransmission spurious; returns what it was called before, nil where there is none to rename.
    mutating func makeSpurious(packet: Int, flow: Int, direction: Int) -> Anomaly.Kind? {
        for index in entries.indices.suffix(Self.spuriousReach).reversed() {
            let entry = entries[index]
            guard entry.flow == flow, entry.direction == direction, entry.anomaly.packet.number == packet else {
                continue
            }
            let kind = entry.anomaly.kind
            guard kind.isRetransmission, kind != .spuriousRetransmission, kind != .handshakeRetransmission else {
                continue
            }
            entries[index].anomaly.kind = .spuriousRetransmission
            entries[index].anomaly.reason = .duplicateSACK
            return kind
        }
        return nil
    }

    /// The anomalies by flow, and within a flow by packet.
    func sorted() -> AnomalyLog {
        var copy = self
        copy.entries.sort { ($0.flow, $0.anomaly.packet.number) < ($1.flow, $1.anomaly.packet.number) }
        return copy
    }
}
