import Capture
import Verification
import Wire
import Protocols

/// Packets of TCP connections as a capture holds them: what both ends send, with the numbers that their kernels would.
struct CapturedTraffic {
    /// One packet before it is written.
    struct Packet {
        var time: Int64
        /// The connection in `CapturedTraffic.connections`.
        var connection: Int
        var isFromServer: Bool
        var flags: TCPFlags
        var sequence: UInt32
        var acknowledgement: UInt32
        var payload: [UInt8] = []
        /// How much of the payload was kept; nil for all.
        var kept: Int?
    }

    /// What two kernels know of a connection.
    struct Connection {
        var client: UInt16
        var server: UInt16
        var clientNext: UInt32
        var serverNext: UInt32
    }

    var packets: [Packet] = []
    private(set) var connections: [Connection] = []
    /// The time of the next packet. Nanoseconds.
    var now: Int64 = 1_700_000_000_000_000_000

    static let microsecond: Int64 = 1_000
    static let second: Int64 = 1_000_000_000

    mutating func wait(_ nanoseconds: Int64) { now += nanoseconds }

    /// A new connection, its handshake captured.
    mutating func connect(to server: UInt16, from client: UInt16? = nil, sequence: UInt32 = 1000) -> Int {
        let number = connections.count
        connections.append(
            Connection(
                client: client ?? UInt16(40_001 + number), server: server, clientNext: sequence,
                serverNext: sequence &* 7))
        add(number, false, [.syn])
        connections[number].clientNext &+= 1
        add(number, true, [.syn, .ack])
        connections[number].serverNext &+= 1
        add(number, false, [.ack])
        return number
    }

    /// One side sends bytes, in segments of at most `most`; the other acknowledges them if `isHeard`.
    mutating func send(_ connection: Int, fromServer: Bool, _ bytes: [UInt8], most: Int = 1448, isHeard: Bool = true) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(most))
            rest = rest.dropFirst(most)
            add(connection, fromServer, [.ack, .psh], piece)
            if fromServer {
                connections[connection].serverNext &+= UInt32(piece.count)
            } else {
                connections[connection].clientNext &+= UInt32(piece.count)
            }
        }
        if isHeard { acknowledge(connection, fromServer: !fromServer) }
    }

    mutating func ask(_ connection: Int, _ text: String, isHeard: Bool = true) {
        send(connection, fromServer: false, Array(text.utf8), isHeard: isHeard)
    }

    mutating func answer(_ connection: Int, _ text: String, isHeard: Bool = true) {
        send(connection, fromServer: true, Array(text.utf8), isHeard: isHeard)
    }

    mutating func acknowledge(_ connection: Int, fromServer: Bool) { add(connection, fromServer, [.ack]) }

    /// One side closes; the other acknowledges if `isHeard`.
    mutating func finish(_ connection: Int, fromServer: Bool, isHeard: Bool = true) {
        add(connection, fromServer, [.ack, .fin])
        if fromServer { connections[connection].serverNext &+= 1 } else { connections[connection].clientNext &+= 1 }
        if isHeard { acknowledge(connection, fromServer: !fromServer) }
    }

    /// Both sides close, one first.
    mutating func close(_ connection: Int, serverFirst: Bool = false) {
        finish(connection, fromServer: serverFirst)
        finish(connection, fromServer: !serverFirst)
    }

    mutating func reset(_ connection: Int, fromServer: Bool) { add(connection, fromServer, [.ack, .rst]) }

    /// The last packet once more, as its sender does when it is not acknowledged.
    mutating func repeatLast() {
        now += 20 * Self.microsecond
        var again = packets[packets.count - 1]
        again.time = now
        packets.append(again)
    }

    private mutating func add(_ connection: Int, _ isFromServer: Bool, _ flags: TCPFlags, _ payload: [UInt8] = []) {
        now += 20 * Self.microsecond
        let ends = connections[connection]
        let (own, other) =
            isFromServer ? (ends.serverNext, ends.clientNext) : (ends.clientNext, ends.serverNext)
        packets.append(
            Packet(
                time: now, connection: connection, isFromServer: isFromServer, flags: flags, sequence: own,
                acknowledgement: flags.contains(.ack) ? other : 0, payload: payload))
    }

    // MARK: As a capture

    /// The packets as they stand in a file of raw IPv4 packets.
    var batch: PacketBatch {
        var batch = PacketBatch(linkTypes: [.ipv4])
        for packet in packets {
            let bytes = bytes(packet)
            let cut = packet.kept.map { max(0, packet.payload.count - $0) } ?? 0
            batch.records.append(
                PacketRecord(
                    number: batch.records.count + 1, time: Timestamp(nanoseconds: packet.time),
                    offset: batch.bytes.count, capturedLength: bytes.count - cut, wireLength: bytes.count))
            batch.bytes += bytes.dropLast(cut)
        }
        return batch
    }

    private func bytes(_ packet: Packet) -> [UInt8] {
        func be(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        let ends = connections[packet.connection]
        let (from, to) = packet.isFromServer ? (ends.server, ends.client) : (ends.client, ends.server)
        let hosts: [UInt8] = packet.isFromServer ? [10, 0, 0, 2, 10, 0, 0, 1] : [10, 0, 0, 1, 10, 0, 0, 2]
        var tcp = be(from) + be(to) + be(packet.sequence) + be(packet.acknowledgement)
        tcp += be(UInt16(5 << 12) | packet.flags.rawValue) + be(UInt16(512)) + [0, 0, 0, 0] + packet.payload
        return [0x45, 0] + be(UInt16(20 + tcp.count)) + [0, 1, 0, 0, 64, 6, 0, 0] + hosts + tcp
    }

    /// What a judge is given of the capture.
    func evidence(_ codec: any WireCodec) -> Evidence {
        var table = FlowTable()
        table.add(batch)
        let end = packets.map(\.time).max() ?? 0
        return Evidence(capture: table.finish(), codec: codec, end: Timestamp(nanoseconds: end))
    }

    func judge(_ name: String, hangAfter: Int64 = 10 * second) -> Judgement {
        Judge(oracles: Judge.wireOracles(silenceLimits: .capture(hangAfter: .nanoseconds(hangAfter))))
            .judge(evidence(WireProtocols.named(name)!))
    }
}
