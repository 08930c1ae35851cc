public import Capture
public import Verification
import System

/// Which part of a capture is asked for: what all that is named have in common.
public struct SliceRequest: Sendable {
    /// A flow, as the reading numbers it.
    public var flow: FlowID?
    /// The flows of a finding, from 1, among the violations that were found.
    public var finding: Int?
    /// From so long after the first packet on.
    public var from: Duration?
    /// Earlier than so long after the first packet.
    public var until: Duration?

    /// The whole capture.
    public init() {}

    /// A capture that was read: where it is, what the slice calls it, and how its flows were numbered.
    public struct Source {
        var path: String
        var name: String
        var reading: CaptureReading
        var wants: CaptureReading.Wants

        /// The file at `path`, which is read again.
        public init(path: String, name: String, _ reading: CaptureReading, _ wants: CaptureReading.Wants) {
            self.path = path
            self.name = name
            self.reading = reading
            self.wants = wants
        }

        /// A table that numbers flows as the reading did, and keeps nothing of them.
        var table: FlowTable {
            var table = FlowTable(serverPort: wants.serverPort, keepStreams: false, decoding: wants.decoding)
            table.datagrams = DatagramTable(serverPort: wants.serverPort, kept: .none, decoding: wants.decoding)
            return table
        }
    }

    /// Writes the part.
    ///
    /// - Returns: how many packets it has.
    /// - Throws: `NotInCapture`; `CaptureError`, and no file is left then.
    /// - Complexity: O(bytes of the capture).
    public func write(
        of source: Source, flows: [Flow], violations: [Violation], to destination: String
    ) throws -> Int {
        let found = try violation(violations, source.name)
        var selection = CaptureSlice.Selection()
        if let flow { selection.flows = [flow] }
        if let found {
            let its = try Self.flows(of: found.packets, source)
            selection.flows = selection.flows.map { $0.intersection(its) } ?? its
        }
        selection.from = from.map { source.reading.start.advanced(by: $0) }
        selection.until = until.map { source.reading.start.advanced(by: $0) }
        var reader = try CaptureFileReader(path: source.path)
        var table = source.table
        var slice = try CaptureSlice(
            selection, of: source.name, what: words, flows: flows, finding: found,
            interfaces: source.reading.interfaces, linkTypes: source.reading.linkTypes, path: destination)
        while let batch = try reader.nextBatch() { try slice.add(batch, &table) }
        let packets = slice.packets
        try slice.finish()
        return packets
    }

    /// `flow 3, from 2.0 s on`
    private var words: String {
        var words: [String] = []
        if let flow { words.append(flow.transport == .tcp ? "flow \(flow.number)" : "UDP flow \(flow.number)") }
        if let finding { words.append("finding \(finding)") }
        if let from { words.append("from \(from.seconds) s on") }
        if let until { words.append("until \(until.seconds) s") }
        return words.joined(separator: ", ")
    }

    private func violation(_ violations: [Violation], _ name: String) throws(NotInCapture) -> Violation? {
        guard let finding else { return nil }
        guard violations.indices.contains(finding - 1) else {
            let there = violations.isEmpty ? "none was found" : "there are \(violations.count)"
            throw NotInCapture(description: "\(name) has no finding \(finding): \(there)")
        }
        return violations[finding - 1]
    }

    /// The flows to which packets belong.
    private static func flows(of packets: [Int], _ source: Source) throws(CaptureError) -> Set<FlowID> {
        let wanted = Set(packets)
        var flows: Set<FlowID> = []
        var reader = try CaptureFileReader(path: source.path)
        var table = source.table
        while let batch = try reader.nextBatch() {
            table.add(batch) { _, record, flow in
                if wanted.contains(record.number) { flows.insert(FlowID(.tcp, flow)) }
            } others: { _, record, flow in
                if wanted.contains(record.number) { flows.insert(flow) }
            }
        }
        return flows
    }
}

extension Timestamp {
    /// Times out of range are the end of time.
    fileprivate func advanced(by time: Duration) -> Timestamp {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(time.nanoseconds)
        return Timestamp(nanoseconds: overflow ? .max : sum)
    }
}
