public import Capture

/// `crossfire inspect --flow N`: a connection packet by packet.
public struct FlowDiagram: Sendable {
    private let flow: Flow
    private let packets: [PacketLine]
    private let names: EndpointNames
    private let style: TerminalStyle

    /// The most anomalies, gaps and other remarks below one packet.
    static let maximumRemarks = 6

    /// A diagram of one flow from its packets in capture order.
    public init(_ flow: Flow, packets: [PacketLine], names: EndpointNames, style: TerminalStyle) {
        self.flow = flow
        self.packets = packets
        self.names = names
        self.style = style
    }

    /// The text: client on the left, server on the right, times from the first packet.
    public func text() -> String {
        let numbers = RelativeNumbers(packets, client: flow.client)
        let remarks = Dictionary(grouping: flow.anomalies, by: \.packet.number)
        let gaps = gapsByPacket()
        let errors = flow.errors(after: packets.map(\.packet.number))
        var lines = [
            style.bold("flow \(flow.id): \(names.name(flow.client)) → \(names.name(flow.server))"),
            "handshake \(flow.handshake.rawValue), \(flow.teardown.rawValue), \(count(packets.count, "packet"))", "",
        ]
        var rows = [["packet", "time", "", "flags", "seq", "ack", "window", "bytes"]]
        var below: [[String]] = [[]]
        for packet in packets {
            let isToServer = packet.source == flow.client
            let hasACK = packet.flags.contains(.ack)
            let start = numbers.sequence(packet, isToServer: isToServer)
            rows.append([
                "\(packet.packet.number)", time(packet.packet.time), isToServer ? "───▶" : "◀───", packet.flagNames,
                packet.length > 0 ? "\(start)..<\(start + packet.length)" : "\(start)",
                hasACK ? "\(numbers.acknowledgement(packet, isToServer: isToServer))" : "-", "\(packet.window)",
                packet.length > 0 ? "\(packet.length)" : "-",
            ])
            let found = (remarks[packet.packet.number] ?? []).map(\.words)
            let all = found + (gaps[packet.packet.number] ?? []) + (errors[packet.packet.number] ?? [])
            var kept = Array(all.prefix(Self.maximumRemarks))
            if kept.count < all.count { kept.append("and \(all.count - kept.count) more") }
            below.append(kept)
        }
        for (line, notes) in zip(aligned(rows), below) {
            lines.append(line)
            lines += notes.map { style.yellow("        ! \($0)") }
        }
        lines += (gaps[0] ?? []).map { style.yellow("        ! \($0)") }
        if let shortened { lines.append(shortened) }
        return lines.joined(separator: "\n")
    }

    private func time(_ time: Timestamp) -> String {
        fixed(Double(time.nanoseconds - flow.firstTime.nanoseconds) / 1e6, 3) + " ms"
    }

    /// Gaps, by the packet whose bytes come right after; 0 where none does.
    private func gapsByPacket() -> [Int: [String]] {
        var found: [Int: [String]] = [:]
        for (stream, way) in [(flow.toServer, "to the server"), (flow.toClient, "to the client")] {
            for gap in stream.gaps {
                let after = stream.packet(at: gap.upperBound)?.number ?? 0
                let place = after == 0 ? "at the end" : "before the bytes of this packet"
                found[after, default: []].append(
                    "gap: \(count(gap.count, "byte")) \(way) not captured, "
                        + "seq \(gap.lowerBound + 1)..<\(gap.upperBound + 1), \(place)")
            }
        }
        return found
    }

    /// What the thousand anomalies kept leave out.
    private var shortened: String? {
        let all = flow.anomalyCount
        guard all > flow.anomalies.count else { return nil }
        return "\(grouped(all - flow.anomalies.count)) more anomalies were counted, but only the first are marked"
    }
}

extension Flow {
    /// ICMP errors about it, by the packet of the flow, out of `packets`, that comes last before them.
    func errors(after packets: [Int]) -> [Int: [String]] {
        var found: [Int: [String]] = [:]
        var next = 0
        for error in icmpErrors {
            while next + 1 < packets.count, packets[next + 1] < error.packet.number { next += 1 }
            guard packets.indices.contains(next) else { break }
            found[packets[next], default: []].append("packet \(error.packet.number): \(ICMPWords.remark(error))")
        }
        return found
    }
}
