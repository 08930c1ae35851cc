import Foundation

/// A small capture, written byte by byte as classic pcap with nanoseconds, so that what is in it is known exactly.
struct TinyCapture {
    static let server: UInt16 = 7000
    private static let first: UInt64 = 1_700_000_000_000_000_000

    private(set) var data = Data()
    private var time = first
    private var identifications: [UInt16: UInt16] = [:]

    init() {
        data.append(Self.little(UInt32(0xA1B2_3C4D)) + Self.little(UInt16(2)) + Self.little(UInt16(4)))
        data.append(Self.little(UInt32(0)) + Self.little(UInt32(0)) + Self.little(UInt32(65_535)))
        data.append(Self.little(UInt32(1)))
    }

    /// Flags of a TCP header.
    static let fin: UInt8 = 1
    static let syn: UInt8 = 2
    static let push: UInt8 = 8
    static let ack: UInt8 = 16

    /// Adds a segment `after` nanoseconds from the last one, from the client's port or, with `down`, to it.
    mutating func add(
        _ client: UInt16, down: Bool = false, _ flags: UInt8, seq: UInt32, ack: UInt32 = 0, _ payload: String = "",
        after: UInt64 = 100_000
    ) {
        time += after
        let (from, to) = down ? (Self.server, client) : (client, Self.server)
        let key = down ? client : from &+ 1000
        let identification = (identifications[key] ?? 100) + 1
        identifications[key] = identification
        let ports = Self.big(from) + Self.big(to) + Self.big(seq) + Self.big(ack)
        // The checksum as on loopback: the pseudo-header's sum, the rest left to the network card.
        let sum = Self.big(UInt16(0xFE02 + 6 + 20 + payload.utf8.count))
        let tcp = ports + [0x50, flags] + Self.big(UInt16(512)) + sum + [0, 0] + Array(payload.utf8)
        let loopback: [UInt8] = [127, 0, 0, 1]
        let head = [0x45, 0] + Self.big(UInt16(20 + tcp.count)) + Self.big(identification) + [0, 0, 64, 6, 0, 0]
        append(head + loopback + loopback + tcp)
    }

    /// Adds a datagram `after` nanoseconds from the last packet, from the client's port or, with `down`, to it; or, with
    /// `refused`, the ICMP error that it met.
    mutating func datagram(
        _ client: UInt16, down: Bool = false, _ payload: String, refused: Bool = false, after: UInt64 = 100_000
    ) {
        time += after
        let (from, to) = down ? (Self.server, client) : (client, Self.server)
        let identification = (identifications[from] ?? 100) + 1
        identifications[from] = identification
        let udp =
            Self.big(from) + Self.big(to) + Self.big(UInt16(8 + payload.utf8.count)) + [0, 0] + Array(payload.utf8)
        let packet = Self.packet(17, udp, identification)
        append(refused ? Self.packet(1, [3, 3, 0, 0, 0, 0, 0, 0] + packet, 0) : packet)
    }

    private static func packet(_ transport: UInt8, _ payload: [UInt8], _ identification: UInt16) -> [UInt8] {
        let loopback: [UInt8] = [127, 0, 0, 1]
        return [0x45, 0] + big(UInt16(20 + payload.count)) + big(identification) + [0, 0, 64, transport, 0, 0]
            + loopback
            + loopback + payload
    }

    private mutating func append(_ packet: [UInt8]) {
        let frame = [UInt8](repeating: 0, count: 12) + [8, 0] + packet
        data.append(Self.little(UInt32(time / 1_000_000_000)) + Self.little(UInt32(time % 1_000_000_000)))
        data.append(Self.little(UInt32(frame.count)) + Self.little(UInt32(frame.count)) + Data(frame))
    }

    /// The next datagram from this port has a number as if one was sent before it.
    mutating func skipDatagram(_ port: UInt16) {
        identifications[port, default: 100] += 1
    }

    /// The next packet from this client has a number as if one was sent before it.
    mutating func skipIdentification(_ client: UInt16) {
        identifications[client &+ 1000, default: 100] += 1
    }

    /// Adds a handshake; the next bytes have number 101 up and 501 down.
    mutating func open(_ client: UInt16) {
        add(client, Self.syn, seq: 100)
        add(client, down: true, Self.syn | Self.ack, seq: 500, ack: 101)
        add(client, Self.ack, seq: 101, ack: 501)
    }

    /// Two connections of the echo protocol: the second reply of the first one is sent twice, and the second connection
    /// is closed by the server with its request unanswered if `loses`, else answered.
    static func echo(loses: Bool) -> TinyCapture {
        var capture = TinyCapture()
        let data = push | ack
        capture.open(40_001)
        capture.open(40_002)
        capture.add(40_001, data, seq: 101, ack: 501, "a<b>\n")
        capture.add(40_001, down: true, data, seq: 501, ack: 106, "a<b>\n")
        capture.add(40_002, data, seq: 101, ack: 501, "c\n")
        capture.add(40_001, data, seq: 106, ack: 506, "b\n")
        capture.add(40_001, down: true, data, seq: 506, ack: 108, "b\n")
        capture.add(40_001, down: true, data, seq: 506, ack: 108, "b\n", after: 300_000_000)
        capture.add(40_001, ack, seq: 108, ack: 508)
        if loses {
            capture.add(40_002, down: true, fin | ack, seq: 501, ack: 103)
        } else {
            capture.add(40_002, down: true, data, seq: 501, ack: 103, "c\n")
            capture.add(40_002, fin | ack, seq: 103, ack: 503)
        }
        return capture
    }

    func write(_ path: String) throws -> String {
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }

    private static func little(_ value: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }

    private static func big(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
