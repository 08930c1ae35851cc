import Capture

/// The time–sequence graph of one direction of a flow: segments as strokes from their first to their last byte, the
/// other side's acknowledgements as a line below them, anomalies as circles.
struct PageGraph {
    /// The most packets of a graph.
    static let maximumPackets = 2000

    private static let width = 540.0
    private static let height = 170.0
    private static let margin = 8.0

    let flow: Flow
    let packets: [PacketLine]
    let isToServer: Bool

    /// The SVG element; of more packets than `maximumPackets` the first.
    func svg() -> String {
        let numbers = RelativeNumbers(packets, client: flow.client)
        let shown = packets.prefix(Self.maximumPackets)
        let start = flow.firstTime.nanoseconds
        let span = Double(max(1, (shown.map(\.packet.time.nanoseconds).max() ?? start) - start))
        var top = 1
        for packet in shown where own(packet) {
            top = max(top, numbers.sequence(packet, isToServer: isToServer) + packet.length)
        }
        let x = { (time: Timestamp) in
            Self.margin + (Self.width - 2 * Self.margin) * Double(time.nanoseconds - start) / span
        }
        let y = { (number: Int) in
            Self.height - Self.margin
                - (Self.height - 2 * Self.margin) * Double(min(max(0, number), top)) / Double(top)
        }
        var strokes = ""
        var acknowledged = ""
        var places: [Int: String] = [:]
        for packet in shown {
            let at = coordinate(x(packet.packet.time))
            if own(packet) {
                let from = numbers.sequence(packet, isToServer: isToServer)
                strokes += "M\(at) \(coordinate(y(from)))V\(coordinate(y(from + packet.length) - 1))"
                places[packet.packet.number] = "cx=\"\(at)\" cy=\"\(coordinate(y(from)))\""
            } else if packet.flags.contains(.ack) {
                let reached = coordinate(y(numbers.acknowledgement(packet, isToServer: !isToServer)))
                acknowledged += acknowledged.isEmpty ? "M\(at) \(reached)" : "H\(at)V\(reached)"
            }
        }
        let way = isToServer ? "to the server" : "to the client"
        var out =
            "<figure><figcaption>\(way), up to byte \(grouped(top)), \(duration(nanoseconds: Int64(span)))</figcaption>"
            + "<svg class=\"graph\" role=\"img\" aria-label=\"time and sequence numbers \(way)\" "
            + "viewBox=\"0 0 \(coordinate(Self.width)) \(coordinate(Self.height))\">"
            + "<path class=\"ack\" d=\"\(acknowledged)\"/><path class=\"seg\" d=\"\(strokes)\"/>"
        for anomaly in flow.anomalies where anomaly.isToServer == isToServer {
            guard let place = places[anomaly.packet.number] else { continue }
            out +=
                "<circle \(place) r=\"4\"><title>"
                + escaped("packet \(anomaly.packet.number): \(anomaly.kind.rawValue): \(anomaly.reason.rawValue)")
                + "</title></circle>"
        }
        return out + "</svg></figure>\n"
    }

    private func own(_ packet: PacketLine) -> Bool { (packet.source == flow.client) == isToServer }
}
