/// IPv4 (RFC 791) and IPv6 (RFC 8200).
extension Dissector {
    mutating func ip(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured > 0 else { return .other(.cut) }
        switch bytes.u8(layer.start) >> 4 {
        case 4: return ipv4(bytes, layer)
        case 6: return ipv6(bytes, layer)
        default: return .other(.notIP)
        }
    }

    mutating func ipv4(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 20 else { return .other(.cut) }
        let first = bytes.u8(layer.start)
        if first >> 4 == 6 { return ipv6(bytes, layer) }
        let headerLength = Int(first & 0x0F) * 4
        guard first >> 4 == 4, headerLength >= 20 else { return .other(.malformed) }
        guard layer.captured >= headerLength else { return .other(.cut) }
        var payload = layer
        let totalLength = Int(bytes.be16(layer.start + 2))
        if totalLength != 0 {
            guard totalLength >= headerLength else { return .other(.malformed) }
            payload.wireEnd = min(layer.wireEnd, layer.start + totalLength)
            payload.end = min(layer.end, payload.wireEnd)
        }
        noteLostLength(layer, announced: totalLength)
        payload.start += headerLength
        let fragment = bytes.be16(layer.start + 6)
        segment.isIPv6 = false
        segment.identification = UInt32(bytes.be16(layer.start + 4))
        segment.timeToLive = bytes.u8(layer.start + 8)
        segment.sourceHigh = 0
        segment.sourceLow = UInt64(bytes.be32(layer.start + 12))
        segment.destinationHigh = 0
        segment.destinationLow = UInt64(bytes.be32(layer.start + 16))
        if headerLength > 20 { sourceRoute(bytes, layer.start, headerLength: headerLength) }
        let number = bytes.u8(layer.start + 9)
        if fragment & 0x3FFF != 0 {
            return reassemble(
                bytes, payload, offset: Int(fragment & 0x1FFF) * 8, isLast: fragment & 0x2000 == 0, next: number)
        }
        if number == 51 { return extensionHeaders(number, bytes, payload) }
        return transport(number, bytes, payload)
    }

    mutating func ipv6(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 40 else { return .other(.cut) }
        guard bytes.u8(layer.start) >> 4 == 6 else { return .other(.malformed) }
        var payload = layer
        let payloadLength = Int(bytes.be16(layer.start + 4))
        if payloadLength != 0 {
            payload.wireEnd = min(layer.wireEnd, layer.start + 40 + payloadLength)
            payload.end = min(layer.end, payload.wireEnd)
        }
        noteLostLength(layer, announced: payloadLength == 0 ? 0 : 40 + payloadLength)
        payload.start += 40
        segment.isIPv6 = true
        segment.identification = nil
        segment.timeToLive = bytes.u8(layer.start + 7)
        segment.sourceHigh = bytes.be64(layer.start + 8)
        segment.sourceLow = bytes.be64(layer.start + 16)
        segment.destinationHigh = bytes.be64(layer.start + 24)
        segment.destinationLow = bytes.be64(layer.start + 32)
        return extensionHeaders(bytes.u8(layer.start + 6), bytes, payload)
    }

    /// Notes how many bytes the packet was cut by, where the file calls what is left its whole length. A layer that ends
    /// before the packet does was bounded by the one around it, as a payload is by PPPoE: what it announces beyond was
    /// never there.
    private mutating func noteLostLength(_ layer: Layer, announced: Int) {
        let ends = layer.wireEnd == packetEnd && layer.end == packetEnd
        segment.lostBytes = ends ? max(0, layer.start + announced - packetEnd) : 0
    }

    /// Walks hop-by-hop, routing, destination options, mobility, HIP, Shim6 and authentication headers (RFC 8200,
    /// section 4; RFC 4302).
    private mutating func extensionHeaders(_ first: UInt8, _ bytes: RawSpan, _ payload: Layer) -> Outcome {
        var next = first
        var layer = payload
        for _ in 0..<Self.maximumHeaders {
            let length: Int
            switch next {
            case 0, 43, 60, 135, 139, 140:
                guard layer.captured >= 2 else { return .other(.cut) }
                length = (Int(bytes.u8(layer.start + 1)) + 1) * 8
            case 51:
                guard layer.captured >= 2 else { return .other(.cut) }
                length = (Int(bytes.u8(layer.start + 1)) + 2) * 4
            case 44:
                guard layer.captured >= 8 else { return .other(.cut) }
                let offsetAndMore = bytes.be16(layer.start + 2)
                segment.identification = bytes.be32(layer.start + 4)
                // An "atomic" fragment is whole (RFC 6946).
                if offsetAndMore & 0xFFF9 != 0 {
                    return reassemble(
                        bytes, layer.dropping(8), offset: Int(offsetAndMore & 0xFFF8), isLast: offsetAndMore & 1 == 0,
                        next: bytes.u8(layer.start))
                }
                length = 8
            default:
                return transport(next, bytes, layer)
            }
            guard layer.captured >= length else { return .other(.cut) }
            if next == 43 { routingHeader(bytes, layer.start..<layer.start + length) }
            next = bytes.u8(layer.start)
            layer = layer.dropping(length)
        }
        return .other(.malformed)
    }

    /// Adds a fragment to its datagram, and takes the datagram apart when this completes it.
    private mutating func reassemble(
        _ bytes: RawSpan, _ payload: Layer, offset: Int, isLast: Bool, next: UInt8
    ) -> Outcome {
        guard fragments != nil else { return .other(.fragment) }
        // What an error quotes is not to be put together with what was sent.
        if isQuoted { return offset == 0 ? transport(next, bytes, payload) : .other(.fragment) }
        guard payload.end == payload.wireEnd else {
            // A fragment that the capture cut cannot be put together; the first one still names the ports.
            if offset == 0, next == 6, case .tcp = tcp(bytes, payload) { isPartialTCP = true }
            return .other(.fragment)
        }
        let key = FragmentKey(segment, next: next)
        guard let whole = fragments?.add(key, offset: offset, isLast: isLast, bytes, payload.start..<payload.end) else {
            return .other(.fragment)
        }
        let layer = Layer(start: 0, end: whole.count, wireEnd: whole.count)
        segment.isReassembled = false
        let fragmentsEnd = packetEnd
        packetEnd = layer.wireEnd
        defer { packetEnd = fragmentsEnd }
        let outcome = nested { $0.extensionHeaders(next, whole.span.bytes, layer) }
        // A datagram within this one may have come in fragments too; the segment's offsets are then those of the inner.
        if !segment.isReassembled {
            fragments?.datagram = whole
            segment.isReassembled = true
        }
        return outcome
    }

    mutating func transport(_ number: UInt8, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        switch number {
        case 6: tcp(bytes, layer)
        case 17: udp(bytes, layer)
        case 1, 58: icmp(isVersion6: number == 58, bytes, layer)
        default: tunnel(number, bytes, layer)
        }
    }
}
