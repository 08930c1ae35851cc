/// The UDP exchanges of a capture: datagrams by pair of endpoints, in capture order.
///
/// - Complexity: amortized O(1) a packet, plus the copy of its payload.
public struct DatagramTable: Sendable {
    private let serverPort: UInt16?
    private var dissector = Dissector()
    private var numbers: [Pair: Int] = [:]
    private var flows: [DatagramFlow] = []

    private struct Pair: Hashable {
        var first: Endpoint
        var second: Endpoint
    }

    /// Creates an empty table.
    ///
    /// - Parameter serverPort: tells the server; without, the side that the first datagram was sent to is it.
    public init(serverPort: UInt16? = nil) {
        self.serverPort = serverPort
    }

    /// Adds all UDP datagrams of a batch.
    public mutating func add(_ batch: PacketBatch) {
        for record in batch.records {
            guard case .udp = dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) else { continue }
            let segment = dissector.segment
            if segment.isReassembled, let datagram = dissector.fragments?.datagram {
                add(segment, record, datagram)
            } else {
                add(segment, record, batch.bytes)
            }
        }
    }

    private mutating func add(_ segment: Segment, _ record: PacketRecord, _ bytes: [UInt8]) {
        let (source, destination) = (segment.source, segment.destination)
        let start = segment.payloadOffset
        let datagram = CapturedDatagram(
            bytes: Array(bytes[start..<start + segment.capturedPayloadLength]),
            isWhole: segment.capturedPayloadLength == segment.payloadLength,
            packet: PacketReference(number: record.number, time: record.time))
        let number = number(source, destination, record.time)
        flows[number].lastTime = max(flows[number].lastTime, record.time)
        let isRequest = source == flows[number].client
        flows[number].datagrams.append((isRequest, datagram))
    }

    private mutating func number(_ source: Endpoint, _ destination: Endpoint, _ time: Timestamp) -> Int {
        let isFromServer = source.port == serverPort && destination.port != serverPort
        let pair = isFromServer ? Pair(first: destination, second: source) : Pair(first: source, second: destination)
        if let known = numbers[pair] { return known }
        // Where both have the server's port, the first datagram tells, too.
        if serverPort == nil || source.port == destination.port,
            let known = numbers[Pair(first: destination, second: source)]
        {
            return known
        }
        numbers[pair] = flows.count
        flows.append(DatagramFlow(id: flows.count, client: pair.first, server: pair.second, time: time))
        return flows.count - 1
    }

    /// What the table has, in order of first datagram.
    public consuming func finish() -> [DatagramFlow] { flows }
}

/// All datagrams between two endpoints.
public struct DatagramFlow: Sendable {
    /// Its number in the capture, from 0 in order of first datagram.
    public var id: Int
    /// The side that asks.
    public var client: Endpoint
    /// The other side.
    public var server: Endpoint
    /// The time of its first datagram.
    public var firstTime: Timestamp
    /// The latest time of its datagrams.
    public var lastTime: Timestamp
    /// The datagrams in capture order, each with whether the client sent it.
    public var datagrams: [(isRequest: Bool, datagram: CapturedDatagram)] = []

    /// Creates an exchange without datagrams.
    public init(id: Int, client: Endpoint, server: Endpoint, time: Timestamp) {
        self.id = id
        self.client = client
        self.server = server
        firstTime = time
        lastTime = time
    }
}

/// One datagram as captured.
public struct CapturedDatagram: Sendable {
    /// Its payload, as far as it was captured.
    public var bytes: [UInt8]
    /// Whether that is all of it.
    public var isWhole: Bool
    /// Its packet; of fragments, the one that completed it.
    public var packet: PacketReference

    /// Creates a datagram.
    public init(bytes: [UInt8], isWhole: Bool = true, packet: PacketReference) {
        self.bytes = bytes
        self.isWhole = isWhole
        self.packet = packet
    }
}
