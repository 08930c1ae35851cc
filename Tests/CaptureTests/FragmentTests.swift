import Capture
import Testing

/// Goal: a segment's bytes are taken from the datagram that it lies in, however fragments and tunnels are nested.
/// Method: hand-made packets in which the datagram put together last is not the one that holds the segment.
@Suite("Fragments in tunnels")
struct FragmentTests {
    static let client = PacketBuilder.client
    static let server = PacketBuilder.server

    static func flows(_ packets: [[UInt8]]) -> [Flow] {
        var builder = PacketBuilder()
        builder.batch.linkTypes = [.raw]
        for packet in packets { builder.add(packet) }
        var table = FlowTable(findAnomalies: true, verifyChecksums: true)
        table.add(builder.batch)
        return table.finish()
    }

    static func streams(_ packets: [[UInt8]]) -> [[UInt8]] {
        flows(packets).map { $0.toServer.bytes + $0.toClient.bytes }
    }

    @Test("a datagram in fragments, the last of them in a tunnel whose packet came in fragments too")
    func fragmentsInFragments() {
        let payload = (0..<200).map { UInt8($0) }
        let segment = PacketBuilder.segment(Self.client, Self.server, 1, 1, .psh, 77, [], payload)
        let first = PacketBuilder.ipv4(
            Self.client, Self.server, 6, Array(segment[..<160]), identification: 2, fragment: 0x2000)
        let last = PacketBuilder.ipv4(
            Self.client, Self.server, 6, Array(segment[160...]), identification: 2, fragment: 160 / 8)
        let outer = [
            PacketBuilder.ipv4(Self.client, Self.server, 4, Array(last[..<24]), identification: 3, fragment: 0x2000),
            PacketBuilder.ipv4(Self.client, Self.server, 4, Array(last[24...]), identification: 3, fragment: 24 / 8),
        ]
        #expect(Self.streams([first] + outer) == [payload])
    }

    @Test("a datagram to one tunnel's port from another's, which completes a datagram as the first kind")
    func twoTunnelPorts() {
        let payload = (0..<100).map { UInt8($0) }
        let address = PacketBuilder.Side(address: 0x0A00_5000, port: 6379)
        let head = PacketBuilder.ipv4(
            Self.client, address, 17, PacketBuilder.udp(Self.client, Self.server, []), identification: 2,
            fragment: 0x2000)
        // As VXLAN: a frame with the last fragment of a UDP datagram. As GTP-U: an IP packet with a TCP segment, whose
        // header begins within the fragment's.
        let fragment = PacketBuilder.ipv4(Self.client, address, 17, payload, identification: 2, fragment: 1)
        let frame = [0x45, 0, 0, UInt8(14 + fragment.count), 0, 0, 0, 0, 64, 6, 0, 0, 8, 0] + fragment
        let datagram = PacketBuilder.udp(
            PacketBuilder.Side(port: 2152), PacketBuilder.Side(port: 4789), [0x38, 0xFF, 0, 0, 0, 0, 0, 0] + frame)
        #expect(
            Self.streams([head, PacketBuilder.ipv4(Self.client, Self.server, 17, datagram)]) == [Array(payload[6...])])
    }

    @Test("a tunnelled packet that was cut before it was wrapped has lost the same, in one piece or in fragments")
    func cutWithin() throws {
        let payload = (0..<200).map { UInt8($0) }
        let segment = PacketBuilder.segment(Self.client, Self.server, 1, 1, .psh, 77, [], payload)
        let lost = 40
        let mirrored = Array(PacketBuilder.ipv4(Self.client, Self.server, 6, segment).dropLast(lost))
        let whole = [PacketBuilder.ipv4(Self.client, Self.server, 4, mirrored, identification: 3)]
        let pieces = [
            PacketBuilder.ipv4(
                Self.client, Self.server, 4, Array(mirrored[..<96]), identification: 3, fragment: 0x2000),
            PacketBuilder.ipv4(
                Self.client, Self.server, 4, Array(mirrored[96...]), identification: 3, fragment: 96 / 8),
        ]
        for packets in [whole, pieces, pieces.reversed()] {
            let flow = try #require(Self.flows(packets).first)
            #expect(flow.anomalies.map(\.kind) == [])
            #expect(flow.toServer.gaps + flow.toClient.gaps == [payload.count - lost..<payload.count])
        }
    }
}
