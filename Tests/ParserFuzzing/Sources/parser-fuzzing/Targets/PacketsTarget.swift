@testable import Capture

/// Packets of every link type, and what is made of them: flows, exchanges, Wireshark's flags, two-point matching.
///
/// Input: a link type's place in `linkTypes`, plus a multiple of their number that tells what all UDP ports carry; then
/// packets, each as a length of two bytes, of which the upper four bits
/// say how many more bytes the packet had on the wire, and its bytes.
struct PacketsTarget: ParserTarget {
    let name = "packets"

    private static let linkTypes: [UInt32] = [
        101, 1, 0, 6, 9, 10, 12, 14, 50, 51, 104, 105, 107, 108, 109, 113, 117, 119, 127, 163, 192, 228, 229, 239, 276,
        147,
    ]

    func run(_ input: [UInt8]) {
        let batch = Self.batch(input)
        let decoding = Self.decoding(input)
        for record in batch.records { Self.check(record, batch, decoding) }
        let flows = FlowProperties.flows([batch], decoding: decoding)
        FlowProperties.check(flows)
        let split = FlowProperties.split(batch)
        let apart = FlowProperties.flows(split, decoding: decoding)
        requireEqual(apart.map(FlowProperties.text), flows.map(FlowProperties.text), "batches do not matter")
        requireEqual(
            DatagramsTarget.exchanges(split, decoding: decoding).map(DatagramsTarget.text),
            DatagramsTarget.exchanges([batch], decoding: decoding).map(DatagramsTarget.text), "batches do not matter")
        var wireshark = WiresharkAnalysis(decoding: decoding)
        _ = wireshark.add(batch)
        var matcher = TwoPointMatcher(serverPort: 6379, decoding: decoding)
        matcher.add(batch, at: .client)
        matcher.add(
            PacketBatch(bytes: batch.bytes, records: batch.records.reversed(), linkTypes: batch.linkTypes), at: .server)
        _ = matcher.finish()
    }

    private static func decoding(_ input: [UInt8]) -> UDPDecoding {
        var decoding = UDPDecoding.usual
        let choice = Int(input.first ?? 0) / linkTypes.count
        guard choice > 0 else { return decoding }
        let kinds = UDPDecoding.Payload.allCases
        require(decoding.add("udp.port=0-65535,\(kinds[(choice - 1) % kinds.count].rawValue)"), "a rule is understood")
        return decoding
    }

    private static func batch(_ input: [UInt8]) -> PacketBatch {
        var reader = InputReader(input)
        let type = LinkType(rawValue: linkTypes[Int(reader.u8()) % linkTypes.count])
        var batch = PacketBatch(linkTypes: [type])
        while !reader.isAtEnd {
            let lengths = reader.u16()
            let bytes = reader.take(Int(lengths & 0x0FFF))
            let number = batch.records.count + 1
            batch.records.append(
                PacketRecord(
                    number: number, time: Timestamp(nanoseconds: Int64(number) * 1000), offset: batch.bytes.count,
                    capturedLength: bytes.count, wireLength: bytes.count + Int(lengths >> 12)))
            batch.bytes += bytes
        }
        return batch
    }

    /// A packet says the same wherever it lies and whatever lies around it, and lies within itself.
    private static func check(_ record: PacketRecord, _ batch: PacketBatch, _ decoding: UDPDecoding) {
        let here = fields(dissect(record, in: batch, decoding: decoding), record)
        let bytes = batch.bytes[record.offset..<record.offset + record.capturedLength]
        for (before, around) in [(0, UInt8(0)), (3, UInt8(0xFF))] {
            var moved = record
            moved.offset = before
            let fence = [UInt8](repeating: around, count: 64)
            let other = PacketBatch(
                bytes: fence.prefix(before) + bytes + fence, records: [moved], linkTypes: batch.linkTypes)
            requireEqual(
                fields(dissect(moved, in: other, decoding: decoding), moved), here, "only a packet's own bytes are read"
            )
        }
    }

    private static func fields(_ dissected: Dissected, _ record: PacketRecord) -> [UInt64] {
        let end = record.offset + record.capturedLength
        switch dissected {
        case .tcp(let segment):
            require(segment.payloadOffset >= record.offset, "the payload lies in the packet")
            require(segment.payloadOffset + segment.capturedPayloadLength <= end, "the payload ends in the packet")
            require(segment.optionsOffset + segment.optionsLength <= end, "the options end in the packet")
            require(segment.capturedPayloadLength <= segment.payloadLength, "no more is kept than the packet had")
            return numbers(segment, record.offset)
        case .udp(let datagram):
            require(datagram.payload.lowerBound >= record.offset, "the payload lies in the packet")
            require(datagram.payload.upperBound <= end, "the payload ends in the packet")
            require(datagram.payload.count <= datagram.payloadLength, "no more is kept than the packet had")
            let ports = [UInt64(datagram.source.port), UInt64(datagram.destination.port)]
            return ports + [UInt64(datagram.payload.count), UInt64(datagram.payloadLength)]
        case .other(let reason): return Array(reason.rawValue.utf8.map(UInt64.init))
        }
    }

    private static func numbers(_ segment: Segment, _ start: Int) -> [UInt64] {
        let places = [segment.headerOffset, segment.optionsOffset, segment.payloadOffset].map { UInt64($0 - start) }
        let lengths = [segment.optionsLength, segment.payloadLength, segment.capturedPayloadLength, segment.sackBlocks]
        let addresses = [segment.sourceHigh, segment.sourceLow, segment.destinationHigh, segment.destinationLow]
        let words = [
            segment.sequence, segment.acknowledgement, segment.identification ?? 0, segment.timestampValue ?? 0,
            segment.timestampEcho, UInt32(segment.maximumSegmentSize ?? 0), UInt32(segment.windowScale ?? 255),
            UInt32(segment.sourcePort), UInt32(segment.destinationPort), UInt32(segment.flags.rawValue),
            UInt32(segment.window), UInt32(segment.timeToLive), segment.isIPv6 ? 1 : 0, segment.sackPermitted ? 1 : 0,
        ]
        return places + lengths.map(UInt64.init) + addresses + words.map(UInt64.init)
    }

    func seeds() -> [[UInt8]] {
        let ping = PacketBytes.connection(request: Array("PING\r\n".utf8), reply: Array("+PONG\r\n".utf8))
        let raw = ping[3]
        let tcp = Array(raw.dropFirst(20))
        let link: [(UInt32, [[UInt8]])] = [
            (101, ping), (101, Self.tunnels(raw)), (101, [PacketBytes.ipv6(6, tcp)]),
            (101, [PacketBytes.ipv6(0, [60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0] + tcp)]),
            (101, fragments(tcp)), (1, [PacketBytes.ethernet(0x0800, raw)]),
            (1, [PacketBytes.ethernet(0x8100, [0, 1, 8, 0] + raw)]),
            (1, [PacketBytes.ethernet(0x8847, [0, 0, 0x11, 64] + raw)]),
            (1, [PacketBytes.ethernet(0x8864, [0x11, 0, 0, 1, 0, 60, 0, 0x21] + raw)]),
            (1, [PacketBytes.ethernet(0x88E7, [0, 0, 0, 1] + PacketBytes.ethernet(0x0800, raw))]),
            (1, [PacketBytes.ethernet(0x8903, [0, 1] + PacketBytes.ethernet(0x0800, raw) + [0, 0, 0, 0])]),
            (1, [PacketBytes.ethernet(100, [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + raw)]),
            (0, [[2, 0, 0, 0] + raw]), (108, [[0, 0, 0, 2] + raw]),
            (113, [[UInt8](repeating: 0, count: 14) + [8, 0] + raw]),
            (276, [[8, 0] + [UInt8](repeating: 0, count: 18) + raw]), (9, [[0xFF, 3, 0, 0x21] + raw]),
            (104, [[0x0F, 0, 8, 0] + raw]), (109, [[UInt8](repeating: 0, count: 12) + raw]),
            (117, [[61, 2] + [UInt8](repeating: 0, count: 62) + raw]),
            (239, [[2, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0, 64, 0, 9, 0] + raw]),
            (105, [Self.wireless(raw)]), (127, [[0, 0, 8, 0, 0, 0, 0, 0] + Self.wireless(raw)]),
            (192, [[0, 0, 8, 0, 101, 0, 0, 0] + raw]), (107, [[0x18, 0x41, 3, 0xCC] + raw]),
            (10, [[UInt8](repeating: 0, count: 13) + [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + raw]),
            (6, [[UInt8](repeating: 0, count: 14) + [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + raw]),
        ]
        let usual = link.map { type, packets in
            [UInt8(Self.linkTypes.firstIndex(of: type)!)] + packets.flatMap { PacketBytes.be(UInt16($0.count)) + $0 }
        }
        // All ports carry VXLAN, its extension, Geneve, …
        let tunnels = Self.tunnels(raw)
        return usual
            + (1...8).map { choice in
                [UInt8(choice * Self.linkTypes.count)] + tunnels.flatMap { PacketBytes.be(UInt16($0.count)) + $0 }
            }
    }

    private static func wireless(_ packet: [UInt8]) -> [UInt8] {
        [0x08, 0x01] + [UInt8](repeating: 0, count: 22) + [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + packet
    }

    /// One packet in each kind of tunnel.
    private static func tunnels(_ packet: [UInt8]) -> [[UInt8]] {
        let frame = PacketBytes.ethernet(0x0800, packet)
        let datagrams: [(UInt16, [UInt8])] = [
            (4789, [8, 0, 0, 0, 0, 0, 1, 0] + frame), (6081, [0, 0, 0x65, 0x58, 0, 0, 1, 0] + frame),
            (2152, [0x30, 0xFF, 0, 60, 0, 0, 0, 1] + packet), (1701, [0, 2, 0, 1, 0, 1, 0, 0x21] + packet),
            (3544, PacketBytes.ipv6(6, Array(packet.dropFirst(20)))), (8472, [8, 0, 0, 0, 0, 0, 1, 0] + frame),
            (4790, [0x0C, 0, 0, 1, 0, 0, 1, 0] + packet), (6635, [0, 0, 0x11, 64] + packet),
            (4754, [0, 0, 8, 0] + packet), (7, Array("plain".utf8)),
        ]
        let quoted = PacketBytes.ipv4(17, PacketBytes.udp(7, 7, Array("plain".utf8)))
        return [
            PacketBytes.ipv4(4, packet), PacketBytes.ipv4(41, PacketBytes.ipv6(6, Array(packet.dropFirst(20)))),
            PacketBytes.ipv4(47, [0x30, 1, 8, 0, 0, 0, 0, 1, 0, 0, 0, 2] + packet),
            PacketBytes.ipv4(47, [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 8) + frame),
            PacketBytes.ipv4(97, [0x30, 0] + frame), PacketBytes.ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + packet),
            PacketBytes.ipv4(1, [3, 4, 0, 0, 0, 0, 5, 0] + quoted),
        ] + datagrams.map { PacketBytes.ipv4(17, PacketBytes.udp($0.0, $0.0, $0.1)) }
    }

    private func fragments(_ tcp: [UInt8]) -> [[UInt8]] {
        let inner = PacketBytes.ipv4(6, tcp, identification: 7)
        return [
            PacketBytes.ipv4(4, Array(inner.prefix(24)), identification: 9, fragment: 0x2000),
            PacketBytes.ipv4(4, Array(inner.dropFirst(24)), identification: 9, fragment: 3),
        ]
    }
}
