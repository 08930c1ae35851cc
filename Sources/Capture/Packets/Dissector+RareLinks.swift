/// Link types that captures of server tests rarely have: radio, rings, and what firewalls log.
/// <https://www.tcpdump.org/linktypes.html>
extension Dissector {
    mutating func rareLink(_ type: LinkType, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 8 else { return .other(.cut) }
        let start = layer.start
        switch type.rawValue {
        case 6: return tokenRing(bytes, layer)
        case 105: return wireless(bytes, layer)
        case 107: return frameRelay(bytes, layer)
        case 109: return skip(12, bytes, layer) { $0.ip(bytes, $1) }  // OpenBSD's IPsec interface
        case 117:  // OpenBSD's packet filter log: the header's length, rounded up
            return skip((Int(bytes.u8(start)) + 3) & ~3, bytes, layer) { $0.ip(bytes, $1) }
        case 119: return skip(144, bytes, layer) { $0.wireless(bytes, $1) }  // Prism
        case 127:  // radiotap: the length is little-endian
            return skip(Int(bytes.be16(start + 2).byteSwapped), bytes, layer) { $0.wireless(bytes, $1) }
        case 163:  // AVS
            return skip(Int(bytes.be32(start + 4)), bytes, layer) { $0.wireless(bytes, $1) }
        case 192:  // PPI: the length, and the link type within
            let inner = LinkType(rawValue: bytes.be32(start + 4).byteSwapped)
            return skip(Int(bytes.be16(start + 2).byteSwapped), bytes, layer) { dissector, payload in
                dissector.nested { $0.link(inner, bytes, payload) }
            }
        case 239: return netfilterLog(bytes, layer)
        default: return .other(.unknownLinkType)
        }
    }

    private mutating func skip(
        _ count: Int, _ bytes: RawSpan, _ layer: Layer, _ inner: (inout Dissector, Layer) -> Outcome
    ) -> Outcome {
        guard layer.captured >= count else { return .other(.cut) }
        return inner(&self, layer.dropping(count))
    }

    /// IEEE 802.11 data frames that are not encrypted.
    private mutating func wireless(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 24 else { return .other(.cut) }
        let control = bytes.u8(layer.start)
        let flags = bytes.u8(layer.start + 1)
        // Data, with a body, and not protected.
        guard control & 0x0C == 0x08, control & 0x40 == 0, flags & 0x40 == 0 else { return .other(.notIP) }
        var length = 24
        if flags & 0x03 == 0x03 { length += 6 }
        if control & 0x80 != 0 { length += flags & 0x80 != 0 ? 6 : 2 }
        return skip(length, bytes, layer) { $0.logicalLink(bytes, $1) }
    }

    /// Token Ring, with a routing field where the source address says so.
    private mutating func tokenRing(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 15 else { return .other(.cut) }
        let routing = bytes.u8(layer.start + 8) & 0x80 != 0 ? Int(bytes.u8(layer.start + 14) & 0x1F) : 0
        return skip(14 + routing, bytes, layer) { $0.logicalLink(bytes, $1) }
    }

    /// Frame Relay with RFC 2427's encapsulation.
    private mutating func frameRelay(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard bytes.u8(layer.start + 2) == 0x03 else {
            // Cisco's: an EtherType after the address.
            return protocolType(bytes.be16(layer.start + 2), bytes, layer.dropping(4))
        }
        switch bytes.u8(layer.start + 3) {
        case 0xCC: return ipv4(bytes, layer.dropping(4))
        case 0x8E: return ipv6(bytes, layer.dropping(4))
        case 0x00:  // padding, then SNAP
            guard layer.captured >= 10, bytes.u8(layer.start + 4) == 0x80 else { return .other(.notIP) }
            return protocolType(bytes.be16(layer.start + 8), bytes, layer.dropping(10))
        default: return .other(.notIP)
        }
    }

    /// Linux's netfilter log: attributes, of which number 9 is the packet.
    private mutating func netfilterLog(_ bytes: RawSpan, _ frame: Layer) -> Outcome {
        var layer = frame.dropping(4)
        while layer.captured >= 4 {
            let length = Int(bytes.be16(layer.start).byteSwapped)
            let type = bytes.be16(layer.start + 2).byteSwapped & 0x7FFF
            guard length >= 4 else { return .other(.malformed) }
            if type == 9 { return ip(bytes, layer.dropping(4).clipped(to: length - 4)) }
            let padded = (length + 3) & ~3
            guard padded <= layer.captured else { return .other(.cut) }
            layer = layer.dropping(padded)
        }
        return .other(.notIP)
    }
}
