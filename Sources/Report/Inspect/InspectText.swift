public import Capture
public import Verification
public import Wire

/// What `crossfire inspect` prints of a capture's flows and messages.
public struct InspectText: Sendable {
    /// The most flows that the table lists.
    public static let maximumFlows = 100

    private var flows = OddestFlows(maximum: maximumFlows)
    private let names: EndpointNames
    private let style: TerminalStyle

    /// Text about these flows, all of one transport.
    public init(_ flows: [Flow] = [], names: EndpointNames = EndpointNames(), style: TerminalStyle) {
        self.names = names
        self.style = style
        for flow in flows { add(flow) }
    }

    /// Takes one more flow into account.
    public mutating func add(_ flow: Flow) { flows.add(flow) }

    /// Whether there are none.
    public var isEmpty: Bool { flows.count == 0 }

    /// A line for each flow; of more than fit, those with the most anomalies.
    public func table() -> String {
        let shown = flows.inOrder
        var lines = aligned([Self.heads(shown.first?.transport ?? .tcp)] + shown.map(row))
        if shown.count < flows.count {
            lines.append(
                "\(grouped(flows.count - shown.count)) more flows are not listed; --flow N shows one, --json all")
        }
        return lines.joined(separator: "\n")
    }

    private static func heads(_ transport: FlowTransport) -> [String] {
        transport == .tcp
            ? ["flow", "client", "server", "packets", "bytes", "duration", "handshake", "teardown", "missing", "odd"]
            : ["UDP flow", "client", "server", "datagrams", "bytes", "duration", "missing", "odd"]
    }

    private func row(_ flow: Flow) -> [String] {
        let missing = flow.missingBytes
        let ends = [
            "\(flow.id)", names.name(flow.client), names.name(flow.server),
            "\(flow.toServer.packets) → \(flow.toClient.packets) ←",
            "\(grouped(flow.toServer.payloadBytes)) → \(grouped(flow.toClient.payloadBytes)) ←",
            duration(nanoseconds: flow.lastTime.nanoseconds - flow.firstTime.nanoseconds),
        ]
        return ends + (flow.transport == .tcp ? [flow.handshake.rawValue, flow.teardown.rawValue] : [])
            + [missing == 0 ? "-" : count(missing, "byte"), Self.odd(flow)]
    }

    /// `reordered 3, network-duplicate 1`, worst first; `-` for nothing.
    static func odd(_ flow: Flow) -> String {
        var counts = flow.toServer.anomalies
        counts += flow.toClient.anomalies
        var words = Anomaly.Kind.worstFirst.filter { counts[$0] > 0 }.map { "\($0.rawValue) \(grouped(counts[$0]))" }
        if flow.icmpErrorCount > 0 { words.append("ICMP \(ICMPWords.meanings(flow.icmpErrors))") }
        if flow.transport == .udp, flow.toClient.packets == 0 { words.append("nothing came back") }
        return words.isEmpty ? "-" : words.joined(separator: ", ")
    }

    /// Requests beside replies with their latencies.
    ///
    /// What nobody asked for stands where it came, unmarked. What has no twin, a request unanswered or a reply too many, is marked; below stands what `violations` say of this
    /// conversation: replies doubled, out of order, of another connection.
    public static func messages(
        _ conversation: Conversation, codec: any WireCodec, violations: [Violation] = [], style: TerminalStyle
    ) -> String {
        let lost = conversation.requestGaps + conversation.replyGaps
        var lines = ["flow \(conversation.flow), \(conversation.name)\(lost > 0 ? ", \(lost) bytes not captured" : "")"]
        var rows = [["packet", "request", "packet", "reply", "latency"]]
        var marks = [false]
        var pushed = conversation.unsolicited[...]
        func addPushed(before offset: Int = .max) {
            while let message = pushed.first, message.offset < offset {
                pushed.removeFirst()
                marks.append(false)
                rows.append(
                    [
                        "-", "-", "\(message.first.number)", MessageText.of(message.bytes, codec, .server),
                        "not asked for",
                    ])
            }
        }
        for exchange in conversation.exchanges {
            if let reply = exchange.reply { addPushed(before: reply.offset) }
            let request = exchange.request
            var row = ["\(request.last.number)", MessageText.of(request.bytes, codec, .client), "-", "no reply", "-"]
            if let reply = exchange.reply {
                let latency = reply.first.time.nanoseconds - request.last.time.nanoseconds
                row[2] = "\(reply.first.number)"
                row[3] = MessageText.of(reply.bytes, codec, .server)
                row[4] = duration(nanoseconds: latency)
            }
            rows.append(row)
            marks.append(exchange.reply == nil)
        }
        addPushed()
        for reply in conversation.surplus {
            marks.append(true)
            rows.append(["-", "no request", "\(reply.first.number)", MessageText.of(reply.bytes, codec, .server), "-"])
        }
        lines += zip(aligned(rows), marks).map { $1 ? style.red("! " + $0) : "  " + $0 }
        lines += repeats(conversation, codec, style)
        lines += Self.lines(violations, ofFlow: conversation.flow, style)
        if let partial = conversation.partialReply {
            lines.append(
                "  the reply stream ends inside a reply, after \(partial.bytes.count) bytes: \(printable(partial.bytes))"
            )
        }
        if let malformed = conversation.malformedRequest {
            lines.append(
                "  the request stream is no \(codec.name) from offset \(malformed.offset) on: \(malformed.reason)")
        }
        if let malformed = conversation.malformedReply {
            lines.append(
                "  the reply stream is no \(codec.name) from offset \(malformed.offset) on: \(malformed.reason)")
        }
        return lines.joined(separator: "\n")
    }

    /// What is found of one connection, or, without one, of none or of several: what a campaign noted in its capture, say.
    public static func lines(_ violations: [Violation], ofFlow flow: Int?, _ style: TerminalStyle) -> [String] {
        violations.filter { $0.flow == flow }.map { style.red("! \($0.oracle.rawValue): \($0.summary)") }
    }

    /// Requests that were sent again over UDP for want of a reply, and replies to them beyond the first.
    private static func repeats(
        _ conversation: Conversation, _ codec: any WireCodec, _ style: TerminalStyle
    ) -> [String] {
        guard let facts = conversation.datagrams else { return [] }
        return conversation.exchanges.indices.flatMap { index in
            let request = MessageText.of(conversation.exchanges[index].request.bytes, codec, .client)
            let retries = (facts.retries[index] ?? []).map(\.number)
            let replies = (facts.repliedAgain[index] ?? []).map(\.first.number)
            return [("sent again", retries), ("answered again", replies)].compactMap { (what, packets) -> String? in
                guard !packets.isEmpty else { return nil }
                let list = packets.map { "\($0)" }.joined(separator: ", ")
                let noun = packets.count == 1 ? "packet" : "packets"
                return style.yellow("! \(request): \(what) in \(noun) \(list)")
            }
        }
    }
}

/// One message in a few words.
enum MessageText {
    static func of(_ bytes: [UInt8], _ codec: any WireCodec, _ role: Role) -> String {
        codec.spoken.words(bytes, from: role) ?? printable(bytes)
    }
}

/// Columns of equal width, two spaces between.
func aligned(_ rows: [[String]]) -> [String] {
    var widths: [Int] = []
    for row in rows {
        for (index, cell) in row.enumerated() {
            if index == widths.count { widths.append(0) }
            widths[index] = max(widths[index], cell.count)
        }
    }
    return rows.map { row in
        row.enumerated().map { index, cell in
            index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
        }.joined(separator: "  ")
    }
}
