public import Capture
public import Verification

/// `crossfire inspect --slice`: a part of a capture as a capture of its own, what is odd and what a finding says of its
/// packets as comments. Packets go straight from one file to the other, so memory does not grow with the slice.
public struct CaptureSlice: ~Copyable {
    /// Which packets.
    public struct Selection: Sendable {
        /// Only of these flows; nil for all packets, those of no flow too.
        public var flows: Set<FlowID>?
        /// Only captured at this time or later.
        public var from: Timestamp?
        /// Only captured before this time.
        public var until: Timestamp?

        /// All packets.
        public init() {}

        func contains(_ time: Timestamp) -> Bool {
            if let from, time < from { return false }
            if let until, time >= until { return false }
            return true
        }
    }

    /// Packets written so far.
    public private(set) var packets = 0
    private let selection: Selection
    private let capture: String
    private var comments: [Int: [String]] = [:]
    private var writer: PcapngWriter

    /// Opens a slice of `capture`, which is named in the file; `what` says what of it.
    ///
    /// - Parameter linkTypes: Those of the capture's packets: classic captures name no interface.
    /// - Throws: `CaptureError.unwritable`.
    public init(
        _ selection: Selection, of capture: String, what: String, flows: [Flow], finding: Violation?,
        interfaces: [InterfaceInfo], linkTypes: [LinkType], path: String
    ) throws(CaptureError) {
        self.selection = selection
        self.capture = capture
        var sectionComments = ["\(what) of \(capture)"]
        if let finding { sectionComments.append("\(finding.oracle.rawValue): \(finding.summary)") }
        writer = try PcapngWriter(
            path: path, section: SectionInfo(application: "crossfire \(Version.text)", comments: sectionComments),
            interfaces: InterfaceInfo.named(interfaces, linkTypes))
        if let finding {
            for (packet, note) in zip(finding.packets, finding.notes) { comments[packet, default: []].append(note) }
        }
        for flow in flows where selection.flows?.contains(FlowID(flow.transport, flow.id)) ?? true {
            for error in flow.icmpErrors {
                comments[error.packet.number, default: []].append(
                    "\(ICMPWords.remark(error)), in \(FlowID(flow.transport, flow.id).words)")
            }
            for anomaly in flow.anomalies {
                comments[anomaly.packet.number, default: []].append(anomaly.words)
            }
        }
    }

    /// Writes the packets of a batch that belong to the slice; `table` tells which flow each is of and must have seen
    /// all batches before.
    ///
    /// - Throws: `CaptureError.unwritable`; no file is left then.
    public mutating func add(_ batch: PacketBatch, _ table: inout FlowTable) throws(CaptureError) {
        var wanted: Set<Int> = []
        if let flows = selection.flows {
            table.add(batch) { _, record, flow in
                if flows.contains(FlowID(.tcp, flow)) { wanted.insert(record.number) }
            } others: { _, record, flow in
                if flows.contains(flow) { wanted.insert(record.number) }
            }
        }
        for record in batch.records {
            guard selection.flows == nil || wanted.contains(record.number), selection.contains(record.time) else {
                continue
            }
            try writer.write(
                record, in: batch, comments: ["packet \(record.number) of \(capture)"] + (comments[record.number] ?? [])
            )
            packets += 1
        }
    }

    /// Ends the file, which has its name only from now on.
    ///
    /// - Throws: `CaptureError.unwritable`; no file is left then.
    public consuming func finish() throws(CaptureError) {
        try writer.finish(statistics: nil)
    }
}
