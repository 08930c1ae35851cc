/// What carries a flow.
public enum FlowTransport: String, Sendable, Hashable, CaseIterable {
    case tcp, udp
}

/// One flow of a capture, whatever its transport.
public struct FlowID: Sendable, Hashable {
    /// What carries it.
    public var transport: FlowTransport
    /// Its number among the flows of that transport, from 0.
    public var number: Int

    /// Names a flow.
    public init(_ transport: FlowTransport, _ number: Int) {
        self.transport = transport
        self.number = number
    }
}

/// One TCP connection as captured, or all UDP datagrams between two endpoints.
public struct Flow: Sendable {
    /// Its number in the capture, from 0 in order of first packet: tshark's `tcp.stream` or `udp.stream`,
    /// as long as the file is one recording and no connection has the ports and the initial number of a closed one.
    public var id: Int
    /// What carries it. Of UDP the streams have counts alone: `DatagramFlow` has the datagrams.
    public var transport = FlowTransport.tcp
    /// The side that sent the first SYN; without one, the side with the ephemeral (higher) port.
    public var client: Endpoint
    /// The other side.
    public var server: Endpoint
    /// How the connection began, as far as the capture shows.
    public var handshake: Handshake
    /// How it ended, as far as the capture shows.
    public var teardown: Teardown
    /// The earliest time of its packets.
    public var firstTime: Timestamp
    /// The latest time of its packets.
    public var lastTime: Timestamp
    /// Client to server.
    public var toServer: ByteStream
    /// Server to client.
    public var toClient: ByteStream
    /// What is odd about its packets, in capture order, if the table looked for it; at most a thousand or so, while
    /// `ByteStream.anomalies` counts all.
    public var anomalies: [Anomaly] = []
    /// Those of its replies that are among the capture's slowest, slowest first, if the table looked for them.
    public var slowReplies: [SlowReply] = []
    /// The recording that it is of, from 0: a file to which another was appended holds several.
    public var recording = 0
    /// ICMP errors about its packets, in capture order; at most a hundred, while `icmpErrorCount` counts all.
    public var icmpErrors: [ICMPError] = []
    /// How many ICMP errors there were.
    public var icmpErrorCount = 0

    /// Creates a flow with nothing on it yet.
    public init(id: Int, client: Endpoint, server: Endpoint, time: Timestamp) {
        self.id = id
        self.client = client
        self.server = server
        handshake = .missing
        teardown = .open
        firstTime = time
        lastTime = time
        toServer = ByteStream()
        toClient = ByteStream()
    }

    init(_ state: FlowState, id: Int, _ key: FlowKey, client: Int, toServer: ByteStream, toClient: ByteStream) {
        self.id = id
        self.client = key.endpoint(client)
        server = key.endpoint(1 - client)
        handshake = state.handshake
        teardown = Teardown(toServer, toClient)
        firstTime = state.firstTime
        lastTime = state.lastTime
        self.toServer = toServer
        self.toClient = toClient
    }

    /// What of the three-way handshake was captured.
    public enum Handshake: String, Sendable {
        case complete
        case partial
        case missing
        /// A SYN answered by a reset.
        case refused
    }

    /// How the connection ended, and who ended it.
    public enum Teardown: String, Sendable {
        case open
        case clientHalfClosed = "client-half-closed"
        case serverHalfClosed = "server-half-closed"
        case clientClosedFirst = "client-closed-first"
        case serverClosedFirst = "server-closed-first"
        case clientReset = "client-reset"
        case serverReset = "server-reset"
    }
}

/// One direction of a flow, reassembled: each byte once, in sequence order, its first copy kept.
public struct ByteStream: Sendable {
    /// Packets in this direction, those without payload included.
    public var packets = 0
    /// Payload bytes on the wire, repeats included.
    public var payloadBytes = 0
    /// The stream's bytes; where the capture misses some, zeros stand and `gaps` says so.
    public var bytes: [UInt8] = []
    /// How many bytes the stream has, missing ones included, whether or not they are kept.
    public var length = 0
    /// Which packet brought which bytes: ascending by `offset`, contiguous but for gaps.
    public var chunks: [Chunk] = []
    /// Ranges of the stream that no packet of the capture holds.
    public var gaps: [Range<Int>] = []
    /// Bytes of gaps that are not in `gaps`, because there were too many in the capture; 0 where bytes are kept.
    public var unlistedGapBytes = 0
    /// Segments whose bytes are not in `bytes`, because they lay too far beyond what came before, or the holes before
    /// them took too much memory.
    public var unplaced = 0
    /// The first FIN in this direction.
    public var fin: PacketReference?
    /// The first RST in this direction.
    public var reset: PacketReference?
    /// Checksums left to the network card, as on loopback, if the table verified them.
    public var unverifiedChecksums = 0
    /// Checksums that are right, if the table verified them.
    public var rightChecksums = 0
    /// Wrong checksums that are not the network's work, because nearly all are wrong and the packets were taken all the
    /// same: the addresses were rewritten, or the packets recorded before the network card filled them in.
    public var staleChecksums = 0
    /// How often each kind of anomaly occurred in this direction, if the table looked for them.
    public var anomalies = AnomalyCounts()
    /// The highest stream offset that the other side acknowledged. Beyond the end of `bytes`, the capture misses what
    /// lies between (or a FIN, which counts as one).
    public var acknowledged = 0
    /// The last packet of this direction that acknowledged anything: its sender was there, and had got no more than what
    /// it acknowledged. Known where bytes are kept, as are the two below.
    public var lastAcknowledging: PacketReference?
    /// How far the sender of the first FIN or RST in this direction had acknowledged the other direction by then, as an
    /// offset of that stream; nil without an end.
    public var acknowledgedAtEnd: Int?
    /// The offset that the first RST in this direction names as its sender's next byte.
    public var resetOffset: Int?
    /// Segments whose bytes are not those that an earlier segment brought at their place, or stand before the stream's
    /// beginning or behind its end: of another connection, or damaged. Counted where bytes are kept.
    public var contradictions = 0
    /// The window that its sender advertised last, unscaled; 0 says that it has no room for what the other side sends.
    /// Resets do not count.
    public var lastWindow: UInt16 = .max

    /// Creates an empty stream.
    public init() {}

    /// A run of bytes that one packet brought first.
    public struct Chunk: Sendable {
        /// The run's first byte in `bytes`.
        public var offset: Int
        /// How many bytes.
        public var length: Int
        /// The packet with the first copy of these bytes.
        public var packet: PacketReference
        /// How far that packet acknowledged the other direction, as an offset of that stream; far below 0 where it
        /// acknowledged nothing.
        public var acknowledged: Int

        /// Creates a chunk.
        public init(offset: Int, length: Int, packet: PacketReference, acknowledged: Int = unknownAcknowledgement) {
            self.offset = offset
            self.length = length
            self.packet = packet
            self.acknowledged = acknowledged
        }

        /// In `acknowledged`: nothing is known.
        public static let unknownAcknowledgement = Int.min / 2
    }

    /// The packet that brought the byte at `offset` first; nil in a gap or beyond the end.
    ///
    /// - Complexity: O(log chunks).
    public func packet(at offset: Int) -> PacketReference? {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].offset + chunks[middle].length <= offset { low = middle + 1 } else { high = middle }
        }
        guard low < chunks.count, chunks[low].offset <= offset else { return nil }
        return chunks[low].packet
    }
}

/// A packet, by number and time.
public struct PacketReference: Hashable, Sendable {
    /// The number in the capture, from 1.
    public var number: Int
    /// When it was captured.
    public var time: Timestamp

    /// Creates a reference.
    public init(number: Int, time: Timestamp) {
        self.number = number
        self.time = time
    }
}
