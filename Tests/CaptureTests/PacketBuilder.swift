import Capture

/// Builds packets byte by byte, and batches of them.
struct PacketBuilder {
    var batch = PacketBatch(linkTypes: [.ethernet])
    var time: Int64 = 1_700_000_000_000_000_000

    /// One side of an IPv4 connection.
    struct Side {
        var address: UInt32 = 0x7F00_0001
        var port: UInt16
    }

    static let client = Side(port: 40_000)
    static let server = Side(port: 6379)

    /// Adds a packet's bytes, a microsecond after the last one; `keep` cuts it as a snapshot length would.
    mutating func add(_ bytes: [UInt8], keep: Int? = nil, interface: Int = 0) {
        time += 1000
        let captured = min(keep ?? bytes.count, bytes.count)
        batch.records.append(
            PacketRecord(
                number: batch.records.count + 1, time: Timestamp(nanoseconds: time), offset: batch.bytes.count,
                capturedLength: captured, wireLength: bytes.count, interface: interface))
        batch.bytes += bytes.prefix(captured)
    }

    /// Adds an Ethernet frame with a TCP segment.
    mutating func tcp(
        _ from: Side, _ to: Side, seq: UInt32, ack: UInt32? = nil, _ flags: TCPFlags = [], window: UInt16 = 512,
        options: [UInt8] = [], payload: String = "", identification: UInt16 = 1, keep: Int? = nil
    ) {
        let segment = Self.segment(from, to, seq, ack, flags, window, options, Array(payload.utf8))
        add(Self.ethernet(0x0800, Self.ipv4(from, to, 6, segment, identification: identification)), keep: keep)
    }

    static func segment(
        _ from: Side, _ to: Side, _ seq: UInt32, _ ack: UInt32?, _ flags: TCPFlags = [], _ window: UInt16 = 512,
        _ options: [UInt8] = [], _ payload: [UInt8] = []
    ) -> [UInt8] {
        var all = flags
        if ack != nil { all.insert(.ack) }
        let offset = UInt16(5 + options.count / 4) << 12
        return be(from.port) + be(to.port) + be(seq) + be(ack ?? 0) + be(offset | all.rawValue) + be(window)
            + [0, 0, 0, 0] + options + payload
    }

    static func udp(_ from: Side, _ to: Side, _ payload: [UInt8]) -> [UInt8] {
        be(from.port) + be(to.port) + be(UInt16(8 + payload.count)) + [0, 0] + payload
    }

    static func ipv4(
        _ from: Side, _ to: Side, _ transport: UInt8, _ payload: [UInt8], options: [UInt8] = [],
        totalLength: Int? = nil, identification: UInt16 = 1, fragment: UInt16 = 0
    ) -> [UInt8] {
        let header = 20 + options.count
        return [UInt8(0x40 + header / 4), 0] + be(UInt16(totalLength ?? header + payload.count)) + be(identification)
            + be(fragment) + [64, transport, 0, 0] + be(from.address) + be(to.address) + options + payload
    }

    static func ipv6(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let loopback = [UInt8](repeating: 0, count: 15) + [1]
        return [0x60, 0, 0, 0] + be(UInt16(payload.count)) + [next, 64] + loopback + loopback + payload
    }

    static func ethernet(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0, count: 12) + be(type) + payload
    }

    /// The bytes of a number in network order.
    static func be(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// The bytes of a number in the other order.
    static func le(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

/// A small generator with a fixed seed (SplitMix64), so that every run is the same.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
