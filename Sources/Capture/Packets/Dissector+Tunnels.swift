/// Packets within packets.
extension Dissector {
    /// IP protocols that carry packets.
    mutating func tunnel(_ number: UInt8, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        switch number {
        case 4: return nested { $0.ipv4(bytes, layer) }
        case 41: return nested { $0.ipv6(bytes, layer) }
        case 47: return nested { $0.gre(bytes, layer) }
        case 97: return nested { $0.ethernet(bytes, layer.dropping(2)) }  // EtherIP (RFC 3378)
        case 137: return nested { $0.etherType(0x8847, bytes, layer) }  // MPLS in IP (RFC 4023)
        default: return .other(.otherTransport)
        }
    }

    /// A datagram's payload as packets; nil where it is none.
    mutating func tunnel(_ kind: UDPDecoding.Payload, _ bytes: RawSpan, _ layer: Layer) -> Outcome? {
        switch kind {
        case .vxlan:
            guard layer.captured >= 8, bytes.u8(layer.start) & 0x08 != 0 else { return nil }
            return nested { $0.ethernet(bytes, layer.dropping(8)) }
        case .vxlanGPE: return genericExtension(bytes, layer)
        case .geneve:
            guard layer.captured >= 8, bytes.u8(layer.start) >> 6 == 0 else { return nil }
            let options = Int(bytes.u8(layer.start) & 0x3F) * 4
            guard layer.captured >= 8 + options else { return nil }
            let type = bytes.be16(layer.start + 2)
            return nested { $0.protocolType(type, bytes, layer.dropping(8 + options)) }
        case .gtp: return userPlane(bytes, layer)
        case .l2tp: return layer2Tunnel(bytes, layer)
        case .teredo:  // with an origin indication or not
            guard layer.captured >= 8 else { return nil }
            let skip = bytes.be16(layer.start) == 0 ? 8 : 0
            guard layer.captured >= skip + 40, bytes.u8(layer.start + skip) >> 4 == 6 else { return nil }
            return nested { $0.ipv6(bytes, layer.dropping(skip)) }
        case .gre: return nested { $0.gre(bytes, layer) }
        case .mpls: return nested { $0.mpls(bytes, layer) }
        case .ethernet: return nested { $0.ethernet(bytes, layer) }
        case .ip: return nested { $0.ip(bytes, layer) }
        case .ppp: return nested { $0.ppp(bytes, layer) }
        case .data: return nil
        }
    }

    /// VXLAN's generic protocol extension: the header names what follows.
    private mutating func genericExtension(_ bytes: RawSpan, _ layer: Layer) -> Outcome? {
        guard layer.captured >= 8, bytes.u8(layer.start) & 0x0C == 0x0C else { return nil }
        let payload = layer.dropping(8)
        switch bytes.u8(layer.start + 3) {
        case 1: return nested { $0.ipv4(bytes, payload) }
        case 2: return nested { $0.ipv6(bytes, payload) }
        case 3: return nested { $0.ethernet(bytes, payload) }
        default: return nil
        }
    }

    /// GTP-U (3GPP TS 29.281): a T-PDU holds an IP packet.
    private mutating func userPlane(_ bytes: RawSpan, _ payload: Layer) -> Outcome? {
        guard payload.captured >= 8 else { return nil }
        let flags = bytes.u8(payload.start)
        guard flags >> 5 == 1, flags & 0x10 != 0, bytes.u8(payload.start + 1) == 0xFF else { return nil }
        var layer = payload.dropping(8).clipped(to: Int(bytes.be16(payload.start + 2)))
        if flags & 0x07 != 0 {
            guard layer.captured >= 4 else { return nil }
            var next = flags & 0x04 != 0 ? bytes.u8(layer.start + 3) : 0
            layer = layer.dropping(4)
            for _ in 0..<Self.maximumHeaders where next != 0 {
                guard layer.captured >= 1 else { return nil }
                let length = Int(bytes.u8(layer.start)) * 4
                guard length > 0, layer.captured >= length else { return nil }
                next = bytes.u8(layer.start + length - 1)
                layer = layer.dropping(length)
            }
        }
        return nested { $0.ip(bytes, layer) }
    }

    /// L2TP version 2 (RFC 2661): a data message holds a PPP frame.
    private mutating func layer2Tunnel(_ bytes: RawSpan, _ payload: Layer) -> Outcome? {
        guard payload.captured >= 8 else { return nil }
        let flags = bytes.be16(payload.start)
        guard flags & 0x8000 == 0, flags & 0x000F == 2 else { return nil }
        let hasLength = flags & 0x4000 != 0
        let message = hasLength ? payload.clipped(to: Int(bytes.be16(payload.start + 2))) : payload
        var layer = message.dropping(hasLength ? 8 : 6)
        if flags & 0x0800 != 0 { layer = layer.dropping(4) }
        if flags & 0x0200 != 0 {
            guard layer.captured >= 2 else { return nil }
            layer = layer.dropping(2 + Int(bytes.be16(layer.start)))
        }
        guard layer.captured > 0 else { return nil }
        return nested { $0.ppp(bytes, layer) }
    }

    /// GRE (RFC 2784, 2890) and its version 1 for PPTP (RFC 2637).
    mutating func gre(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 4 else { return .other(.cut) }
        let flags = bytes.be16(layer.start)
        let type = bytes.be16(layer.start + 2)
        var length = 4
        if flags & 0xC000 != 0 { length += 4 }  // checksum or routing
        if flags & 0x2000 != 0 { length += 4 }  // key
        if flags & 0x1000 != 0 { length += 4 }  // sequence number
        if flags & 0x0007 == 1, flags & 0x0080 != 0 { length += 4 }  // acknowledgement number
        guard layer.captured >= length else { return .other(.cut) }
        // Version 1 has the payload's length in the upper half of the key.
        let hasLength = flags & 0x2007 == 0x2001 && flags & 0xC000 == 0
        let payload = layer.dropping(length).clipped(to: hasLength ? Int(bytes.be16(layer.start + 4)) : 0)
        switch type {
        case 0x88BE:  // ERSPAN: type I has no header of its own, type II one of eight bytes
            return ethernet(bytes, payload.dropping(flags & 0x1000 != 0 ? 8 : 0))
        case 0x22EB: return ethernet(bytes, payload.dropping(12))  // ERSPAN type III
        case 0x883E:  // WCCP: version 2 puts four bytes before the packet
            guard payload.captured >= 4 else { return .other(.cut) }
            return ipv4(bytes, payload.dropping(bytes.u8(payload.start) >> 4 == 4 ? 0 : 4))
        default: return protocolType(type, bytes, payload)
        }
    }

    /// An ICMP error (RFC 792, RFC 4443) holds the head of the packet that it is about.
    mutating func icmp(isVersion6: Bool, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 8, fragments != nil, !isQuoted else { return .other(.otherTransport) }
        report = ICMPReport(isVersion6: isVersion6, bytes, at: layer.start, sender: segment.source.address)
        guard report != nil else { return .other(.otherTransport) }
        isQuoted = true
        defer { isQuoted = false }
        let outcome = nested { $0.ip(bytes, layer.dropping(8)) }
        if case .tcp = outcome { isPartialTCP = true }
        return .other(.otherTransport)
    }
}
