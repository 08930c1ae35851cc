public import Capture
import Verification
public import Wire

/// `crossfire inspect --html`: one page that needs no network, and no scripts to be read.
public struct InspectPage: Sendable {
    /// The most messages that are drawn and listed.
    public static let maximumMessages = 10_000
    /// The most flows with a time–sequence graph.
    public static let maximumGraphs = 40

    private let title: String
    private let flows: [Flow]
    private let parts: InspectJSON.Parts
    private let codec: (any WireCodec)?
    private let packetsLeftOut: Int
    private let others: [Flow]

    /// A page about the flows of a capture; `parts.packets` are the packets for the graphs, `packetsLeftOut` how many of
    /// them are not there. Of `others`, those of the other transport, it has the summary alone.
    public init(
        title: String, flows: [Flow], others: [Flow] = [], _ parts: InspectJSON.Parts, codec: (any WireCodec)?,
        packetsLeftOut: Int
    ) {
        self.title = title
        self.flows = flows
        self.others = others
        self.parts = parts
        self.codec = codec
        self.packetsLeftOut = packetsLeftOut
    }

    /// The page. O(flows + packets + messages), which its limits bound.
    public func text() -> String {
        let drawn = Array(byOddity(flows, PageLanes.maximumLanes))
        let lanes = Dictionary(uniqueKeysWithValues: drawn.enumerated().map { ($1.id, $0) })
        let messages = messages(drawn, lanes)
        let graphed = byOddity(flows, Self.maximumGraphs)
        let plain = TerminalStyle(descriptor: -1)
        var out = htmlHead(title: title, style: InspectPageStyle.css)
        out += "<h1>\(escaped(title))</h1>\n"
        let byTransport = Dictionary(grouping: flows + others, by: \.transport)
        let summary = InspectSummary(
            byTransport[.tcp] ?? [], exchanges: byTransport[.udp] ?? [], parts.facts, style: plain)
        out += "<pre>\(escaped(summary.text()))</pre>\n"
        if let assertions = parts.assertions {
            out += "<h2>Assertions</h2><pre>"
            out += escaped(assertions.map { $0.text(style: plain) }.joined(separator: "\n")) + "</pre>\n"
        }
        out += leftOut(messages, drawn, graphed)
        let end = messages.shown.count < messages.all ? messages.shown.last?.packet.time : nil
        out += "<h2>\(codec == nil ? "Packets with payload" : "Messages")</h2>\n"
        out += "<p id=\"zoom\" hidden><button value=\"2\">zoom in</button> <button value=\"0.5\">zoom out</button> "
        out += "<button value=\"0\">all</button> or Ctrl and the wheel</p>\n<div class=\"scroll\">"
        out += PageLanes(drawn, names: parts.names, messages: messages.shown, until: end).svg()
        out += "</div><div id=\"say\"></div>\n<h2>Flows</h2>\n" + flowTable(drawn)
        out += "<h2>Time and sequence numbers</h2>\n" + graphs(graphed)
        out += messageTable(messages.shown, drawn)
        return out + "<script>\(InspectPageStyle.script)</script></body></html>\n"
    }

    /// The flows with most messages at fault, then those with most anomalies; in their order.
    private func byOddity(_ flows: [Flow], _ limit: Int) -> [Flow] {
        guard flows.count > limit else { return flows }
        var faults: [Int: Int] = [:]
        for conversation in parts.conversations ?? [] {
            faults[conversation.flow] = conversation.exchanges.count { $0.reply == nil } + conversation.surplus.count
        }
        let sorted = flows.sorted {
            (faults[$1.id] ?? 0, $1.oddity, $0.id) < (faults[$0.id] ?? 0, $0.oddity, $1.id)
        }
        return sorted.prefix(limit).sorted { $0.id < $1.id }
    }

    private func messages(_ drawn: [Flow], _ lanes: [Int: Int]) -> PageMessage.Selection {
        if let codec, let conversations = parts.conversations {
            return PageMessage.first(Self.maximumMessages, of: conversations, lanes: lanes, codec: codec)
        }
        let clients = Dictionary(uniqueKeysWithValues: drawn.map { ($0.id, $0.client) })
        return PageMessage.first(Self.maximumMessages, of: parts.packets, clients: clients, lanes: lanes)
    }

    /// What the limits leave out; says so also where it is nothing.
    private func leftOut(_ messages: PageMessage.Selection, _ drawn: [Flow], _ graphed: [Flow]) -> String {
        var notes: [String] = []
        if messages.shown.count < messages.all {
            notes.append(
                "\(grouped(messages.all - messages.shown.count)) of \(grouped(messages.all)) messages: only the first "
                    + "\(grouped(messages.shown.count)) by time of the flows with a lane are drawn and listed; "
                    + "\(grouped(messages.faultsLeftOut)) of the others have no twin.")
        }
        if drawn.count < flows.count {
            notes.append(
                "\(grouped(flows.count - drawn.count)) flows have no lane; those with most faults have one.")
        }
        if graphed.count < flows.count {
            notes.append("\(grouped(flows.count - graphed.count)) flows have no time–sequence graph.")
        }
        if packetsLeftOut > 0 { notes.append("\(grouped(packetsLeftOut)) packets are in no graph.") }
        let counted = flows.reduce(0) { $0 + $1.anomalyCount }
        let room = PageLanes.maximumMarks / max(1, drawn.count)
        let marked = drawn.reduce(0) { $0 + min(room, $1.anomalies.count) }
        if marked < counted {
            notes.append("\(grouped(counted - marked)) of \(grouped(counted)) anomalies are not marked.")
        }
        let ids = Set(graphed.map(\.id))
        let long = Dictionary(grouping: parts.packets.filter { ids.contains($0.flow) }, by: \.flow)
            .filter { $0.value.count > PageGraph.maximumPackets }
        if !long.isEmpty {
            notes.append(
                "The graphs of \(count(long.count, "flow")) end after \(grouped(PageGraph.maximumPackets)) packets of the flow."
            )
        }
        return htmlLeftOut(notes)
    }

    private func flowTable(_ drawn: [Flow]) -> String {
        htmlTable(
            [["flow", "client", "server", "packets", "bytes", "handshake", "teardown", "missing", "odd"]]
                + drawn.map { flow in
                    [
                        "\(flow.id)", parts.names.name(flow.client), parts.names.name(flow.server),
                        "\(flow.toServer.packets) → \(flow.toClient.packets) ←",
                        "\(grouped(flow.toServer.payloadBytes)) → \(grouped(flow.toClient.payloadBytes)) ←",
                        flow.transport == .tcp ? flow.handshake.rawValue : "-",
                        flow.transport == .tcp ? flow.teardown.rawValue : "-",
                        flow.missingBytes == 0 ? "-" : count(flow.missingBytes, "byte"), InspectText.odd(flow),
                    ]
                })
    }

    private func graphs(_ graphed: [Flow]) -> String {
        let packets = Dictionary(grouping: parts.packets, by: \.flow)
        var out = ""
        for flow in graphed {
            var own = packets[flow.id] ?? []
            if flow.transport == .udp { own = PacketLine.numbered(own, client: flow.client) }
            out += "<h3>flow \(flow.id): \(escaped(parts.names.name(flow.client)))</h3><div class=\"graphs\">"
            out += PageGraph(flow: flow, packets: own, isToServer: true).svg()
            out += PageGraph(flow: flow, packets: own, isToServer: false).svg() + "</div>\n"
        }
        return out
    }

    private func messageTable(_ messages: [PageMessage], _ drawn: [Flow]) -> String {
        let start = flows.map(\.firstTime.nanoseconds).min() ?? 0
        let rows = messages.map { message in
            let flow = drawn[message.lane]
            let latency = message.replied.map {
                duration(nanoseconds: $0.nanoseconds - message.packet.time.nanoseconds)
            }
            return [
                fixed(Double(message.packet.time.nanoseconds - start) / 1e6, 3) + " ms", "\(message.packet.number)",
                "\(flow.id)", parts.names.name(flow.client), message.isToServer ? "→" : "←", message.label,
                message.fault ?? latency ?? "",
            ]
        }
        return "<details><summary>All \(grouped(messages.count)) of them as a table</summary>\n"
            + htmlTable([["time", "packet", "flow", "client", "", "message", "answered after"]] + rows)
            + "</details>\n"
    }
}
