public import Capture

/// `crossfire inspect A --and B`: what happened to each packet between the client and the server.
public struct TwoPointText: Sendable {
    /// The most packets of one kind that are listed for each direction of a flow.
    static let maximumListed = 20

    private let flows: [TwoPointFlow]
    private let result: TwoPointResult
    private let doubts: [String]
    private let names: EndpointNames

    /// Text about matched captures; `doubts` says what keeps them from being whole.
    public init(_ result: TwoPointResult, doubts: [String], names: EndpointNames) {
        self.result = result
        flows = result.flows
        self.doubts = doubts
        self.names = names
    }

    /// Reads two captures of one exchange side by side, and matches them packet by packet.
    ///
    /// - Throws: `CaptureError`.
    public init(
        client: String, server: String, serverPort: UInt16?, decoding: UDPDecoding = .usual, names: EndpointNames
    ) throws(CaptureError) {
        var matcher = TwoPointMatcher(serverPort: serverPort, decoding: decoding)
        var doubts: [String] = []
        for (path, point) in [(client, TwoPointMatcher.Point.client), (server, .server)] {
            var reader = try CaptureFileReader(path: path)
            while let batch = try reader.nextBatch() { matcher.add(batch, at: point) }
            doubts += reader.warnings.map { "\(path): \($0)" }
            if let dropped = reader.droppedPackets, dropped > 0 {
                doubts.append("\(path) says that it dropped \(dropped) packets: they may seem lost or made on the way")
            }
        }
        self.init(matcher.result(), doubts: doubts, names: names)
    }

    /// The sum first, then each flow on whose way something happened, then the flows where nothing did.
    public func text(style: TerminalStyle) -> String {
        guard !flows.isEmpty || result.onlyAtClient.isEmpty && result.onlyAtServer.isEmpty else {
            return nothingInCommon(style)
        }
        let paths = flows.flatMap { [$0.toServer, $0.toClient] }
        let sum = { (part: (TwoPointPath) -> Int) in paths.reduce(0) { $0 + part($1) } }
        var lines = [
            style.bold(
                "\(count(flows.count, "flow")): \(count(sum(\.sent), "packet")) sent, "
                    + "\(grouped(sum(\.lost.count))) lost on the way, \(grouped(sum(\.reordered.count))) reordered, "
                    + "\(grouped(sum(\.duplicated.count))) doubled, \(grouped(sum(\.unsent.count))) not seen when sent")
        ]
        if sum(\.resegmented) > 0 {
            lines.append("\(count(sum(\.resegmented), "packet")) cut or joined on the way, their bytes whole")
        }
        lines += doubts.map { style.yellow("in doubt: \($0)") }
        lines += translations().map { style.yellow($0) }
        lines += lone().map { style.yellow($0) }
        var quiet = 0
        for flow in flows {
            let found = Self.lines(flow.toServer, "→ server") + Self.lines(flow.toClient, "→ client")
            guard !found.isEmpty else {
                quiet += 1
                continue
            }
            var head = flow.transport == .tcp ? "" : "UDP "
            head += "\(names.name(flow.client)) → \(names.name(flow.server))"
            if let offset = flow.clockOffset {
                let side = offset < 0 ? "behind" : "ahead"
                head += ", the server's clock is \(duration(nanoseconds: abs(offset))) \(side)"
            }
            lines += ["", style.bold(head)] + found.map { "  " + $0 }
        }
        if quiet > 0 { lines += ["", "\(count(quiet, "flow")) whose packets all arrived once and in order"] }
        return lines.joined(separator: "\n")
    }

    private func nothingInCommon(_ style: TerminalStyle) -> String {
        let head = "Nothing of one capture is in the other, by endpoints or by content: no losses are counted."
        return ([style.bold(head)] + doubts.map { style.yellow("in doubt: \($0)") } + lone()).joined(separator: "\n")
    }

    /// What stands between the captures, as far as it changed addresses and ports.
    private func translations() -> [String] {
        let changed = flows.compactMap { flow in flow.atServer.map { (flow, $0) } }
        guard !changed.isEmpty else { return [] }
        var lines = ["\(count(changed.count, "flow")) matched by content: addresses are translated on the way"]
        for (flow, there) in changed.prefix(Self.maximumListed) {
            let ends = [(flow.client, there.client), (flow.server, there.server)]
            lines += ends.filter { $0 != $1 }.map { "  \(names.name($0)) is \(names.name($1)) at the server" }
        }
        if changed.count > Self.maximumListed { lines.append("  and \(changed.count - Self.maximumListed) more") }
        return lines
    }

    /// Flows that one capture has alone; nothing of them is counted.
    private func lone() -> [String] {
        let sides = [
            ("client", result.onlyAtClient, "lost altogether, or not captured at the server"),
            ("server", result.onlyAtServer, "made on the way, or not captured at the client"),
        ]
        return sides.flatMap { side, flows, why -> [String] in
            guard !flows.isEmpty else { return [] }
            let packets = flows.reduce(0) { $0 + $1.packets }
            let listed = flows.prefix(Self.maximumListed).map {
                "  \($0.transport == .tcp ? "" : "UDP ")\(names.name($0.client)) → \(names.name($0.server)), "
                    + count($0.packets, "packet")
            }
            let rest = flows.count - listed.count
            return [
                "\(count(flows.count, "flow")) with \(count(packets, "packet")) in the \(side)'s capture alone, not counted: "
                    + why
            ] + listed + (rest > 0 ? ["  and \(rest) more"] : [])
        }
    }

    private static func lines(_ path: TwoPointPath, _ way: String) -> [String] {
        let match = { (match: TwoPointPath.Match) in "\(match.sent.number) (arrived as \(match.received.number))" }
        var lines: [String] = []
        for (what, packets) in [
            ("lost", path.lost.map { "\($0.number)" }), ("reordered", path.reordered.map(match)),
            ("doubled", path.duplicated.map(match)),
            ("arrived but not seen when sent", path.unsent.map { "\($0.number)" }),
        ] where !packets.isEmpty {
            let rest = packets.count > maximumListed ? ", and \(packets.count - maximumListed) more" : ""
            lines.append(
                "\(way): \(packets.count) \(what): packets \(packets.prefix(maximumListed).joined(separator: ", "))\(rest)"
            )
        }
        return lines
    }

    /// The same as one JSON object, with all packets. A lost packet has the number of the sender's capture.
    public func json() throws -> String {
        try JSONText.line(
            Object(
                doubts: doubts,
                flows: flows.map {
                    Object.Entry(
                        transport: $0.transport.rawValue, client: $0.client.description,
                        server: $0.server.description, clientAtServer: $0.atServer?.client.description,
                        serverAtServer: $0.atServer?.server.description, clockOffsetNanoseconds: $0.clockOffset,
                        toServer: .init($0.toServer),
                        toClient: .init($0.toClient))
                }, onlyAtClient: result.onlyAtClient.map { .init($0) },
                onlyAtServer: result.onlyAtServer.map { .init($0) }))
    }

    private struct Object: Encodable {
        var schema = 1
        var doubts: [String]
        var flows: [Entry]
        var onlyAtClient: [Lone]
        var onlyAtServer: [Lone]

        enum CodingKeys: String, CodingKey {
            case schema, doubts, flows
            case onlyAtClient = "only_at_client"
            case onlyAtServer = "only_at_server"
        }

        struct Lone: Encodable {
            var transport: String
            var client: String
            var server: String
            var packets: Int

            init(_ flow: TwoPointLone) {
                transport = flow.transport.rawValue
                client = flow.client.description
                server = flow.server.description
                packets = flow.packets
            }
        }

        struct Entry: Encodable {
            var transport: String
            var client: String
            var server: String
            var clientAtServer: String?
            var serverAtServer: String?
            var clockOffsetNanoseconds: Int64?
            var toServer: Path
            var toClient: Path

            enum CodingKeys: String, CodingKey {
                case transport, client, server
                case clientAtServer = "client_at_server"
                case serverAtServer = "server_at_server"
                case clockOffsetNanoseconds = "clock_offset_ns"
                case toServer = "to_server"
                case toClient = "to_client"
            }
        }

        struct Path: Encodable {
            var sent: Int
            var received: Int
            var lost: [Int]
            var reordered: [Pair]
            var duplicated: [Pair]
            var unsent: [Int]
            var resegmented: Int
            var medianDelayNanoseconds: Int64?

            struct Pair: Encodable {
                var sent: Int
                var received: Int

                init(_ match: TwoPointPath.Match) {
                    sent = match.sent.number
                    received = match.received.number
                }
            }

            init(_ path: TwoPointPath) {
                sent = path.sent
                received = path.received
                lost = path.lost.map(\.number)
                reordered = path.reordered.map { Pair($0) }
                duplicated = path.duplicated.map { Pair($0) }
                unsent = path.unsent.map(\.number)
                resegmented = path.resegmented
                medianDelayNanoseconds = path.medianDelay
            }

            enum CodingKeys: String, CodingKey {
                case sent, received, lost, reordered, duplicated, unsent, resegmented
                case medianDelayNanoseconds = "median_delay_ns"
            }
        }
    }
}
