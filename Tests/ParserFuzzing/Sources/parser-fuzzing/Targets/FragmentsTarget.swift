@testable import Capture

/// IP fragments. The first byte chooses: fragments against a slow table that keeps byte by byte, or datagrams that must
/// mean the same whole and in fragments.
struct FragmentsTarget: ParserTarget {
    let name = "fragments"

    func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        if reader.u8() & 1 == 0 { Self.compareTables(&reader) } else { Self.compareWhole(&reader) }
    }

    func seeds() -> [[UInt8]] {
        let tcp = PacketBytes.tcp(40_000, 6379, seq: 1, ack: 1, flags: 0x18, Array("PING\r\n".utf8))
        let nested = PacketBytes.ipv4(6, tcp)
        let inOrder: [UInt8] = [0, 0, 0, 16, 0, 2, 16, 4, 4, 5]
        let backwards: [UInt8] = [0, 4, 2, 5, 0, 0, 16]
        let overlapping: [UInt8] = [0, 0, 0, 24, 0, 1, 24, 4, 3, 24]
        return [inOrder, backwards, overlapping].map { $0 + Array(repeating: 7, count: 60) } + [
            [1, 0, 0b10, UInt8(tcp.count)] + tcp, [1, 2, 0b110, UInt8(nested.count)] + nested,
            [1, 0x80, 0b1010, UInt8(tcp.count)] + tcp,
        ]
    }

    // MARK: Against a slow table

    /// First copies of bytes, one by one.
    private struct SlowDatagram {
        var bytes: [Int: UInt8] = [:]
        var length: Int?

        mutating func add(_ offset: Int, _ isLast: Bool, _ payload: [UInt8]) -> [UInt8]? {
            for (index, byte) in payload.enumerated() where bytes[offset + index] == nil {
                bytes[offset + index] = byte
            }
            if isLast, length == nil { length = offset + payload.count }
            guard let length else { return nil }
            let whole = (0..<length).compactMap { bytes[$0] }
            return whole.count == length ? whole : nil
        }
    }

    /// Bits of a fragment's first byte: 0–1 datagram, 2 last, 3 far offset.
    private static func compareTables(_ reader: inout InputReader) {
        var table = FragmentTable()
        var slow: [UInt8: SlowDatagram] = [:]
        while !reader.isAtEnd {
            let shape = reader.u8()
            let offset = shape & 8 != 0 ? Int(reader.u16() & 0x1FFF) * 8 : Int(reader.u8()) * 8
            let payload = reader.take(Int(reader.u8()))
            guard offset + payload.count <= FragmentTable.maximumDatagramBytes else { continue }
            var segment = Segment()
            segment.identification = UInt32(shape & 3)
            let isLast = shape & 4 != 0
            let result = table.add(
                FragmentKey(segment, next: 6), offset: offset, isLast: isLast, payload.span.bytes, 0..<payload.count)
            let expected = slow[shape & 3, default: SlowDatagram()].add(offset, isLast, payload)
            if expected != nil { slow[shape & 3] = nil }
            requireEqual(result, expected, "a datagram is put together from the first copies")
        }
    }

    // MARK: Whole and in fragments

    private static let protocols: [UInt8] = [6, 17, 4, 41, 47]
    /// Longer ones can hold more tunnels than the dissector enters, one less within fragments.
    private static let longest = 180

    private static func compareWhole(_ reader: inout InputReader) {
        var whole = PacketBatch(linkTypes: [.raw])
        var pieces = PacketBatch(linkTypes: [.raw])
        var number = 0
        while !reader.isAtEnd {
            let choice = reader.u8()
            let plan = reader.u8()
            let payload = reader.take(min(longest, Int(reader.u8())))
            let next = protocols[Int(choice & 7) % protocols.count]
            number += 1
            let identification = UInt16(truncatingIfNeeded: number)
            if choice & 0x80 != 0 {
                // An atomic fragment is whole (RFC 6946).
                append(PacketBytes.ipv6(44, fragmentHeader(next, 0, false, number) + payload), number, to: &whole)
            } else {
                append(PacketBytes.ipv4(next, payload, identification: identification), number, to: &whole)
            }
            var cuts = cut(payload, plan)
            if plan & 1 != 0 { cuts.reverse() }
            for (offset, piece, isLast) in cuts {
                let packet =
                    choice & 0x80 != 0
                    ? PacketBytes.ipv6(44, fragmentHeader(next, offset, !isLast, number) + piece)
                    : PacketBytes.ipv4(
                        next, piece, identification: identification,
                        fragment: UInt16(offset / 8) | (isLast ? 0 : 0x2000))
                append(packet, number, to: &pieces)
            }
        }
        requireEqual(
            FlowProperties.flows([pieces]).map(FlowProperties.text),
            FlowProperties.flows([whole]).map(FlowProperties.text), "fragments mean what the whole means")
    }

    /// Pieces of 8, 16… bytes, by the plan's upper bits; at least two, but for a payload that is too short.
    private static func cut(_ payload: [UInt8], _ plan: UInt8) -> [(offset: Int, piece: [UInt8], isLast: Bool)] {
        let size = 8 * (1 + Int(plan >> 1 & 7))
        return stride(from: 0, to: max(1, payload.count), by: size).map { offset in
            let end = min(payload.count, offset + size)
            return (offset, Array(payload[offset..<end]), end == payload.count)
        }
    }

    private static func fragmentHeader(_ next: UInt8, _ offset: Int, _ more: Bool, _ number: Int) -> [UInt8] {
        [next, 0] + PacketBytes.be(UInt16(offset) | (more ? 1 : 0)) + PacketBytes.be(UInt32(number))
    }

    private static func append(_ packet: [UInt8], _ number: Int, to batch: inout PacketBatch) {
        batch.records.append(
            PacketRecord(
                number: number, time: Timestamp(nanoseconds: Int64(number)), offset: batch.bytes.count,
                capturedLength: packet.count, wireLength: packet.count))
        batch.bytes += packet
    }
}
