/// Packets, byte by byte.
enum PacketBytes {
    static func be(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    static func le(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func ethernet(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 2, count: 12) + be(type) + payload
    }

    static func ipv4(
        _ transport: UInt8, _ payload: [UInt8], from: UInt32 = 0x7F00_0001, to: UInt32 = 0x7F00_0001,
        identification: UInt16 = 1, fragment: UInt16 = 0
    ) -> [UInt8] {
        [0x45, 0] + be(UInt16(truncatingIfNeeded: 20 + payload.count)) + be(identification) + be(fragment)
            + [64, transport, 0, 0] + be(from) + be(to) + payload
    }

    static func ipv6(_ next: UInt8, _ payload: [UInt8], from: UInt64 = 1, to: UInt64 = 1) -> [UInt8] {
        [0x60, 0, 0, 0] + be(UInt16(truncatingIfNeeded: payload.count)) + [next, 64] + be(UInt64(0)) + be(from)
            + be(UInt64(0)) + be(to) + payload
    }

    /// `flags` as on the wire; `options` is a multiple of four long.
    static func tcp(
        _ from: UInt16, _ to: UInt16, seq: UInt32, ack: UInt32, flags: UInt16, window: UInt16 = 512,
        options: [UInt8] = [], _ payload: [UInt8] = []
    ) -> [UInt8] {
        be(from) + be(to) + be(seq) + be(ack) + be(UInt16(5 + options.count / 4) << 12 | flags) + be(window)
            + [0, 0, 0, 0] + options + payload
    }

    static func udp(_ from: UInt16, _ to: UInt16, _ payload: [UInt8]) -> [UInt8] {
        be(from) + be(to) + be(UInt16(8 + payload.count)) + [0, 0] + payload
    }

    /// The packets of a short connection from port 40000 to 6379: handshake, a request, a reply, both FINs.
    static func connection(request: [UInt8], reply: [UInt8]) -> [[UInt8]] {
        let asked = 1001 + UInt32(request.count)
        let answered = 2001 + UInt32(reply.count)
        let options: [UInt8] = [2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]
        let segments = [
            tcp(40_000, 6379, seq: 1000, ack: 0, flags: 0x02, options: options),
            tcp(6379, 40_000, seq: 2000, ack: 1001, flags: 0x12, options: options),
            tcp(40_000, 6379, seq: 1001, ack: 2001, flags: 0x10),
            tcp(40_000, 6379, seq: 1001, ack: 2001, flags: 0x18, request),
            tcp(6379, 40_000, seq: 2001, ack: asked, flags: 0x18, reply),
            tcp(40_000, 6379, seq: asked, ack: answered, flags: 0x11),
            tcp(6379, 40_000, seq: answered, ack: asked + 1, flags: 0x11),
        ]
        return segments.map { ipv4(6, $0) }
    }
}
