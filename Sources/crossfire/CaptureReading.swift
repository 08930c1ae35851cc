import Capture
import Foundation
import Report

/// A capture file read whole.
struct CaptureReading {
    /// What to look for besides the flows.
    struct Wants {
        var serverPort: UInt16?
        /// Anomalies and checksums.
        var anomalies = false
        /// The streams' bytes; without, memory grows with the flows alone.
        var streams = true
        /// UDP datagrams besides TCP's streams, with their payloads or without.
        var datagrams = Datagrams.none
        /// Which UDP ports carry packets.
        var decoding = UDPDecoding.usual
        /// The flows are asked for one by one, of `table`.
        var leavesFlowsInTable = false
        /// Without the streams' bytes: where a flow repeats some, to read the file again and keep those of such flows.
        var comparesRepeats = false
        /// Wireshark's flags.
        var wiresharkFlags = false
        /// The packets of this flow, or of all.
        var packets: Packets = .none

        enum Packets {
            case none
            case flow(Int)
            case all
        }

        enum Datagrams {
            case none
            case counted
            case kept(DatagramTable.Kept)
            /// Kept as long as there is no TCP.
            case keptAlone(DatagramTable.Kept)

            func table(_ serverPort: UInt16?, _ decoding: UDPDecoding) -> DatagramTable? {
                switch self {
                case .none: nil
                case .counted:
                    DatagramTable(serverPort: serverPort, kept: .none, findsTwins: true, decoding: decoding)
                case .kept(let kept), .keptAlone(let kept):
                    DatagramTable(serverPort: serverPort, kept: kept, findsTwins: true, decoding: decoding)
                }
            }
        }

        func table(keptFlows: Set<Int>?) -> FlowTable {
            var table = FlowTable(
                serverPort: serverPort, keepStreams: keptFlows != [], keptFlows: keptFlows, findAnomalies: anomalies,
                verifyChecksums: anomalies, decoding: decoding)
            table.datagrams = datagrams.table(serverPort, decoding)
            return table
        }
    }

    /// The most packets that are kept for a diagram, of all flows together.
    static let maximumPackets = 1_000_000
    /// Seconds after which a terminal is told how far the reading is.
    static let progressAfterSeconds = 1.0

    private(set) var flows: [Flow]
    /// The flows and exchanges, to be asked for one by one, where that was wanted; else it is empty.
    let table: FlowTable
    /// What went over UDP, where that was wanted.
    private(set) var datagrams: [DatagramFlow]
    /// Flows with repeated bytes that were not compared with the first copy.
    let uncomparedFlows: Set<Int>
    let warnings: [String]
    let sectionComments: [String]
    let droppedPackets: UInt64?
    let otherPackets: [(reason: String, count: Int)]
    /// The times of the first packet and of the last.
    let start: Timestamp
    let end: Timestamp
    let interfaces: [InterfaceInfo]
    /// Of each interface, also where the file has no names for them.
    let linkTypes: [LinkType]
    /// Where time runs back.
    let stepsBack: [StepBack]
    /// Packets that were cut, and whose length the file has lost.
    let cutSegments: Int
    let kept: Kept
    /// The frames that Wireshark flags.
    let frames: [WiresharkAnalysis.Frame]

    /// The packets that were asked for.
    struct Kept {
        var packets: [PacketLine] = []
        /// Packets that are over the limit.
        var leftOut = 0
    }

    init(path: String, _ wants: Wants) throws {
        let first = try Self(path: path, wants, keptFlows: wants.streams ? nil : [])
        let again = wants.comparesRepeats ? first.uncomparedFlows : []
        self = again.isEmpty ? first : try Self(path: path, wants, keptFlows: again)
    }

    /// `keptFlows` are those whose bytes are kept; nil for all.
    private init(path: String, _ wants: Wants, keptFlows: Set<Int>?) throws {
        var reader = try CaptureFileReader(path: path)
        var table = wants.table(keptFlows: keptFlows)
        var wireshark = WiresharkAnalysis(decoding: wants.decoding)
        var start: Timestamp?
        var end = Timestamp(nanoseconds: 0)
        var linkTypes: [LinkType] = []
        var kept = Kept()
        var frames: [WiresharkAnalysis.Frame] = []
        var progress = ReadingProgress(path)
        while let batch = try reader.nextBatch() {
            if case .none = wants.packets { table.add(batch) } else { kept.add(batch, to: &table, wants) }
            if case .keptAlone = wants.datagrams, table.count > 0 { table.datagrams?.keepNone() }
            if wants.wiresharkFlags { frames += wireshark.add(batch).filter { !$0.flags.isEmpty } }
            for record in batch.records { end = max(end, record.time) }
            start = start ?? batch.records.first?.time
            linkTypes = batch.linkTypes
            progress.read(batch.records.count)
        }
        progress.end()
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
    mutating func takeFlows() -> [Flow] {
        defer { flows = [] }
        return flows
    }

    /// Hands over what went over UDP, and forgets it.
    mutating func takeDatagrams() -> [DatagramFlow] {
        defer { datagrams = [] }
        return datagrams
    }

    /// Where other recordings begin, each of which is judged by itself.
    var recordingNotes: [String] {
        stepsBack.filter(\.beginsRecording).map {
            "time runs back at packet \($0.packet), and connections begin anew: another recording, judged by itself"
        }
    }

    /// What the summary says of the file.
    var facts: InspectSummary.FileFacts {
        var facts = InspectSummary.FileFacts()
        facts.otherPackets = otherPackets
        facts.warnings = warnings
        facts.droppedPackets = droppedPackets
        facts.uncomparedFlows = uncomparedFlows.count
        facts.stepsBack = stepsBack
        facts.cutSegments = cutSegments
        return facts
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

/// Tells a terminal how far the reading is, once it takes a while.
private struct ReadingProgress {
    private let path: String
    private let line = StatusLine()
    private let isTerminal = isatty(2) == 1
    private let started = Date()
    private var packets = 0

    init(_ path: String) {
        self.path = path
    }

    mutating func read(_ count: Int) {
        packets += count
        guard isTerminal, Date().timeIntervalSince(started) > CaptureReading.progressAfterSeconds else { return }
        line.update("\(path): \(packets) packets")
    }

    func end() {
        line.end(erasing: true)
    }
}
