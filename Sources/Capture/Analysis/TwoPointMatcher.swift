/// Matches two captures of the same exchange, one at the client's end and one at the server's, packet by packet: so that
/// each loss, duplicate and reordering gets a place.
///
/// Packets are matched by endpoints, IP identification, sequence and acknowledgement numbers, length, flags and time
/// stamp. Where offloading cut or joined segments on the way, payload is matched by its sequence range instead. Memory
/// grows with the packets, by about a hundred bytes each.
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
        var sequence: UInt32
        var acknowledgement: UInt32
        var stamp: UInt32
        var identification: UInt32
        var length: Int32
        var flags: UInt16
    }

    struct Seen {
        var key: Key
        var packet: PacketReference
    }

    private var index = FlowIndex()
    /// Of each flow: the packets at the client's and the server's end, from the key's lower end and from the higher.
    private var seen: [[[Seen]]] = []
    /// The direction in which the client sends; nil while unknown.
    private var clientDirection: [Int?] = []
    private let serverPort: UInt16?
    private var dissector = Dissector()

    /// Creates a matcher; `serverPort` tells the server where no SYN was captured.
    public init(serverPort: UInt16? = nil) {
        self.serverPort = serverPort
    }

    /// Adds packets of the capture made at `point`.
    public mutating func add(_ batch: PacketBatch, at point: Point) {
        for record in batch.records {
            guard case .tcp = dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) else { continue }
            add(dissector.segment, record, point)
        }
    }

    private mutating func add(_ segment: Segment, _ record: PacketRecord, _ point: Point) {
        let (key, direction) = FlowKey.of(segment)
        let (slot, known) = index.find(key)
        let flow = known >= 0 ? known : index.append(key, at: slot)
        if known < 0 {
            seen.append([[], [], [], []])
            clientDirection.append(nil)
        }
        if segment.flags.contains(.syn), clientDirection[flow] == nil {
            clientDirection[flow] = segment.flags.contains(.ack) ? 1 - direction : direction
        }
        let packetKey = Key(
            sequence: segment.sequence, acknowledgement: segment.acknowledgement, stamp: segment.timestampValue ?? 0,
            identification: segment.identification ?? 0, length: Int32(truncatingIfNeeded: segment.payloadLength),
            flags: segment.flags.rawValue)
        let packet = PacketReference(number: record.number, time: record.time)
        seen[flow][direction * 2 + point.rawValue].append(Seen(key: packetKey, packet: packet))
    }

    /// What happened between the two points, flow by flow in order of first packet.
    public consuming func finish() -> [TwoPointFlow] {
        seen.indices.map { flow in
            let key = index.keys[flow]
            let client =
                clientDirection[flow]
                ?? FlowState(firstSender: 0, time: Timestamp(nanoseconds: 0))
                .client(key, serverPort: serverPort)
            let up = seen[flow][client * 2..<client * 2 + 2]
            let down = seen[flow][(1 - client) * 2..<(1 - client) * 2 + 2]
            return TwoPointFlow(
                client: key.endpoint(client), server: key.endpoint(1 - client),
                toServer: TwoPointPath(sent: up[client * 2], received: up[client * 2 + 1]),
                toClient: TwoPointPath(sent: down[(1 - client) * 2 + 1], received: down[(1 - client) * 2]))
        }
    }
}

/// One connection seen at both ends.
public struct TwoPointFlow: Sendable {
    /// The client's end.
    public var client: Endpoint
    /// The server's end.
    public var server: Endpoint
    /// What happened on the way to the server: sent at the client's capture, received at the server's.
    public var toServer: TwoPointPath
    /// What happened on the way to the client.
    public var toClient: TwoPointPath

    /// How far the server's clock is ahead of the client's, in nanoseconds, if the fastest packets took equally long both
    /// ways; nil when one way had no packet.
    public var clockOffset: Int64? {
        guard let up = toServer.shortestDelay, let down = toClient.shortestDelay else { return nil }
        return (up - down) / 2
    }
}
