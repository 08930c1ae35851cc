/// Link headers, and what an EtherType leads to.
extension Dissector {
    mutating func link(_ type: LinkType, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        switch type {
        case .ethernet:
            return ethernet(bytes, layer)
        case .linuxSLL:
            guard layer.captured >= 16 else { return .other(.cut) }
            return protocolType(bytes.be16(layer.start + 14), bytes, layer.dropping(16))
        case .linuxSLL2:
            guard layer.captured >= 20 else { return .other(.cut) }
            return protocolType(bytes.be16(layer.start), bytes, layer.dropping(20))
        case .null, .loop:
            guard layer.captured >= 4 else { return .other(.cut) }
            return addressFamily(bytes.be32(layer.start), bytes, layer.dropping(4))
        case .raw, .rawBSD, .rawOpenBSD, .ipv4, .ipv6:
            return ip(bytes, layer)
        case .ppp, .pppHDLC:
            return ppp(bytes, layer)
        case .pppEthernet:
            return etherType(0x8864, bytes, layer)
        case .ciscoHDLC:
            guard layer.captured >= 4 else { return .other(.cut) }
            return protocolType(bytes.be16(layer.start + 2), bytes, layer.dropping(4))
        case .fddi:
            guard layer.captured >= 13 else { return .other(.cut) }
            return logicalLink(bytes, layer.dropping(13))
        default:
            return rareLink(type, bytes, layer)
        }
    }

    @inline(__always)
    mutating func ethernet(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 14 else { return .other(.cut) }
        return etherType(bytes.be16(layer.start + 12), bytes, layer.dropping(14))
    }

    /// An EtherType where no length may stand in its place, as after an Ethernet address.
    mutating func protocolType(_ number: UInt16, _ bytes: RawSpan, _ payload: Layer) -> Outcome {
        number <= Self.maximumFrameLength ? logicalLink(bytes, payload) : etherType(number, bytes, payload)
    }

    /// The largest number in an EtherType's place that is a length (IEEE 802.3, section 3.2.6).
    private static let maximumFrameLength: UInt16 = 1500

    /// What an EtherType leads to, or a frame's length in its place.
    mutating func etherType(_ number: UInt16, _ bytes: RawSpan, _ payload: Layer) -> Outcome {
        if number == 0x0800 { return ipv4(bytes, payload) }
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
            case 0x8847, 0x8848: return mpls(bytes, layer)
            case 0x8864:  // PPPoE session: version, code, session, length (RFC 2516)
                guard layer.captured >= 6 else { return .other(.cut) }
                let length = Int(bytes.be16(layer.start + 4))
                return ppp(bytes, layer.dropping(6).clipped(to: length))
            case 0x880B: return ppp(bytes, layer)
            case 0x6558: return nested { $0.ethernet(bytes, layer) }
            case 0x8903:  // Cisco FabricPath: two bytes of tag, then a frame with its check sequence
                guard layer.captured >= 6 else { return .other(.cut) }
                let frame = layer.wireEnd - layer.start - 6
                return nested { $0.ethernet(bytes, layer.dropping(2).clipped(to: frame)) }
            case 0x88E7:  // IEEE 802.1ah: four bytes of tag, then a frame
                return nested { $0.ethernet(bytes, layer.dropping(4)) }
            case 0...Self.maximumFrameLength: return logicalLink(bytes, layer.clipped(to: Int(type)))
            default: return .other(.notIP)
            }
        }
        return .other(.malformed)
    }

    /// LLC (IEEE 802.2) with SNAP, or with IP's own service access point.
    mutating func logicalLink(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 3 else { return .other(.cut) }
        let points = bytes.be16(layer.start)
        if points == 0x0606 { return ipv4(bytes, layer.dropping(3)) }
        guard points == 0xAAAA else { return .other(.notIP) }
        guard layer.captured >= 8 else { return .other(.cut) }
        let type = bytes.be16(layer.start + 6)
        return type <= 1500 ? .other(.notIP) : nested { $0.etherType(type, bytes, layer.dropping(8)) }
    }

    /// The family is in the byte order of the host that wrote it, and each BSD has its own number for IPv6.
    private mutating func addressFamily(_ bigEndian: UInt32, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        switch bigEndian > 0xFFFF ? bigEndian.byteSwapped : bigEndian {
        case 2: return ipv4(bytes, layer)
        case 10, 24, 28, 30: return ipv6(bytes, layer)
        default: return .other(.notIP)
        }
    }

    /// PPP (RFC 1661), with or without HDLC address and control, with a protocol field of one byte or two.
    mutating func ppp(_ bytes: RawSpan, _ frame: Layer) -> Outcome {
        var layer = frame
        guard layer.captured >= 2 else { return .other(.cut) }
        if bytes.be16(layer.start) == 0xFF03 { layer = layer.dropping(2) }
        guard layer.captured >= 2 else { return .other(.cut) }
        let isShort = bytes.u8(layer.start) & 1 == 1
        let number = isShort ? UInt16(bytes.u8(layer.start)) : bytes.be16(layer.start)
        layer = layer.dropping(isShort ? 1 : 2)
        switch number {
        case 0x0021: return ipv4(bytes, layer)
        case 0x0057: return ipv6(bytes, layer)
        case 0x0281: return mpls(bytes, layer)
        default: return .other(.notIP)
        }
    }

    /// MPLS (RFC 3032): labels to the bottom of the stack, then what the first nibble says.
    mutating func mpls(_ bytes: RawSpan, _ payload: Layer) -> Outcome {
        var layer = payload
        for _ in 0..<Self.maximumHeaders {
            guard layer.captured >= 5 else { return .other(.cut) }
            let isBottom = bytes.u8(layer.start + 2) & 1 == 1
            layer = layer.dropping(4)
            guard isBottom else { continue }
            switch bytes.u8(layer.start) >> 4 {
            case 4, 6: return ip(bytes, layer)
            case 0:  // pseudowire control word: it counts in the length that it tells of short frames (RFC 4385)
                guard layer.captured >= 4 else { return .other(.cut) }
                let length = Int(bytes.u8(layer.start + 1) & 0x3F)
                return nested { $0.ethernet(bytes, layer.clipped(to: length).dropping(4)) }
            default: return nested { $0.ethernet(bytes, layer) }
            }
        }
        return .other(.malformed)
    }

    /// Goes one tunnel deeper, within the bound.
    mutating func nested(_ inner: (inout Dissector) -> Outcome) -> Outcome {
        guard depth < Self.maximumHeaders else { return .other(.malformed) }
        depth += 1
        defer { depth -= 1 }
        return inner(&self)
    }
}
