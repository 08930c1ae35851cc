import ArgumentParser
import Capture
import Report
import Verification
import Wire

/// `crossfire check`: the oracles on a capture that anyone made.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check order, loss and races in a capture of a server's traffic.",
        discussion: "The capture is taken as complete unless it says that packets were dropped or bytes are missing.")

    @Argument(help: "A pcap or pcapng file; - for standard input.")
    var capture: String

    @Option(name: .customLong("protocol"), help: "The wire protocol: \(WireProtocols.names).")
    var protocolName: String

    @Option(help: "Only flows to this server port.")
    var port: UInt16?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let codec = try WireProtocols.required(protocolName)
        let reading = try CaptureReading(path: capture, serverPort: port)
        for warning in reading.warnings { Console.note("\(capture): \(warning)") }
        var incomplete = reading.warnings
        if let dropped = reading.droppedPackets, dropped > 0 {
            incomplete.append("the capture says that it dropped \(dropped) packets")
        }
        let flows = reading.flows.filter { port == nil || $0.server.port == port }
        var judgement = Judge().judge(
            Evidence(flows: flows, codec: codec, incomplete: incomplete, end: reading.end))
        let noted = CaptureExport.observations(in: reading.sectionComments)
        if !noted.isEmpty {
            judgement.violations = noted + judgement.violations
            judgement.verdict = .violated
        }
        let text = JudgementText(judgement, warnings: reading.warnings)
        print(json ? try text.json(protocolName: codec.name) : text.text(style: TerminalStyle(descriptor: 1)))
        throw Status(judgement.verdict).exitCode
    }
}
