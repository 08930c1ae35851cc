public import Capture
public import Verification

/// What `crossfire inspect --json` prints: everything that the texts say.
public struct InspectJSON: Sendable {
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

    private let object: Object

    /// The flows, and what else there is to say.
    public init(flows: [Flow], _ parts: Parts) {
        let packets = Dictionary(grouping: parts.packets, by: \.flow)
        let conversations = Dictionary(
            (parts.conversations ?? []).lazy.map { ($0.flow, $0) }, uniquingKeysWith: { first, _ in first })
        object = Object(
            warnings: parts.facts.warnings, droppedPackets: parts.facts.droppedPackets,
            otherPackets: Dictionary(
                parts.facts.otherPackets.map { ($0.reason, $0.count) }, uniquingKeysWith: { $0 + $1 }),
            anomalies: AnomalyClass.all(in: flows).map { .init($0) },
            violations: parts.conversations.map { _ in parts.violations.map { Object.Found($0) } },
            leftAside: parts.conversations.map { _ in parts.leftAside },
            assertions: parts.assertions?.map { .init($0) },
            frames: parts.frames?.map { .init(frame: $0.number, stream: $0.stream, flags: $0.flags.setNames) },
            flows: flows.map { flow in
                Object.Entry(
                    flow, names: parts.names, conversation: conversations[flow.id], packets: packets[flow.id])
            })
    }

    /// The object on one line.
    public func text() throws -> String {
        try JSONText.line(object)
    }

    struct Object: Encodable, Sendable {
        var schema = 2
        var warnings: [String]
        var droppedPackets: UInt64?
        var otherPackets: [String: Int]
        var anomalies: [Class]
        var violations: [Found]?
        var leftAside: [String]?
        var assertions: [Assertion]?
        var frames: [Frame]?
        var flows: [Entry]

        enum CodingKeys: String, CodingKey {
            case schema, warnings, anomalies, violations, assertions, flows
            case droppedPackets = "dropped_packets"
            case leftAside = "left_aside"
            case otherPackets = "other_packets"
            case frames = "tshark"
        }
    }
}
