public import Capture
public import Verification
public import Wire

/// What `crossfire inspect` prints of a capture.
public struct InspectText: Sendable {
    private let flows: [Flow]

    /// Text about these flows.
    public init(_ flows: [Flow]) {
        self.flows = flows
    }

    /// A summary, then a line for each flow.
    public func table(otherPackets: [(reason: String, count: Int)]) -> String {
        let packets = flows.reduce(0) { $0 + $1.toServer.packets + $1.toClient.packets }
        let bytes = flows.reduce(0) { $0 + $1.toServer.payloadBytes + $1.toClient.payloadBytes }
        var lines = [
            "\(grouped(flows.count)) flows, \(grouped(packets)) TCP packets, \(grouped(bytes)) bytes of payload"
        ]
        let gaps = flows.count { !$0.toServer.gaps.isEmpty || !$0.toClient.gaps.isEmpty }
        if gaps > 0 { lines.append("\(grouped(gaps)) flows with bytes that the capture misses") }
        for other in otherPackets { lines.append("\(grouped(other.count)) packets left out: \(other.reason)") }
        guard !flows.isEmpty else { return lines.joined(separator: "\n") }
        lines.append("")
        var rows = [["flow", "client", "server", "packets", "bytes", "duration", "handshake", "teardown", "missing"]]
        for flow in flows {
            let missing = (flow.toServer.gaps + flow.toClient.gaps).reduce(0) { $0 + $1.count }
            rows.append([
                "\(flow.id)", "\(flow.client)", "\(flow.server)",
                "\(flow.toServer.packets) → \(flow.toClient.packets) ←",
                "\(grouped(flow.toServer.payloadBytes)) → \(grouped(flow.toClient.payloadBytes)) ←",
                duration(nanoseconds: flow.lastTime.nanoseconds - flow.firstTime.nanoseconds),
                flow.handshake.rawValue, flow.teardown.rawValue, missing == 0 ? "-" : "\(missing) bytes",
            ])
        }
        return (lines + aligned(rows)).joined(separator: "\n")
    }

    /// Requests beside replies with their latencies.
    public static func messages(_ conversation: Conversation, codec: any WireCodec) -> String {
        let lost = conversation.requestGaps + conversation.replyGaps
        var lines = ["flow \(conversation.flow), \(conversation.name)\(lost > 0 ? ", \(lost) bytes not captured" : "")"]
        var rows = [["packet", "request", "packet", "reply", "latency"]]
        for exchange in conversation.exchanges {
            let request = exchange.request
            var row = ["\(request.last.number)", MessageText.of(request.bytes, codec, .client), "-", "no reply", "-"]
            if let reply = exchange.reply {
                let latency = reply.first.time.nanoseconds - request.last.time.nanoseconds
                row[2] = "\(reply.first.number)"
                row[3] = MessageText.of(reply.bytes, codec, .server)
                row[4] = duration(nanoseconds: latency)
            }
            rows.append(row)
        }
        for reply in conversation.surplus {
            rows.append(["-", "no request", "\(reply.first.number)", MessageText.of(reply.bytes, codec, .server), "-"])
        }
        lines += aligned(rows).map { "  " + $0 }
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
}

/// One message in a few words.
enum MessageText {
    static func of(_ bytes: [UInt8], _ codec: any WireCodec, _ role: Role) -> String {
        guard codec is RESPCodec else { return printable(bytes) }
        if role == .client, let words = RESPValue.requestWords(bytes.span) {
            let text = words.map { printable($0, limit: 40) }.joined(separator: " ")
            return text.count > 60 ? text.prefix(60) + "… (\(bytes.count) bytes)" : text
        }
        return RESPValue(bytes.span).map(text) ?? printable(bytes)
    }

    private static func text(_ value: RESPValue) -> String {
        switch value {
        case .simple(let text): printable(text)
        case .error(let text): "-\(printable(text))"
        case .integer(let number): ":\(number)"
        case .bulk(let body): "\"\(printable(body))\""
        case .null: "null"
        case .array(let elements):
            "[" + elements.prefix(4).map(text).joined(separator: ", ") + (elements.count > 4 ? ", …" : "") + "]"
        }
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
