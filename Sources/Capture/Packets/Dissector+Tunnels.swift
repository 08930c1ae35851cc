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

    /// UDP ports that carry packets; nil where the payload is none of them.
    mutating func tunnel(port: UInt16, _ bytes: RawSpan, _ layer: Layer) -> Outcome? {
        switch port {
        case 4789:  // VXLAN (RFC 7348)
            guard layer.captured >= 8, bytes.u8(layer.start) & 0x08 != 0 else { return nil }
            return nested { $0.ethernet(bytes, layer.dropping(8)) }
        case 6081:  // Geneve (RFC 8926)
            guard layer.captured >= 8, bytes.u8(layer.start) >> 6 == 0 else { return nil }
            let options = Int(bytes.u8(layer.start) & 0x3F) * 4
            guard layer.captured >= 8 + options else { return nil }
            let type = bytes.be16(layer.start + 2)
            return nested { $0.etherType(type, bytes, layer.dropping(8 + options)) }
        case 2152: return userPlane(bytes, layer)
        case 1701: return layer2Tunnel(bytes, layer)
        case 3544:  // Teredo (RFC 4380), with an origin indication or not
            guard layer.captured >= 8 else { return nil }
            let skip = bytes.be16(layer.start) == 0 ? 8 : 0
            guard layer.captured >= skip + 40, bytes.u8(layer.start + skip) >> 4 == 6 else { return nil }
            return nested { $0.ipv6(bytes, layer.dropping(skip)) }
        default: return nil
        }
    }

    /// GTP-U (3GPP TS 29.281): a T-PDU holds an IP packet.
    private mutating func userPlane(_ bytes: RawSpan, _ payload: Layer) -> Outcome? {
        guard payload.captured >= 8 else { return nil }
        let flags = bytes.u8(payload.start)
        guard flags >> 5 == 1, flags & 0x10 != 0, bytes.u8(payload.start + 1) == 0xFF else { return nil }
        var layer = payload.dropping(8)
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
        var layer = payload.dropping(flags & 0x4000 != 0 ? 8 : 6)
        if flags & 0x0800 != 0 { layer = layer.dropping(4) }
        if flags & 0x0200 != 0 {
            guard layer.captured >= 2 else { return nil }
            layer = layer.dropping(2 + Int(bytes.be16(layer.start)))
        }
        guard layer.captured > 0 else { return nil }
        return nested { $0.ppp(bytes, layer) }
    }

    /// GRE (RFC 2784, 2890) and its version 1 for PPTP (RFC 2637).
    private mutating func gre(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 4 else { return .other(.cut) }
        let flags = bytes.be16(layer.start)
        let type = bytes.be16(layer.start + 2)
        var length = 4
        if flags & 0xC000 != 0 { length += 4 }  // checksum or routing
        if flags & 0x2000 != 0 { length += 4 }  // key
        if flags & 0x1000 != 0 { length += 4 }  // sequence number
        if flags & 0x0007 == 1, flags & 0x0080 != 0 { length += 4 }  // acknowledgement number
        guard layer.captured >= length else { return .other(.cut) }
        let payload = layer.dropping(length)
        switch type {
        case 0x88BE:  // ERSPAN: type I has no header of its own, type II one of eight bytes
            return ethernet(bytes, payload.dropping(flags & 0x1000 != 0 ? 8 : 0))
        case 0x22EB: return ethernet(bytes, payload.dropping(12))  // ERSPAN type III
        case 0x883E:  // WCCP: version 2 puts four bytes before the packet
            guard payload.captured >= 4 else { return .other(.cut) }
            return ipv4(bytes, payload.dropping(bytes.u8(payload.start) >> 4 == 4 ? 0 : 4))
        default: return etherType(type, bytes, payload)
        }
    }

    /// An ICMP error (RFC 792, RFC 4443) holds the head of the packet that it is about.
    mutating func icmp(isVersion6: Bool, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 8 else { return .other(.otherTransport) }
        let type = bytes.u8(layer.start)
        let isError = isVersion6 ? (1...4).contains(type) : [3, 4, 5, 11, 12].contains(type)
        guard isError, fragments != nil else { return .other(.otherTransport) }
        let outcome = nested { $0.ip(bytes, layer.dropping(8)) }
        if case .tcp = outcome { isPartialTCP = true }
        return .other(.otherTransport)
    }
}
