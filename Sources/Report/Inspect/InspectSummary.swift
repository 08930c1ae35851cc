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
        /// Flows with repeated bytes that were not compared with their first copy.
        public var uncomparedFlows = 0

        /// Facts of a sound file.
        public init() {}
    }

    private let flows: [Flow]
    private let exchanges: [Flow]
    private let facts: FileFacts
    private let style: TerminalStyle

    /// A summary of connections, and of what went over UDP, in which anomalies were looked for and checksums verified.
    public init(_ flows: [Flow], exchanges: [Flow] = [], _ facts: FileFacts, style: TerminalStyle) {
        self.flows = flows
        self.exchanges = exchanges
        self.facts = facts
        self.style = style
    }

    /// The text, several lines.
    public func text() -> String {
        var lines = flows.isEmpty && !exchanges.isEmpty ? [] : [style.bold(Self.size(flows))]
        if !exchanges.isEmpty { lines.append(style.bold(Self.size(exchanges, ("UDP flow", "datagram")))) }
        let all = flows + exchanges
        let classes = AnomalyClass.all(in: all)
        let refused = flows.count { $0.handshake == .refused }
        let resets = flows.count { $0.teardown == .clientReset || $0.teardown == .serverReset }
        if refused > 0 { lines.append(style.red("\(count(refused, "connection")) refused")) }
        if resets - refused > 0 { lines.append(style.yellow("\(count(resets - refused, "connection")) reset")) }
        lines += gaps() + checksums()
        if let errors = ICMPWords.summary(all) { lines.append(style.yellow(errors)) }
        if let dropped = facts.droppedPackets {
            lines.append(
                dropped == 0
                    ? "The file says that no packet was dropped."
                    : style.red("The file says that \(grouped(Int(clamping: dropped))) packets were dropped."))
        }
        for warning in facts.warnings { lines.append(style.red("The file: \(warning)")) }
        for other in facts.otherPackets { lines.append("\(count(other.count, "packet")) left out: \(other.reason)") }
        guard !classes.isEmpty else {
            if !all.isEmpty { lines.append(style.green("Nothing odd about the packets' order, numbers and times.")) }
            return lines.joined(separator: "\n")
        }
        lines += ["", "Odd, worst first:"]
        var rows = [["count", "what", "to blame", "confidence", "first", "evidence"]]
        for item in classes {
            rows.append([
                grouped(item.count), item.kind.rawValue, item.kind.blame, item.confidence,
                item.first.map { "packet \($0.packet), \($0.flow.words)" } ?? "-", item.evidence,
            ])
        }
        return (lines + aligned(rows).map { "  " + $0 }).joined(separator: "\n")
    }

    /// `2 flows, 8 TCP packets, 76 bytes of payload in 5.00 s`
    static func size(_ flows: [Flow], _ nouns: (flow: String, packet: String) = ("flow", "TCP packet")) -> String {
        let packets = flows.reduce(0) { $0 + $1.packets }
        let bytes = flows.reduce(0) { $0 + $1.toServer.payloadBytes + $1.toClient.payloadBytes }
        let text =
            "\(count(flows.count, nouns.flow)), \(count(packets, nouns.packet)), \(count(bytes, "byte")) of payload"
        guard let first = flows.map(\.firstTime).min(), let last = flows.map(\.lastTime).max() else { return text }
        return text + " in \(duration(nanoseconds: last.nanoseconds - first.nanoseconds))"
    }

    private func gaps() -> [String] {
        let holed = (flows + exchanges).filter { $0.missingBytes > 0 }
        let unplaced = flows.reduce(0) { $0 + $1.toServer.unplaced + $1.toClient.unplaced }
        var lines: [String] = []
        if let worst = holed.max(by: { $0.missingBytes < $1.missingBytes }) {
            let missing = holed.reduce(0) { $0 + $1.missingBytes }
            lines.append(
                style.red(
                    "The capture misses \(count(missing, "byte")) of \(count(holed.count, "flow")), "
                        + "most in \(FlowID(worst.transport, worst.id).words) (\(grouped(worst.missingBytes)))."))
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
        let unverified = flows.reduce(0) { $0 + $1.toServer.unverifiedChecksums + $1.toClient.unverifiedChecksums }
        let bad = flows.reduce(0) { $0 + $1.toServer.anomalies[.badChecksum] + $1.toClient.anomalies[.badChecksum] }
        guard unverified + bad > 0 else { return [] }
        let badText = bad == 0 ? "none bad" : style.red("\(grouped(bad)) bad")
        return ["Checksums: \(badText), \(grouped(unverified)) left to the network card (unverified)."]
    }
}

/// `1 flow`, `1,200 flows`.
func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}
