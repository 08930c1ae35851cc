/// A capture file read whole: the one way from a file to its flows.
public struct CaptureReading: Sendable {
    /// The most packets that are kept for a diagram, of all flows together.
    public static let maximumPackets = 1_000_000

    /// The connections, in order of first packet, where they were not left in `table`.
    public private(set) var flows: [Flow]
    /// The flows and exchanges, to be asked for one by one, where that was wanted; else it is empty.
    public let table: FlowTable
    /// What went over UDP, where that was wanted.
    public private(set) var datagrams: [DatagramFlow]
    /// Flows with repeated bytes that were not compared with the first copy.
    public let uncomparedFlows: Set<Int>
    /// What is wrong with the file.
    public let warnings: [String]
    /// The comments of its sections.
    public let sectionComments: [String]
    /// Packets that the file says were dropped; nil where it says nothing.
    public let droppedPackets: UInt64?
    /// Packets of neither TCP nor UDP, by reason.
    public let otherPackets: [(reason: String, count: Int)]
    /// The time of the first packet.
    public let start: Timestamp
    /// The time of the last one, by the clock.
    public let end: Timestamp
    /// The interfaces that it names.
    public let interfaces: [InterfaceInfo]
    /// Of each interface, also where the file has no names for them.
    public let linkTypes: [LinkType]
    /// Where time runs back.
    public let stepsBack: [StepBack]
    /// Packets that were cut, and whose length the file has lost.
    public let cutSegments: Int
    /// The packets that were asked for.
    public let kept: Kept
    /// The frames that Wireshark flags.
    public let frames: [WiresharkAnalysis.Frame]

    /// The packets that were asked for.
    public struct Kept: Sendable {
        /// In order of capture.
        public var packets: [PacketLine] = []
        /// Packets that are over the limit.
        public var leftOut = 0
    }

    /// Reads a file, `-` for standard input.
    ///
    /// - Parameter progress: is told how many packets were read, batch by batch.
    /// - Throws: `CaptureError`.
    /// - Complexity: O(bytes of the file).
    public init(path: String, _ wants: Wants, progress: (Int) -> Void = { _ in }) throws(CaptureError) {
        let first = try Self(path: path, wants, keptFlows: wants.streams ? nil : [], progress)
        let again = wants.comparesRepeats ? first.uncomparedFlows : []
        self = again.isEmpty ? first : try Self(path: path, wants, keptFlows: again, progress)
    }

    /// `keptFlows` are those whose bytes are kept; nil for all.
    private init(
        path: String, _ wants: Wants, keptFlows: Set<Int>?, _ progress: (Int) -> Void
    ) throws(CaptureError) {
        var reader = try CaptureFileReader(path: path)
        var table = wants.table(keptFlows: keptFlows)
        var wireshark = WiresharkAnalysis(decoding: wants.decoding)
        var start: Timestamp?
        var end = Timestamp(nanoseconds: 0)
        var linkTypes: [LinkType] = []
        var kept = Kept()
        var frames: [WiresharkAnalysis.Frame] = []
        var packets = 0
        while let batch = try reader.nextBatch() {
            if case .none = wants.packets { table.add(batch) } else { kept.add(batch, to: &table, wants) }
            if case .keptAlone = wants.datagrams, table.count > 0 { table.datagrams?.keepNone() }
            if wants.wiresharkFlags { frames += wireshark.add(batch).filter { !$0.flags.isEmpty } }
            for record in batch.records { end = max(end, record.time) }
            start = start ?? batch.records.first?.time
            linkTypes = batch.linkTypes
            packets += batch.records.count
            progress(packets)
        }
        otherPackets = table.otherPackets.map { ($0.key.rawValue, $0.value) }.sorted { $0.reason < $1.reason }
        uncomparedFlows = table.uncomparedFlows
        stepsBack = table.stepsBack
        cutSegments = table.cutSegments
        flows = wants.leavesFlowsInTable ? [] : table.finish()
        datagrams = wants.leavesFlowsInTable ? [] : table.datagrams?.finish() ?? []
        self.table = wants.leavesFlowsInTable ? table : FlowTable()
        self.kept = kept
        self.frames = frames
        warnings = reader.warnings
        sectionComments = reader.sectionComments
        droppedPackets = reader.droppedPackets
        interfaces = reader.interfaces
        self.start = start ?? end
        self.end = end
        self.linkTypes = linkTypes
    }

    /// Hands over the flows, which are large, and forgets them.
    public mutating func takeFlows() -> [Flow] {
        defer { flows = [] }
        return flows
    }

    /// Hands over what went over UDP, and forgets it.
    public mutating func takeDatagrams() -> [DatagramFlow] {
        defer { datagrams = [] }
        return datagrams
    }

    /// Where other recordings begin, each of which is judged by itself.
    public var recordingNotes: [String] {
        stepsBack.filter(\.beginsRecording).map {
            "time runs back at packet \($0.packet), and connections begin anew: another recording, judged by itself"
        }
    }

    /// Why not all that crossed the wire is in the file, one sentence each.
    public var shortcomings: [String] {
        guard let droppedPackets, droppedPackets > 0 else { return warnings }
        return warnings + ["the capture says that it dropped \(droppedPackets) packets"]
    }
}

extension CaptureReading.Kept {
    /// Adds a batch and keeps what was asked for of its packets.
    mutating func add(_ batch: PacketBatch, to table: inout FlowTable, _ wants: CaptureReading.Wants) {
        var found: [PacketLine] = []
        let isWanted = { (flow: Int) in
            if case .flow(let number) = wants.packets { return number == flow }
            return true
        }
        table.add(batch) { segment, record, flow in
            if isWanted(flow) { found.append(PacketLine(segment, record, flow: flow)) }
        } others: { datagram, record, flow in
            guard let datagram, isWanted(flow.number) else { return }
            found.append(PacketLine(datagram, record, flow: flow.number))
        }
        let room = max(0, CaptureReading.maximumPackets - packets.count)
        packets += found.prefix(room)
        leftOut += max(0, found.count - room)
    }
}
