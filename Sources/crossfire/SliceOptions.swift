import ArgumentParser
import Capture
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

    /// Writes the slice, where one was asked for.
    func write(_ source: SliceRequest.Source, flow: FlowID?, flows: [Flow], violations: [Violation]) throws {
        guard let path else { return }
        var request = SliceRequest()
        request.flow = flow
        request.finding = finding
        request.from = from
        request.until = until
        let packets = try request.write(of: source, flows: flows, violations: violations, to: path)
        if packets == 0 { Console.note("\(path): no packet is in that part") }
    }
}
