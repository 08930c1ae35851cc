import Capture
import Testing

/// Goal: a packet of every supported encapsulation gives the same segment, and nothing that bytes can say makes the
/// dissector trap. Method: one segment wrapped in each link and network header by hand; then seeded mutations.
@Suite("Dissecting packets")
struct DissectTests {
    static let segment = PacketBuilder.segment(
        PacketBuilder.client, PacketBuilder.server, 1000, 2000, .psh, 77, [], Array("PING".utf8))
    static let ip = PacketBuilder.ipv4(PacketBuilder.client, PacketBuilder.server, 6, segment)

    /// LLC with SNAP for IPv4.
    static let snap: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0]

    static let encapsulations: [(String, LinkType, [UInt8])] = [
        ("Ethernet", .ethernet, PacketBuilder.ethernet(0x0800, ip)),
        ("VLAN", .ethernet, PacketBuilder.ethernet(0x8100, [0, 5, 8, 0] + ip)),
        ("QinQ", .ethernet, PacketBuilder.ethernet(0x88A8, [0, 5, 0x81, 0, 0, 6, 8, 0] + ip)),
        ("SLL", .linuxSLL, [UInt8](repeating: 0, count: 14) + [8, 0] + ip),
        ("SLL2", .linuxSLL2, [8, 0] + [UInt8](repeating: 0, count: 18) + ip),
        ("NULL, little-endian", .null, [2, 0, 0, 0] + ip),
        ("LOOP", .loop, [0, 0, 0, 2] + ip),
        ("raw", .raw, ip),
        ("802.11", LinkType(rawValue: 105), [0x08, 1] + [UInt8](repeating: 0, count: 22) + snap + ip),
        (
            "radiotap", LinkType(rawValue: 127),
            [0, 0, 8, 0, 0, 0, 0, 0, 0x88, 1] + [UInt8](repeating: 0, count: 24) + snap + ip
        ),
        ("Token Ring", LinkType(rawValue: 6), [UInt8](repeating: 0, count: 14) + snap + ip),
        ("Frame Relay", LinkType(rawValue: 107), [0x18, 0x41, 0x03, 0xCC] + ip),
        ("PPP", LinkType(rawValue: 9), [0xFF, 0x03, 0x00, 0x21] + ip),
        ("netfilter log", LinkType(rawValue: 239), [2, 0, 0, 0] + [8, 0, 5, 0, 0, 0, 0, 0] + [64, 0, 9, 0] + ip),
        ("MPLS", .ethernet, PacketBuilder.ethernet(0x8847, [0, 0, 0x10, 64, 0, 0, 0x21, 64] + ip)),
        (
            "PPPoE", .ethernet,
            PacketBuilder.ethernet(0x8864, [0x11, 0, 0, 1] + PacketBuilder.be(UInt16(2 + ip.count)) + [0, 0x21] + ip)
        ),
        (
            "GRE", .raw,
            PacketBuilder.ipv4(PacketBuilder.client, PacketBuilder.server, 47, [0x20, 0, 8, 0, 0, 0, 0, 7] + ip)
        ),
        ("IP in IP", .raw, PacketBuilder.ipv4(PacketBuilder.client, PacketBuilder.server, 4, ip)),
        (
            "VXLAN", .raw,
            PacketBuilder.ipv4(
                PacketBuilder.client, PacketBuilder.server, 17,
                PacketBuilder.udp(
                    PacketBuilder.client, PacketBuilder.Side(port: 4789),
                    [8, 0, 0, 0, 0, 0, 1, 0] + PacketBuilder.ethernet(0x0800, ip)))
        ),
        ("IPv4", .ipv4, ip),
        (
            "IPv4 with options", .raw,
            PacketBuilder.ipv4(
                PacketBuilder.client, PacketBuilder.server, 6, segment, options: [1, 1, 1, 0])
        ),
        (
            "IPv4, length 0", .raw,
            PacketBuilder.ipv4(
                PacketBuilder.client, PacketBuilder.server, 6, segment, totalLength: 0)
        ),
        ("Ethernet padding", .ethernet, PacketBuilder.ethernet(0x0800, ip + [9, 9, 9, 9])),
        ("IPv6", .ethernet, PacketBuilder.ethernet(0x86DD, PacketBuilder.ipv6(6, segment))),
        (
            "IPv6 with extensions", .raw,
            PacketBuilder.ipv6(
                0, [60, 0, 1, 4, 0, 0, 0, 0] + [44, 0, 1, 4, 0, 0, 0, 0] + [6, 0, 0, 0, 0, 0, 0, 9] + segment)
        ),
    ]

    @Test("every encapsulation gives the segment", arguments: encapsulations.indices)
    func encapsulation(_ index: Int) throws {
        let (name, link, bytes) = Self.encapsulations[index]
        var builder = PacketBuilder()
        builder.batch.linkTypes = [link]
        builder.add(bytes)
        guard case .tcp(let segment) = dissect(builder.batch.records[0], in: builder.batch) else {
            Issue.record("\(name) is not taken as TCP")
            return
        }
        #expect(segment.sequence == 1000)
        #expect(segment.acknowledgement == 2000)
        #expect(segment.flags == [.psh, .ack])
        #expect(segment.window == 77)
        #expect(segment.sourcePort == 40_000)
        #expect(segment.destination.port == 6379)
        #expect(segment.payloadLength == 4)
        #expect(segment.capturedPayloadLength == 4)
        let payload = builder.batch.bytes[segment.payloadOffset..<segment.payloadOffset + 4]
        #expect(Array(payload) == Array("PING".utf8))
    }

    @Test("what most packets are, read in one go, gives what the way through the layers gives")
    func usual() {
        var random = SeededGenerator(state: 7)
        let stamps: [UInt8] = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]
        var found = 0
        for round in 0..<20_000 {
            let payload = [UInt8](repeating: 65, count: Int.random(in: 0...20, using: &random))
            let segment = PacketBuilder.segment(
                PacketBuilder.client, PacketBuilder.server, 1000, 2000, .psh, 77, stamps, payload)
            let ip = PacketBuilder.ipv4(
                PacketBuilder.client, PacketBuilder.server, 6, segment,
                identification: UInt16(truncatingIfNeeded: round))
            // The same bytes are an Ethernet frame from 6 on, and an SLL2 frame, which is never read in one go.
            var bytes = [8, 0, 0, 0, 0, 0] + PacketBuilder.ethernet(0x0800, ip)
            for _ in 0..<round % 3 {
                bytes[Int.random(in: 20..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let kept = round % 2 == 0 ? bytes.count : Int.random(in: 20...bytes.count, using: &random)
            let padding = Int.random(in: 0...6, using: &random)
            let outcomes = [(LinkType.ethernet, 6), (.linuxSLL2, 0)].map { link, offset in
                let record = PacketRecord(
                    number: 1, time: Timestamp(nanoseconds: 0), offset: offset, capturedLength: kept - offset,
                    wireLength: bytes.count + padding - offset)
                return dissect(record, in: PacketBatch(bytes: bytes, records: [record], linkTypes: [link]))
            }
            #expect(String(reflecting: outcomes[0]) == String(reflecting: outcomes[1]))
            if case .tcp = outcomes[0] { found += 1 }
        }
        #expect(found > 5000)
    }

    @Test("options are read: timestamps, window scale, MSS, SACK")
    func options() throws {
        var builder = PacketBuilder()
        let sack: [UInt8] = [5, 10] + PacketBuilder.be(UInt32(7)) + PacketBuilder.be(UInt32(9))
        builder.tcp(
            PacketBuilder.client, PacketBuilder.server, seq: 1, .syn,
            options: [2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7] + [1, 1] + sack)
        guard case .tcp(let segment) = dissect(builder.batch.records[0], in: builder.batch) else {
            Issue.record("not TCP")
            return
        }
        #expect(segment.maximumSegmentSize == 1460)
        #expect(segment.sackPermitted)
        #expect(segment.timestampValue == 1)
        #expect(segment.timestampEcho == 2)
        #expect(segment.windowScale == 7)
        #expect(segment.sackBlocks == 1)
    }

    @Test("a datagram's payload, a cut payload, fragments and other protocols are told apart")
    func others() {
        var builder = PacketBuilder()
        let udp = PacketBuilder.udp(PacketBuilder.client, PacketBuilder.server, [1, 2, 3])
        builder.add(
            PacketBuilder.ethernet(0x0800, PacketBuilder.ipv4(PacketBuilder.client, PacketBuilder.server, 17, udp)))
        builder.add(PacketBuilder.ethernet(0x0800, Self.ip), keep: 14 + 40 + 1)
        builder.add(
            PacketBuilder.ethernet(
                0x0800,
                PacketBuilder.ipv4(PacketBuilder.client, PacketBuilder.server, 6, Self.segment, fragment: 0x2000)))
        builder.add(PacketBuilder.ethernet(0x0806, [0, 0]))
        builder.add(PacketBuilder.ethernet(0x0800, Self.ip), keep: 30)
        let batch = builder.batch
        if case .udp(let datagram) = dissect(batch.records[0], in: batch) {
            #expect(Array(batch.bytes[datagram.payload]) == [1, 2, 3])
            #expect(datagram.source.description == "127.0.0.1:40000")
        } else {
            Issue.record("not UDP")
        }
        if case .tcp(let segment) = dissect(batch.records[1], in: batch) {
            #expect(segment.payloadLength == 4)
            #expect(segment.capturedPayloadLength == 1)
        } else {
            Issue.record("not TCP")
        }
        for (index, reason) in [(2, NotTransport.fragment), (3, .notIP), (4, .cut)] {
            guard case .other(let found) = dissect(batch.records[index], in: batch) else {
                Issue.record("packet \(index) is taken as transport")
                continue
            }
            #expect(found == reason)
        }
    }

    @Test("mutated packets never trap and never claim bytes beyond the packet")
    func mutations() {
        var generator = SeededGenerator(state: 42)
        for round in 0..<20_000 {
            let (_, link, bytes) = Self.encapsulations[round % Self.encapsulations.count]
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                mutated[Int.random(in: 0..<mutated.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            var builder = PacketBuilder()
            builder.batch.linkTypes = [link]
            builder.add(mutated, keep: Int.random(in: 0...mutated.count, using: &generator))
            let end = builder.batch.bytes.count
            switch dissect(builder.batch.records[0], in: builder.batch) {
            case .tcp(let segment):
                #expect(segment.payloadOffset + segment.capturedPayloadLength <= end)
                #expect(segment.capturedPayloadLength <= segment.payloadLength)
            case .udp(let datagram):
                #expect(datagram.payload.upperBound <= end)
            case .other: break
            }
        }
    }

    @Test("a source route ends at its last hop, whose address is the destination; a finished one does not count")
    func sourceRoutes() throws {
        let from = PacketBuilder.client
        let segment = PacketBuilder.segment(from, PacketBuilder.server, 1000, 2000)
        let route = { (kind: UInt8, pointer: UInt8) in
            PacketBuilder.ipv4(
                from, PacketBuilder.server, 6, segment, options: [1, kind, 11, pointer, 10, 0, 0, 7, 10, 0, 0, 8])
        }
        let last = IPAddress.v4(0x0A00_0008)
        let own = IPAddress.v4(PacketBuilder.server.address)
        for (bytes, expected) in [
            (route(131, 4), last), (route(137, 8), last), (route(131, 12), own), (route(7, 4), own),
        ] {
            #expect(try Self.destination(bytes) == expected)
        }
        let address = { (number: UInt8) in [0xFD] + [UInt8](repeating: 0, count: 14) + [number] }
        let header = { (type: UInt8, left: UInt8) in
            PacketBuilder.ipv6(43, [6, 4, type, left, 0, 0, 0, 0] + address(8) + address(9) + segment)
        }
        let (first, second, loopback) = (IPAddress.v6(0xFD << 56, 8), IPAddress.v6(0xFD << 56, 9), IPAddress.v6(0, 1))
        for (type, expected) in [(0, second), (2, second), (3, second), (4, first), (9, loopback)]
            as [(UInt8, IPAddress)]
        {
            #expect(try Self.destination(header(type, 1)) == expected, "type \(type)")
            #expect(try Self.destination(header(type, 0)) == loopback, "type \(type)")
        }
    }

    static func destination(_ bytes: [UInt8]) throws -> IPAddress? {
        var builder = PacketBuilder()
        builder.batch.linkTypes = [.raw]
        builder.add(bytes)
        guard case .tcp(let segment) = dissect(builder.batch.records[0], in: builder.batch) else { return nil }
        return segment.destination.address
    }
}
