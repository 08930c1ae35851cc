import ArgumentParser
import Capture
import Foundation
import Report
import Verification
import Wire

/// `crossfire inspect`: what a capture holds.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show the flows of a pcap or pcapng file, and the messages on them.")

    @Argument(help: "A pcap or pcapng file; - for standard input.")
    var capture: String

    @Option(name: .customLong("protocol"), help: "Show requests beside replies: \(WireProtocols.names).")
    var protocolName: String?

    @Option(help: "Only the flow with this number.")
    var flow: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let codec = try protocolName.map { try WireProtocols.required($0) }
        let reading = try CaptureReading(path: capture)
        for warning in reading.warnings { Console.note("\(capture): \(warning)") }
        var flows = reading.flows
        if let flow {
            flows = flows.filter { $0.id == flow }
            guard !flows.isEmpty else {
                throw Failure(.badInput, "\(capture) has no flow \(flow); it has \(reading.flows.count)")
            }
        }
        let conversations = codec.map { codec in
            flows.map { Conversation(flow: $0, name: $0.client.description, codec: codec) }
        }
        if json {
            print(try InspectJSON(flows: flows, conversations: conversations, warnings: reading.warnings).text())
            return
        }
        print(InspectText(flows).table(otherPackets: reading.otherPackets))
        for conversation in conversations ?? [] {
            print("")
            print(InspectText.messages(conversation, codec: codec!))
        }
    }
}

/// A capture file read whole.
struct CaptureReading {
    let flows: [Flow]
    let warnings: [String]
    let sectionComments: [String]
    let droppedPackets: UInt64?
    let otherPackets: [(reason: String, count: Int)]
    let end: Timestamp

    init(path: String, serverPort: UInt16? = nil) throws {
        var reader = try CaptureFileReader(path: path)
        var table = FlowTable(serverPort: serverPort)
        var end = Timestamp(nanoseconds: 0)
        while let batch = try reader.nextBatch() {
            table.add(batch)
            for record in batch.records { end = max(end, record.time) }
        }
        otherPackets = table.otherPackets.map { ($0.key.rawValue, $0.value) }.sorted { $0.reason < $1.reason }
        flows = table.finish()
        warnings = reader.warnings
        sectionComments = reader.sectionComments
        droppedPackets = reader.droppedPackets
        self.end = end
    }
}
