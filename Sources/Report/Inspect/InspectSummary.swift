public import Capture

/// The first thing that `crossfire inspect` prints: how much there is, and what is odd, worst first.
public struct InspectSummary: Sendable {
    /// What the file itself says.
    public struct FileFacts: Sendable {
        /// Packets that are no TCP, by reason.
        public var otherPackets: [(reason: String, count: Int)] = []
        /// What was wrong with the file.
        public var warnings: [String] = []
        /// Packets that the file says were dropped; nil when it says nothing.
        public var droppedPackets: UInt64?
        /// Where time runs back.
        public var stepsBack: [StepBack] = []
        /// Packets that were cut, and whose length was not kept.
        public var cutSegments = 0
        /// Flows with repeated bytes that were not compared with their first copy.
        public var uncomparedFlows = 0

        /// Facts of a sound file.
        public init() {}

        /// What was read of a file.
        public init(_ reading: CaptureReading) {
            otherPackets = reading.otherPackets
            warnings = reading.warnings
            droppedPackets = reading.droppedPackets
            uncomparedFlows = reading.uncomparedFlows.count
            stepsBack = reading.stepsBack
            cutSegments = reading.cutSegments
        }
    }

    private let facts: FileFacts
    private let style: TerminalStyle
    private var connections = Totals()
    private var exchanges = Totals()
    private var anomalies = AnomalyTally()
    private var errors = ICMPTally()
    private var slowReplies: [(flow: Int, reply: SlowReply)] = []

    /// What is summed up of the flows of one transport.
    private struct Totals {
        var flows = 0
        var packets = 0
        var payloadBytes = 0
        var first: Timestamp?
        var last: Timestamp?
        var refused = 0
        var resets = 0
        /// Flows of which only one direction was captured.
        var single = 0
        /// Flows with missing bytes, all these bytes, and the flow that misses most.
        var holed = 0
        var missingBytes = 0
        var worst: (flow: FlowID, bytes: Int)?
        var unplaced = 0
        var unverified = 0
        var bad = 0
        var stale = 0

        mutating func add(_ flow: Flow) {
            flows += 1
            first = min(first ?? flow.firstTime, flow.firstTime)
            last = max(last ?? flow.lastTime, flow.lastTime)
            if flow.handshake == .refused { refused += 1 }
            if flow.teardown == .clientReset || flow.teardown == .serverReset { resets += 1 }
            if flow.transport == .tcp, flow.toServer.isOnlyAcknowledged || flow.toClient.isOnlyAcknowledged {
                single += 1
            }
            let missing = flow.missingBytes
            if missing > 0 {
                holed += 1
                missingBytes += missing
                if missing > worst?.bytes ?? 0 { worst = (FlowID(flow.transport, flow.id), missing) }
            }
            add(flow.toServer)
            add(flow.toClient)
        }

        private mutating func add(_ stream: ByteStream) {
            packets += stream.packets
            payloadBytes += stream.payloadBytes
            unplaced += stream.unplaced
            unverified += stream.unverifiedChecksums
            bad += stream.anomalies[.badChecksum]
            stale += stream.staleChecksums
        }

        /// `2 flows, 8 TCP packets, 76 bytes of payload in 5.00 s`
        func size(_ flow: String, _ packet: String) -> String {
            let text = "\(count(flows, flow)), \(count(packets, packet)), \(count(payloadBytes, "byte")) of payload"
            guard let first, let last else { return text }
            return text + " in \(duration(nanoseconds: last.nanoseconds - first.nanoseconds))"
        }
    }

    /// A summary of no flows so far.
    public init(_ facts: FileFacts, style: TerminalStyle) {
        self.facts = facts
        self.style = style
    }

    /// A summary of connections, and of what went over UDP, in which anomalies were looked for and checksums verified.
    public init(_ flows: [Flow], exchanges: [Flow] = [], _ facts: FileFacts, style: TerminalStyle) {
        self.init(facts, style: style)
        for flow in flows { add(flow) }
        for flow in exchanges { add(flow) }
    }

    /// Takes one more flow into account.
    public mutating func add(_ flow: Flow) {
        if flow.transport == .tcp { connections.add(flow) } else { exchanges.add(flow) }
        anomalies.add(flow)
        if flow.icmpErrorCount > 0 { errors.add(flow) }
        if !flow.slowReplies.isEmpty { slowReplies += flow.slowReplies.map { (flow.id, $0) } }
    }

    /// The text, several lines.
    public func text() -> String {
        var lines: [String] = []
        if connections.flows > 0 || exchanges.flows == 0 {
            lines.append(style.bold(connections.size("flow", "TCP packet")))
        }
        if exchanges.flows > 0 { lines.append(style.bold(exchanges.size("UDP flow", "datagram"))) }
        let classes = anomalies.classes
        let (refused, resets) = (connections.refused, connections.resets)
        if refused > 0 { lines.append(style.red("\(count(refused, "connection")) refused")) }
        if resets - refused > 0 { lines.append(style.yellow("\(count(resets - refused, "connection")) reset")) }
        lines += recordings() + gaps() + checksums()
        if let text = errors.text { lines.append(style.yellow(text)) }
        if let dropped = facts.droppedPackets {
            lines.append(
                dropped == 0
                    ? "The file says that no packet was dropped."
                    : style.red("The file says that \(grouped(Int(clamping: dropped))) packets were dropped."))
        }
        for warning in facts.warnings { lines.append(style.red("The file: \(warning)")) }
        for other in facts.otherPackets { lines.append("\(count(other.count, "packet")) left out: \(other.reason)") }
        guard !classes.isEmpty else {
            if connections.flows + exchanges.flows > 0 {
                lines.append(style.green("Nothing odd about the packets' order, numbers and times."))
            }
            return (lines + SlowReplyWords.lines(slowReplies)).joined(separator: "\n")
        }
        lines += ["", "Odd, worst first:"]
        var rows = [["count", "what", "to blame", "confidence", "first", "evidence"]]
        for item in classes {
            rows.append([
                grouped(item.count), item.kind.rawValue, item.blame, item.confidence,
                item.first.map { "packet \($0.packet), \($0.flow.words)" } ?? "-", item.evidence,
            ])
        }
        return (lines + aligned(rows).map { "  " + $0 } + SlowReplyWords.lines(slowReplies)).joined(separator: "\n")
    }

    /// Nanoseconds by which time must run back for it to be worth a line, where it begins no recording.
    static let shortestStepBack: Int64 = 10_000_000
    /// The most places named where time runs back.
    static let maximumStepsBack = 5

    /// What the file tells of how it was made.
    private func recordings() -> [String] {
        let steps = facts.stepsBack.filter { $0.beginsRecording || $0.by >= Self.shortestStepBack }
        var lines = steps.prefix(Self.maximumStepsBack).map { step in
            let back = "Time runs back at packet \(grouped(step.packet)) by \(duration(nanoseconds: step.by))"
            return style.yellow(
                step.beginsRecording
                    ? "\(back), and connections begin anew: another recording follows, which is judged by itself."
                    : "\(back): the clock was set, or packets were written out of order.")
        }
        if steps.count > lines.count {
            lines.append("Time runs back at \(count(steps.count - lines.count, "more place"))")
        }
        if facts.cutSegments > 0 {
            lines.append(
                style.yellow(
                    "\(count(facts.cutSegments, "packet")) shorter than the IP length says: cut, and the file has lost "
                        + "the length that they had."))
        }
        let single = connections.single
        if single > 0 {
            lines.append(
                style.red(
                    "Of \(count(single, "flow")) only one direction was captured: the other's bytes were acknowledged.")
            )
        }
        return lines
    }

    private func gaps() -> [String] {
        let unplaced = connections.unplaced
        var lines: [String] = []
        let worst = [connections.worst, exchanges.worst].compactMap { $0 }.max { $0.bytes < $1.bytes }
        if let worst {
            let missing = connections.missingBytes + exchanges.missingBytes
            lines.append(
                style.red(
                    "The capture misses \(count(missing, "byte")) of "
                        + "\(count(connections.holed + exchanges.holed, "flow")), "
                        + "most in \(worst.flow.words) (\(grouped(worst.bytes)))."))
        }
        if unplaced > 0 { lines.append("\(count(unplaced, "segment")) too far from the others to be placed") }
        if facts.uncomparedFlows > 0 {
            lines.append(
                "Repeats in \(count(facts.uncomparedFlows, "flow")) were not compared with their first copies in a file "
                    + "of this size; --json does.")
        }
        return lines
    }

    private func checksums() -> [String] {
        let (unverified, bad, stale) = (connections.unverified, connections.bad, connections.stale)
        var lines: [String] = []
        if unverified + bad > 0 {
            let badText = bad == 0 ? "none bad" : style.red("\(grouped(bad)) bad")
            lines.append("Checksums: \(badText), \(grouped(unverified)) left to the network card (unverified).")
        }
        if stale > 0 {
            lines.append(
                "\(count(stale, "checksum")) wrong, nearly all of their flows, and the packets were taken all the same: "
                    + "addresses were rewritten, or packets recorded before the card; not the network.")
        }
        return lines
    }
}

extension ByteStream {
    /// Nothing of this direction was captured, and the other side acknowledged something of it.
    fileprivate var isOnlyAcknowledged: Bool { packets == 0 && acknowledged > 0 }
}

/// `1 flow`, `1,200 flows`.
func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}
