/// Matches two captures of the same exchange, one at the client's end and one at the server's, packet by packet: so that
/// each loss, duplicate and reordering gets a place.
///
/// Segments are matched by endpoints, IP identification, sequence and acknowledgement numbers, length, flags and time
/// stamp; datagrams by endpoints, identification and payload. Where offloading cut or joined segments on the way, payload
/// is matched by its sequence range instead. A flow whose endpoints the other capture does not have is looked for by what
/// it says: something between may have translated addresses. Memory grows with the packets, by about a hundred bytes
/// each.
///
/// - Complexity: expected O(packets).
public struct TwoPointMatcher: Sendable {
    /// Where a capture was made.
    public enum Point: Int, Sendable {
        case client = 0
        case server = 1
    }

    /// What tells a packet from all others of its direction.
    struct Key: Hashable {
        /// Of a datagram, the halves of its payload's hash stand for the numbers.
        var sequence: UInt32
        var acknowledgement: UInt32
        var stamp: UInt32
        var identification: UInt32
        var length: Int32
        var flags: UInt16
    }

    struct Seen {
        var key: Key
        /// A hash of the payload; 0 where there is none, or not all of it.
        var content: UInt64
        var packet: PacketReference
    }

    private var segments = TwoPointTable(transport: .tcp)
    private var datagrams = TwoPointTable(transport: .udp)
    private let serverPort: UInt16?
    private var dissector: Dissector

    /// Creates a matcher; `serverPort` tells the server where no SYN was captured.
    public init(serverPort: UInt16? = nil, decoding: UDPDecoding = .usual) {
        self.serverPort = serverPort
        dissector = Dissector(decoding: decoding)
    }

    /// Adds packets of the capture made at `point`.
    public mutating func add(_ batch: PacketBatch, at point: Point) {
        for record in batch.records {
            let outcome = dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes)
            let segment = dissector.segment
            let whole = segment.isReassembled ? dissector.fragments?.datagram : nil
            switch outcome {
            case .tcp: segments.add(segment, record, whole ?? batch.bytes, point)
            case .udp: datagrams.add(segment, record, whole ?? batch.bytes, point)
            case .other: continue
            }
        }
    }

    /// What happened between the two points, flow by flow in order of first packet: the connections, then the datagrams.
    public consuming func finish() -> [TwoPointFlow] {
        result().flows
    }

    /// The same, with the flows of which the other capture has nothing.
    public consuming func result() -> TwoPointResult {
        var result = segments.result(serverPort)
        result += datagrams.result(serverPort)
        return result
    }
}

/// What two captures of one exchange have in common, and what they have not.
public struct TwoPointResult: Sendable {
    /// Flows that are in both.
    public var flows: [TwoPointFlow] = []
    /// Flows of which only the client's capture has packets: lost on the way, or not captured at the server. Nothing of
    /// them is counted as lost.
    public var onlyAtClient: [TwoPointLone] = []
    /// Flows of which only the server's capture has packets.
    public var onlyAtServer: [TwoPointLone] = []

    /// Adds another result.
    static func += (left: inout TwoPointResult, right: TwoPointResult) {
        left.flows += right.flows
        left.onlyAtClient += right.onlyAtClient
        left.onlyAtServer += right.onlyAtServer
    }
}

/// A flow that one of two captures has alone.
public struct TwoPointLone: Sendable {
    /// What carries it.
    public var transport: FlowTransport
    /// The client's end.
    public var client: Endpoint
    /// The server's end.
    public var server: Endpoint
    /// How many packets of it there are.
    public var packets: Int
}

/// One flow seen at both ends.
public struct TwoPointFlow: Sendable {
    /// What carries it.
    public var transport = FlowTransport.tcp
    /// The client's end, as the client's capture has it.
    public var client: Endpoint
    /// The server's end, as the client's capture has it.
    public var server: Endpoint
    /// The ends as the server's capture has them, where something between translated addresses or ports.
    public var atServer: (client: Endpoint, server: Endpoint)?
    /// What happened on the way to the server: sent at the client's capture, received at the server's.
    public var toServer: TwoPointPath
    /// What happened on the way to the client.
    public var toClient: TwoPointPath

    /// Whether any packet of one capture is in the other.
    var hasCommonPackets: Bool {
        [toServer, toClient].contains { $0.sent > $0.lost.count || $0.received > $0.unsent.count }
    }

    /// How far the server's clock is ahead of the client's, in nanoseconds, if the fastest packets took equally long both
    /// ways; nil when one way had no packet.
    public var clockOffset: Int64? {
        guard let up = toServer.shortestDelay, let down = toClient.shortestDelay else { return nil }
        return (up - down) / 2
    }
}
