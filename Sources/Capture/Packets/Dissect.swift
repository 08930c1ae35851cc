/// Takes one packet apart down to TCP or UDP.
///
/// Knows Ethernet (VLAN and QinQ tags), Linux SLL and SLL2, BSD NULL and LOOP, raw IP, IPv4 with options, IPv6 with
/// extension headers. The payload's length comes from the IP length; an IPv4 total length of 0, which segmentation
/// offload leaves in super-packets, means "all that the packet had". Checksums are not looked at: on loopback they are
/// never finished. Allocates nothing.
public func dissect(_ record: PacketRecord, in batch: PacketBatch) -> Dissected {
    var dissector = Dissector()
    switch dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) {
    case .tcp: return .tcp(dissector.segment)
    case .udp: return .udp(Datagram(dissector.segment))
    case .other(let reason): return .other(reason)
    }
}

/// The dissection without the copies: the last packet's fields stay in `segment`.
struct Dissector {
    /// The fields of the last TCP segment; of a UDP datagram only addresses, ports and payload.
    var segment = Segment()

    enum Outcome {
        case tcp
        case udp
        case other(NotTransport)
    }

    /// The most VLAN tags and the most IPv6 extension headers walked; more is malformed.
    static let maximumHeaders = 16

    /// Takes `record` apart; `bytes` and `linkTypes` are its batch's.
    mutating func dissect(_ record: PacketRecord, _ bytes: RawSpan, _ linkTypes: [LinkType]) -> Outcome {
        let start = record.offset
        guard start >= 0, record.capturedLength >= 0, record.capturedLength <= bytes.byteCount - start,
            linkTypes.indices.contains(record.interface)
        else { return .other(.malformed) }
        let layer = Layer(
            start: start, end: start + record.capturedLength,
            wireEnd: start + max(record.capturedLength, record.wireLength))
        return link(linkTypes[record.interface], bytes, layer)
    }

    /// Where a protocol's bytes lie: those captured end at `end`, those of the wire would have ended at `wireEnd`.
    struct Layer {
        var start: Int
        var end: Int
        var wireEnd: Int

        var captured: Int { end - start }

        func dropping(_ count: Int) -> Layer {
            Layer(start: start + count, end: end, wireEnd: wireEnd)
        }
    }

    private mutating func link(_ type: LinkType, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        switch type {
        case .ethernet:
            guard layer.captured >= 14 else { return .other(.cut) }
            return etherType(bytes.be16(layer.start + 12), bytes, layer.dropping(14))
        case .linuxSLL:
            guard layer.captured >= 16 else { return .other(.cut) }
            return etherType(bytes.be16(layer.start + 14), bytes, layer.dropping(16))
        case .linuxSLL2:
            guard layer.captured >= 20 else { return .other(.cut) }
            return etherType(bytes.be16(layer.start), bytes, layer.dropping(20))
        case .null, .loop:
            guard layer.captured >= 4 else { return .other(.cut) }
            return addressFamily(bytes.be32(layer.start), bytes, layer.dropping(4))
        case .raw, .rawBSD, .rawOpenBSD, .ipv4, .ipv6:
            return ip(bytes, layer)
        default:
            return .other(.unknownLinkType)
        }
    }

    private mutating func etherType(_ number: UInt16, _ bytes: RawSpan, _ payload: Layer) -> Outcome {
        var type = number
        var layer = payload
        for _ in 0..<Self.maximumHeaders {
            switch type {
            case 0x0800: return ipv4(bytes, layer)
            case 0x86DD: return ipv6(bytes, layer)
            case 0x8100, 0x88A8, 0x9100, 0x9200:
                guard layer.captured >= 4 else { return .other(.cut) }
                type = bytes.be16(layer.start + 2)
                layer = layer.dropping(4)
            default: return .other(.notIP)
            }
        }
        return .other(.malformed)
    }

    /// The family is in the byte order of the host that wrote it, and each BSD has its own number for IPv6.
    private mutating func addressFamily(_ bigEndian: UInt32, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        switch bigEndian > 0xFFFF ? bigEndian.byteSwapped : bigEndian {
        case 2: return ipv4(bytes, layer)
        case 10, 24, 28, 30: return ipv6(bytes, layer)
        default: return .other(.notIP)
        }
    }

    private mutating func ip(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured > 0 else { return .other(.cut) }
        switch bytes.u8(layer.start) >> 4 {
        case 4: return ipv4(bytes, layer)
        case 6: return ipv6(bytes, layer)
        default: return .other(.notIP)
        }
    }
}
