import ArgumentParser
import Capture
import Foundation
import Fuzz
import Report
import Verification

/// `inspect --slice`: which part of the capture is written as one of its own.
struct SliceOptions: ParsableArguments {
    @Option(
        name: .customLong("slice"),
        help: ArgumentHelp(
            "Write a part of the capture to this pcapng file, what is odd as comments.",
            discussion: "The part: --flow, --finding, --from, --until, or what several of them have in common."))
    var path: String?

    @Option(help: "For --slice: packets from so long after the first packet on: 500ms, 2s.")
    var from: Duration?

    @Option(help: "For --slice: packets earlier than so long after the first packet.")
    var until: Duration?

    @Option(help: "For --slice: the flows of the finding with this number, from 1, among those of --protocol.")
    var finding: Int?

    /// Refuses combinations without meaning.
    func validate(flow: Int?, protocolName: String?) throws {
        guard path != nil else {
            if from != nil || until != nil || finding != nil {
                throw ValidationError("--from, --until and --finding need --slice")
            }
            return
        }
        if flow == nil, from == nil, until == nil, finding == nil {
            throw ValidationError("--slice needs --flow, --from, --until or --finding")
        }
        if let finding, finding < 1 { throw ValidationError("--finding must be at least 1") }
        if finding != nil, protocolName == nil { throw ValidationError("--finding needs --protocol") }
    }

    /// Writes the slice, where one was asked for. The capture at `path` is read a second time; `name` is what the file
    /// calls it.
    func write(
        of path: String, named name: String, _ reading: CaptureReading, _ wants: CaptureReading.Wants, flow: FlowID?,
        flows: [Flow], violations: [Violation]
    ) throws {
        guard let destination = self.path else { return }
        var selection = CaptureSlice.Selection()
        var what: [String] = []
        var found: Violation?
        if let flow {
            selection.flows = [flow]
            what.append(flow.transport == .tcp ? "flow \(flow.number)" : "UDP flow \(flow.number)")
        }
        if let finding {
            guard violations.indices.contains(finding - 1) else {
                let there = violations.isEmpty ? "none was found" : "there are \(violations.count)"
                throw Failure(.badInput, "\(name) has no finding \(finding): \(there)")
            }
            let violation = violations[finding - 1]
            found = violation
            let flows = try Self.flows(of: violation.packets, path, wants)
            selection.flows = selection.flows.map { $0.intersection(flows) } ?? flows
            what.append("finding \(finding)")
        }
        if let from {
            selection.from = reading.start.advanced(by: from)
            what.append("from \(from.seconds) s on")
        }
        if let until {
            selection.until = reading.start.advanced(by: until)
            what.append("until \(until.seconds) s")
        }
        var reader = try CaptureFileReader(path: path)
        var table = Self.table(wants)
        var slice = try CaptureSlice(
            selection, of: name, what: what.joined(separator: ", "), flows: flows, finding: found,
            interfaces: reading.interfaces, linkTypes: reading.linkTypes, path: destination)
        while let batch = try reader.nextBatch() { try slice.add(batch, &table) }
        let packets = slice.packets
        try slice.finish()
        if packets == 0 { Console.note("\(destination): no packet is in that part") }
    }

    /// The flows to which packets belong.
    private static func flows(
        of packets: [Int], _ path: String, _ wants: CaptureReading.Wants
    ) throws -> Set<FlowID> {
        let wanted = Set(packets)
        var flows: Set<FlowID> = []
        var reader = try CaptureFileReader(path: path)
        var table = Self.table(wants)
        while let batch = try reader.nextBatch() {
            table.add(batch) { _, record, flow in
                if wanted.contains(record.number) { flows.insert(FlowID(.tcp, flow)) }
            } others: { _, record, flow in
                if wanted.contains(record.number) { flows.insert(flow) }
            }
        }
        return flows
    }

    /// A table that numbers flows as the reading did, and keeps nothing of them.
    private static func table(_ wants: CaptureReading.Wants) -> FlowTable {
        var table = FlowTable(serverPort: wants.serverPort, keepStreams: false, decoding: wants.decoding)
        table.datagrams = DatagramTable(serverPort: wants.serverPort, kept: .none, decoding: wants.decoding)
        return table
    }
}

extension Timestamp {
    /// Times out of range are the end of time.
    fileprivate func advanced(by duration: Duration) -> Timestamp {
        let step = Int64(min(duration.seconds * 1e9, 4e18).rounded())
        let (sum, overflow) = nanoseconds.addingReportingOverflow(step)
        return Timestamp(nanoseconds: overflow ? .max : sum)
    }
}

/// Standard input as a file, for what reads a capture twice.
struct SpooledInput {
    private let scratch: ScratchDirectory
    let path: String

    /// Reads it all, into a file for this user alone.
    init() throws {
        scratch = try ScratchDirectory()
        path = scratch.path + "/input"
        var file = try PendingFile(path: path)
        while let piece = try FileHandle.standardInput.read(upToCount: 1 << 20), !piece.isEmpty {
            try file.write(Array(piece))
        }
        try file.commit()
    }
}
