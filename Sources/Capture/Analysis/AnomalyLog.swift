/// The anomalies of a whole capture, bounded.
struct AnomalyLog {
    /// The most anomalies kept for one flow and for all; counts go on.
    static let maximumPerFlow = 1000
    static let maximumTotal = 200_000

    private(set) var entries: [(flow: Int, direction: Int, anomaly: Anomaly)] = []
    private(set) var omitted = 0

    mutating func add(_ anomaly: Anomaly, flow: Int, direction: Int, alreadyInFlow: Int) {
        guard alreadyInFlow < Self.maximumPerFlow, entries.count < Self.maximumTotal else {
            omitted += 1
            return
        }
        entries.append((flow, direction, anomaly))
    }

    /// Calls every duplicate of a direction one of the capture.
    mutating func blameCapture(flow: Int, direction: Int) {
        for index in entries.indices where entries[index].flow == flow && entries[index].direction == direction {
            guard entries[index].anomaly.kind == .networkDuplicate else { continue }
            entries[index].anomaly.kind = .captureDuplicate
            entries[index].anomaly.reason = .everyPacketTwice
        }
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

    /// The anomalies by flow, in the order of packets.
    func byFlow(count: Int) -> [[(direction: Int, anomaly: Anomaly)]] {
        var lists = [[(direction: Int, anomaly: Anomaly)]](repeating: [], count: count)
        for entry in entries { lists[entry.flow].append((entry.direction, entry.anomaly)) }
        return lists.map { list in
            var sorted = list
            sorted.sort { $0.anomaly.packet.number < $1.anomaly.packet.number }
            return sorted
        }
    }
}
