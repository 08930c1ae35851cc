/// IPv4 (RFC 791) and IPv6 (RFC 8200).
extension Dissector {
    mutating func ipv4(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 20 else { return .other(.cut) }
        let first = bytes.u8(layer.start)
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
        payload.start += headerLength
        let fragment = bytes.be16(layer.start + 6)
        guard fragment & 0x3FFF == 0 else { return .other(.fragment) }
        segment.isIPv6 = false
        segment.identification = UInt32(bytes.be16(layer.start + 4))
        segment.sourceHigh = 0
        segment.sourceLow = UInt64(bytes.be32(layer.start + 12))
        segment.destinationHigh = 0
        segment.destinationLow = UInt64(bytes.be32(layer.start + 16))
        return transport(bytes.u8(layer.start + 9), bytes, payload)
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
        payload.start += 40
        segment.isIPv6 = true
        segment.identification = nil
        segment.sourceHigh = bytes.be64(layer.start + 8)
        segment.sourceLow = bytes.be64(layer.start + 16)
        segment.destinationHigh = bytes.be64(layer.start + 24)
        segment.destinationLow = bytes.be64(layer.start + 32)
        return extensionHeaders(bytes.u8(layer.start + 6), bytes, payload)
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
                // An "atomic" fragment is whole (RFC 6946).
                guard bytes.be16(layer.start + 2) & 0xFFF9 == 0 else { return .other(.fragment) }
                segment.identification = bytes.be32(layer.start + 4)
                length = 8
            default:
                return transport(next, bytes, layer)
            }
            guard layer.captured >= length else { return .other(.cut) }
            next = bytes.u8(layer.start)
            layer = layer.dropping(length)
        }
        return .other(.malformed)
    }

    private mutating func transport(_ number: UInt8, _ bytes: RawSpan, _ layer: Layer) -> Outcome {
        switch number {
        case 6: tcp(bytes, layer)
        case 17: udp(bytes, layer)
        default: .other(.otherTransport)
        }
    }
}
