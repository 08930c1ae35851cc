import ArgumentParser
import Capture
import Foundation
import Fuzz
import Report
import Verification
import Wire
import Protocols

/// `crossfire inspect`: what a capture holds.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what a pcap or pcapng file holds: what is odd, flows, messages.",
        discussion: """
            Exit status: 1 where an assertion is violated, 2 where one is inconclusive.

            Examples:
              crossfire inspect a.pcapng
              crossfire inspect a.pcapng --flow 3 --name 40001=writer
              crossfire inspect a.pcapng --protocol resp --assert no-loss,fifo,exactly-once,no-crosstalk
            """)

    @Argument(help: "A pcap or pcapng file; - for standard input.")
    var capture: String

    @Option(
        name: .customLong("protocol"),
        help:
            "Show requests beside replies: \(WireProtocols.names), or a file that describes one (see 'crossfire protocol')."
    )
    var protocolName: String?

    @Option(
        help:
            "Which flows --flow, --follow, --protocol and --html show: tcp or udp. TCP's, unless the capture has UDP alone."
    )
    var transport: FlowTransport?

    @OptionGroup var decode: DecodeOptions

    @Option(help: "Only the flow with this number, packet by packet.")
    var flow: Int?

    @Option(help: "What both sides of this flow said.")
    var follow: Int?

    @Flag(help: "Print tshark's flags: frame, stream and flags of each flagged frame.")
    var tshark = false

    @Option(help: "What must hold of the messages, by commas: \(InspectAssertion.names). Needs --protocol.")
    var assert: String?

    @Option(help: "A name for a port or an address: 40001=writer, 10.0.0.1=db, 10.0.0.1:80=web.")
    var name: [String] = []

    @Option(help: "Only packets that pass this Wireshark display filter; needs tshark.")
    var filter: String?

    @OptionGroup var waiting: CapturePatience

    @OptionGroup var slice: SliceOptions

    @Option(
        help:
            "A second capture of the same exchange, at the server; the first is the client's. Shows where packets got lost."
    )
    var and: String?

    @Option(help: "Write a page with the messages as arrows and time–sequence graphs to this file.")
    var html: String?

    @Option(help: "The server's port, where the capture misses the handshakes.")
    var port: UInt16?

    @Flag(help: "Print one JSON object with everything.")
    var json = false

    func validate() throws {
        if assert != nil, protocolName == nil { throw ValidationError("--assert needs --protocol") }
        if flow != nil, follow != nil { throw ValidationError("give --flow or --follow, not both") }
        try slice.validate(flow: flow, protocolName: protocolName)
        if and != nil,
            slice.path != nil || filter != nil || flow != nil || follow != nil || tshark || assert != nil || html != nil
        {
            throw ValidationError("--and compares whole captures; give it alone")
        }
        for text in name {
            var names = EndpointNames()
            guard names.add(text) else {
                throw ValidationError("--name wants PORT=NAME, ADDRESS=NAME or ADDRESS:PORT=NAME, not '\(text)'")
            }
        }
        _ = try assertions()
    }

    func run() throws {
        let codec = try protocolName.map { try WireProtocols.required($0) }
        guard let filter else {
            guard capture == "-", slice.path != nil else { return try inspect(capture, codec) }
            let spooled = try SpooledInput()
            defer { withExtendedLifetime(spooled) {} }
            return try inspect(spooled.path, codec)
        }
        let scratch = try ScratchDirectory()
        defer { withExtendedLifetime(scratch) {} }
        let passed = scratch.path + "/filtered.pcapng"
        try DisplayFilter(expression: filter).apply(to: capture, writing: passed)
        Console.note("packets are numbered as the filter passed them, not as in \(capture)")
        try inspect(passed, codec)
    }

    private func inspect(_ path: String, _ codec: (any WireCodec)?) throws {
        if let and {
            let comparison = try TwoPointText(
                client: path, server: and, serverPort: port, decoding: decode.decoding, names: names)
            print(json ? try comparison.json() : comparison.text(style: TerminalStyle(descriptor: 1)))
            return
        }
        let wants = question.wants(fileBytes: Self.regularFileBytes(path))
        let reading = try CaptureReading.shown(path, wants)
        for warning in reading.warnings { Console.note("\(capture): \(warning)") }
        var parts = InspectJSON.Parts()
        parts.names = names
        parts.facts = InspectSummary.FileFacts(reading)
        if tshark { parts.frames = question.frames(reading) }
        if wants.leavesFlowsInTable { return try showTable(reading.table, parts) }
        let chosen = try InspectedFlows(reading, transport, number: flow ?? follow, in: capture)
        parts.transport = chosen.transport
        parts.packets = reading.kept.packets.filter { $0.transport == chosen.transport }
        if let codec {
            let evidence = Evidence(chosen.captured, of: reading, codec: codec, name: parts.names.name)
            parts.conversations = evidence.conversations.filter(\.isJudged)
            let judgement = Judge(oracles: Judge.messageOracles(silenceLimits: waiting.silenceLimits)).judge(
                evidence, notedIn: reading.sectionComments)
            parts.violations = judgement.violations
            parts.leftAside = judgement.leftAside
            parts.assertions = try assertions()?.map { $0.judge(evidence, silenceLimits: waiting.silenceLimits) }
        }
        try slice.write(
            .init(path: path, name: capture, reading, wants), flow: flow.map { FlowID(chosen.transport, $0) },
            flows: chosen.flows + chosen.others, violations: parts.violations)
        if let html {
            let page = InspectPage(
                title: (capture as NSString).lastPathComponent, flows: chosen.flows, others: chosen.others, parts,
                codec: codec, packetsLeftOut: reading.kept.leftOut)
            try PendingFile.write(Array(page.text().utf8), to: html)
        }
        if json {
            if flow == nil { parts.packets = [] }
            print(try InspectJSON(flows: chosen.tcp, exchanges: chosen.udp, parts).text())
        } else {
            try show(chosen, parts, codec, reading)
        }
        if let assertions = parts.assertions {
            throw CommandStatus.end(.all(of: assertions.map(\.judgement.verdict)))
        }
    }

    /// Prints what is wanted of the flows in a table, each as it is asked for: there may be hundreds of thousands.
    private func showTable(_ table: FlowTable, _ parts: InspectJSON.Parts) throws {
        let flows: InspectJSON.Flows = { try table.forEachFlow($0) }
        let exchanges: InspectJSON.Flows = { try table.datagrams?.forEachExchange($0) }
        if json {
            try InspectJSON(flows: flows, exchanges: exchanges, parts).write { print($0, terminator: "") }
            print("")
        } else if tshark {
            show(parts.frames ?? [])
        } else {
            print(try overview(parts).text(flows: flows, exchanges: exchanges))
        }
    }

    private func overview(_ parts: InspectJSON.Parts) -> InspectOverview {
        InspectOverview(
            parts.facts, names: parts.names, transport: transport, style: TerminalStyle(descriptor: 1))
    }

    private func show(_ frames: [WiresharkAnalysis.Frame]) {
        for line in frames.compactMap(WiresharkText.line) { print(line) }
    }

    /// What is asked, as far as it decides what is read.
    private var question: InspectQuestion {
        var question = InspectQuestion()
        question.serverPort = port
        question.decoding = decode.decoding
        question.transport = transport
        question.flow = flow
        question.follow = follow
        question.wantsMessages = protocolName != nil
        question.wantsPage = html != nil
        question.wantsSlice = slice.path != nil
        question.wantsWiresharkFlags = tshark
        question.wantsJSON = json
        return question
    }

    /// Prints what was asked for; without a wish, the summary and the flows.
    private func show(
        _ chosen: InspectedFlows, _ parts: InspectJSON.Parts, _ codec: (any WireCodec)?, _ reading: CaptureReading
    ) throws {
        let style = TerminalStyle(descriptor: 1)
        if tshark { return show(parts.frames ?? []) }
        if follow != nil {
            print(
                chosen.exchanges.first.map { DatagramDiagram($0, names: parts.names, style: style).follow() }
                    ?? FollowText(chosen.flows[0], names: parts.names, style: style).text())
            return
        }
        for result in parts.assertions ?? [] { print(result.text(style: style)) }
        if parts.assertions != nil { print("") }
        if flow != nil {
            print(
                chosen.exchanges.first.map { DatagramDiagram($0, names: parts.names, style: style).text() }
                    ?? FlowDiagram(chosen.flows[0], packets: parts.packets, names: parts.names, style: style).text())
            if reading.kept.leftOut > 0 { print("\(reading.kept.leftOut) more packets are not shown") }
        } else {
            print(
                try overview(parts).text(
                    flows: { try chosen.tcp.forEach($0) }, exchanges: { try chosen.udp.forEach($0) }))
        }
        // Who asserts wants the verdict, not every message.
        guard let codec, assert == nil || flow != nil else { return }
        if !parts.leftAside.isEmpty { print("") }
        for sentence in parts.leftAside.prefix(InspectText.maximumFlows) { print("left aside: \(sentence)") }
        for conversation in parts.conversations ?? [] {
            print("")
            print(
                InspectText.messages(conversation, codec: codec, violations: parts.violations, style: style))
        }
        let others = InspectText.lines(parts.violations, ofFlow: nil, style)
        if !others.isEmpty { print("\n" + others.joined(separator: "\n")) }
    }

    private var names: EndpointNames {
        var names = EndpointNames()
        for text in name { _ = names.add(text) }
        return names
    }

    /// Nil for a pipe, and for `-`. (stat(2))
    private static func regularFileBytes(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }
}

// MARK: Assertions

extension InspectCommand {
    private func assertions() throws -> [InspectAssertion]? {
        try assert?.split(separator: ",", omittingEmptySubsequences: false).map { name in
            guard let known = InspectAssertion(rawValue: String(name)) else {
                throw ValidationError("unknown assertion '\(name)'; expected some of \(InspectAssertion.names)")
            }
            return known
        }
    }
}
