public import Capture
import Foundation
public import Verification

/// What `crossfire inspect --json` prints: everything that the texts say. Flows are asked for and written one by one, so
/// that memory does not grow with their text.
public struct InspectJSON {
    /// What is printed besides the flows.
    public struct Parts: Sendable {
        /// What the file says of itself.
        public var facts = InspectSummary.FileFacts()
        /// The names that were given.
        public var names = EndpointNames()
        /// The conversations of the flows that speak the protocol, where one was given.
        public var conversations: [Conversation]?
        /// The flows that do not, a sentence each.
        public var leftAside: [String] = []
        /// Of which flows the conversations are.
        public var transport = FlowTransport.tcp
        /// What is wrong with the messages, where a protocol was given.
        public var violations: [Violation] = []
        /// What was asserted.
        public var assertions: [AssertionResult]?
        /// The flagged frames, where Wireshark's flags were asked for.
        public var frames: [WiresharkAnalysis.Frame]?
        /// The packets of the flows that are shown packet by packet.
        public var packets: [PacketLine] = []

        /// Nothing but the flows.
        public init() {}
    }

    /// Shows flows one by one, the same ones each time.
    public typealias Flows = ((Flow) throws -> Void) throws -> Void

    /// Bytes gathered before they are written.
    static let pieceBytes = 64 << 10

    private let flows: Flows
    private let exchanges: Flows
    private let parts: Parts

    /// The flows, and what else there is to say; `exchanges` are those of UDP.
    public init(flows: @escaping Flows, exchanges: @escaping Flows, _ parts: Parts) {
        self.flows = flows
        self.exchanges = exchanges
        self.parts = parts
    }

    /// As the other one, with flows that are all there.
    public init(flows: [Flow], exchanges: [Flow] = [], _ parts: Parts) {
        self.init(flows: { try flows.forEach($0) }, exchanges: { try exchanges.forEach($0) }, parts)
    }

    /// The object on one line.
    public func text() throws -> String {
        var text = ""
        try write { text += $0 }
        return text
    }

    /// Writes the object on one line, piece by piece, its keys in order.
    public func write(to output: @escaping (String) throws -> Void) throws {
        var tally = AnomalyTally()
        try flows { tally.add($0) }
        try exchanges { tally.add($0) }
        let facts = parts.facts
        let others = Dictionary(facts.otherPackets.map { ($0.reason, $0.count) }, uniquingKeysWith: { $0 + $1 })
        var writer = ObjectWriter(output)
        try writer.field("anomalies", tally.classes.map { Object.Class($0) })
        try writer.field("assertions", parts.assertions?.map { Object.Assertion($0) })
        try writer.field("cut_packets", facts.cutSegments)
        try writer.field("dropped_packets", facts.droppedPackets)
        try write(flows, as: "flows", .tcp, &writer)
        try writer.field("left_aside", parts.leftAside.isEmpty ? nil : parts.leftAside)
        try writer.field("other_packets", others)
        try writer.field("schema", 2)
        try writer.field("steps_back", facts.stepsBack.map { Object.Back($0) })
        try writer.field(
            "tshark",
            parts.frames?.map { Object.Frame(frame: $0.number, stream: $0.stream, flags: $0.flags.setNames) })
        var hasExchanges = false
        try exchanges { _ in hasExchanges = true }
        if hasExchanges { try write(exchanges, as: "udp_flows", .udp, &writer) }
        try writer.field("violations", parts.conversations.map { _ in parts.violations.map { Object.Found($0) } })
        try writer.field("warnings", facts.warnings)
        try writer.end()
    }

    private func write(
        _ flows: Flows, as key: String, _ transport: FlowTransport, _ writer: inout ObjectWriter
    ) throws {
        let packets = Dictionary(grouping: parts.packets.filter { $0.transport == transport }, by: \.flow)
        let spoken = parts.transport == transport ? parts.conversations ?? [] : []
        let conversations = Dictionary(spoken.lazy.map { ($0.flow, $0) }, uniquingKeysWith: { first, _ in first })
        try writer.beginArray(key)
        try flows { flow in
            let entry = Object.Entry(
                flow, names: parts.names, conversation: conversations[flow.id], packets: packets[flow.id])
            try writer.element(entry)
        }
        writer.endArray()
    }

    /// The parts of the object.
    enum Object {}
}

/// Writes one JSON object, each field as it comes.
private struct ObjectWriter {
    private let output: (String) throws -> Void
    private let encoder = JSONEncoder()
    private var pending = "{"
    private var separator = ""

    init(_ output: @escaping (String) throws -> Void) {
        self.output = output
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// Writes a field; nothing where it has no value.
    mutating func field(_ key: String, _ value: (some Encodable)?) throws {
        guard let value else { return }
        pending += "\(separator)\"\(key)\":"
        separator = ","
        pending += try text(value)
    }

    mutating func beginArray(_ key: String) throws {
        pending += "\(separator)\"\(key)\":["
        separator = ""
    }

    mutating func element(_ value: some Encodable) throws {
        pending += separator
        pending += try text(value)
        separator = ","
        guard pending.utf8.count >= InspectJSON.pieceBytes else { return }
        try output(pending)
        pending.removeAll(keepingCapacity: true)
    }

    mutating func endArray() {
        pending += "]"
        separator = ","
    }

    mutating func end() throws {
        try output(pending + "}")
        pending = ""
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
