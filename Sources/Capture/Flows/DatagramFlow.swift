/// All datagrams between two endpoints.
public struct DatagramFlow: Sendable {
    /// Its number in the capture, from 0 in order of first datagram: tshark's `udp.stream`.
    public var id: Int
    /// The side that asks.
    public var client: Endpoint
    /// The other side.
    public var server: Endpoint
    /// The time of its first datagram.
    public var firstTime: Timestamp
    /// The latest time of its datagrams.
    public var lastTime: Timestamp
    /// The datagrams in capture order, each with whether the client sent it; empty where they were not kept.
    public var datagrams: [(isRequest: Bool, datagram: CapturedDatagram)] = []
    /// Client to server: how many datagrams and bytes, and what is odd about them.
    public var toServer = ByteStream()
    /// Server to client.
    public var toClient = ByteStream()
    /// Datagrams that are there twice, if the table looked for them; at most a hundred or so.
    public var anomalies: [Anomaly] = []
    /// ICMP errors about its datagrams, in capture order; at most a hundred, while `icmpErrorCount` counts all.
    public var icmpErrors: [ICMPError] = []
    /// How many ICMP errors there were.
    public var icmpErrorCount = 0

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

extension Flow {
    /// The exchange as tables and pages show flows: counts, and what is odd, without the datagrams.
    public init(_ exchange: DatagramFlow) {
        self.init(id: exchange.id, client: exchange.client, server: exchange.server, time: exchange.firstTime)
        transport = .udp
        lastTime = exchange.lastTime
        toServer = exchange.toServer
        toClient = exchange.toClient
        anomalies = exchange.anomalies
        icmpErrors = exchange.icmpErrors
        icmpErrorCount = exchange.icmpErrorCount
    }
}
