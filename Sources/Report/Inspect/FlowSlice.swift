public import Capture

/// `crossfire inspect --slice`: one flow as a capture of its own, what is odd as comments.
public struct FlowSlice: Sendable {
    private let flow: Flow
    private let capture: String

    /// A slice of `capture`, which is named in the file.
    public init(_ flow: Flow, capture: String) {
        self.flow = flow
        self.capture = capture
    }

    /// Writes the flow's packets; their interfaces are those of the capture.
    ///
    /// - Throws: `CaptureError.unwritable`; no file is left then.
    public func write(
        _ packets: PacketBatch, _ interfaces: [InterfaceInfo], _ path: String
    ) throws(CaptureError) {
        // Classic captures may name no interface.
        var known = interfaces
        for index in known.count..<max(known.count, packets.linkTypes.count) {
            known.append(InterfaceInfo(name: "", linkType: packets.linkTypes[index], snapLength: 262_144))
        }
        var writer = try PcapngWriter(
            path: path,
            section: SectionInfo(
                application: "crossfire \(Version.text)",
                comments: ["flow \(flow.id), \(flow.client) → \(flow.server), of \(capture)"]), interfaces: known)
        let odd = Dictionary(grouping: flow.anomalies, by: \.packet.number)
        for record in packets.records {
            var comments = ["packet \(record.number) of \(capture)"]
            for anomaly in odd[record.number] ?? [] {
                let related = anomaly.related > 0 ? ", see packet \(anomaly.related)" : ""
                comments.append(
                    "\(anomaly.kind.rawValue) (\(anomaly.confidence.rawValue)): \(anomaly.reason.rawValue)\(related)")
            }
            try writer.write(record, in: packets, comments: comments)
        }
        try writer.finish(statistics: nil)
    }
}
