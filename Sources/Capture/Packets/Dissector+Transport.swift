/// TCP (RFC 9293) and UDP (RFC 768).
extension Dissector {
    mutating func tcp(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        let start = layer.start
        guard layer.captured >= 16 else {
            if isQuoted, layer.captured >= 4 { quote(.tcp, bytes, layer) }
            return .other(.cut)
        }
        if isQuoted { quote(.tcp, bytes, layer) }
        let offsetAndFlags = bytes.be16(start + 12)
        segment.sourcePort = bytes.be16(start)
        segment.destinationPort = bytes.be16(start + 2)
        segment.sequence = bytes.be32(start + 4)
        segment.acknowledgement = bytes.be32(start + 8)
        segment.flags = TCPFlags(rawValue: offsetAndFlags & 0x01FF)
        let headerLength = Int(offsetAndFlags >> 12) * 4
        isPartialTCP = true
        guard layer.captured >= 20 else { return .other(.cut) }
        let missing = max(0, headerLength - (layer.wireEnd - start))
        guard headerLength >= 20, missing <= segment.lostBytes else { return .other(.malformed) }
        segment.isHeaderCut = missing > 0
        segment.lostBytes -= missing
        isPartialTCP = false
        segment.window = bytes.be16(start + 14)
        segment.headerOffset = start
        segment.payloadOffset = min(start + headerLength, layer.end)
        segment.payloadLength = max(0, layer.wireEnd - start - headerLength)
        segment.capturedPayloadLength = max(0, layer.end - start - headerLength)
        segment.optionsOffset = start + 20
        segment.optionsLength = min(headerLength, layer.captured) - 20
        options(bytes)
        return .tcp
    }

    mutating func udp(_ bytes: RawSpan, _ layer: Layer) -> Outcome {
        guard layer.captured >= 8 else { return .other(.cut) }
        if isQuoted { quote(.udp, bytes, layer) }
        let start = layer.start
        // A length of 0 stands for a jumbogram or an offloaded super-packet.
        let announced = Int(bytes.be16(start + 4))
        let length = announced == 0 ? layer.wireEnd - start : announced
        guard length >= 8 else { return .other(.malformed) }
        segment.sourcePort = bytes.be16(start)
        segment.destinationPort = bytes.be16(start + 2)
        segment.headerOffset = start
        segment.payloadOffset = start + 8
        segment.payloadLength = min(length, layer.wireEnd - start) - 8
        segment.capturedPayloadLength = min(segment.payloadLength, layer.captured - 8)
        let to = decoding.payload(of: segment.destinationPort)
        let from = decoding.payload(of: segment.sourcePort)
        guard to != nil || from != nil else { return .udp }
        return tunnelled([to, from], bytes, layer.dropping(8).clipped(to: length - 8))
    }

    /// A datagram to or from a tunnel's port: the segment within, else the datagram within, or where there is neither the
    /// datagram itself.
    private mutating func tunnelled(
        _ kinds: [UDPDecoding.Payload?], _ bytes: RawSpan, _ payload: Layer
    ) -> Outcome {
        let outer = (segment: segment, report: report)
        var datagram: (segment: Segment, whole: [UInt8]?)?
        for kind in kinds {
            // What the first port made of the payload is forgotten.
            segment = outer.segment
            report = outer.report
            guard let kind, let outcome = tunnel(kind, bytes, payload) else { continue }
            if isPartialTCP { return outcome }
            switch outcome {
            case .tcp: return outcome
            case .udp: datagram = datagram ?? (segment, fragments?.datagram)
            case .other: if !isQuoted, report?.transport != nil { return outcome }
            }
        }
        segment = outer.segment
        report = outer.report
        guard let datagram else { return .udp }
        segment = datagram.segment
        if segment.isReassembled, let whole = datagram.whole { fragments?.datagram = whole }
        return .udp
    }

    /// Notes the ends of the packet that an ICMP error is about.
    private mutating func quote(_ transport: FlowTransport, _ bytes: RawSpan, _ layer: Layer) {
        segment.sourcePort = bytes.be16(layer.start)
        segment.destinationPort = bytes.be16(layer.start + 2)
        report?.transport = transport
    }

    /// Reads the options; stops at the first whose length makes no sense.
    private mutating func options(_ bytes: RawSpan) {
        segment.timestampValue = nil
        segment.timestampEcho = 0
        segment.windowScale = nil
        segment.maximumSegmentSize = nil
        segment.sackPermitted = false
        segment.sackBlocks = 0
        guard segment.optionsLength > 0 else { return }
        var offset = segment.optionsOffset
        let end = offset + segment.optionsLength
        // What Linux sends on every segment of a connection: NOP, NOP, timestamps.
        if segment.optionsLength == 12, bytes.be32(offset) == 0x0101_080A {
            segment.timestampValue = bytes.be32(offset + 4)
            segment.timestampEcho = bytes.be32(offset + 8)
            return
        }
        while offset < end {
            let kind = bytes.u8(offset)
            if kind == 0 { return }
            if kind == 1 {
                offset += 1
                continue
            }
            guard end - offset >= 2 else { return }
            let length = Int(bytes.u8(offset + 1))
            guard length >= 2, length <= end - offset else { return }
            option(kind, length, bytes, offset + 2)
            offset += length
        }
    }

    private mutating func option(_ kind: UInt8, _ length: Int, _ bytes: RawSpan, _ value: Int) {
        switch (kind, length) {
        case (2, 4): segment.maximumSegmentSize = bytes.be16(value)
        case (3, 3): segment.windowScale = min(bytes.u8(value), Self.maximumWindowScale)
        case (4, 2): segment.sackPermitted = true
        case (5, 10...):
            selective(bytes, value, blocks: (length - 2) / 8)
        case (8, 10):
            segment.timestampValue = bytes.be32(value)
            segment.timestampEcho = bytes.be32(value + 4)
        default: break
        }
    }

    private mutating func selective(_ bytes: RawSpan, _ offset: Int, blocks: Int) {
        segment.sackBlocks = blocks
        segment.sackLeft = bytes.be32(offset)
        segment.sackRight = bytes.be32(offset + 4)
        segment.sackHighest = segment.sackRight
        for block in 1..<max(1, blocks) {
            let right = bytes.be32(offset + 8 * block + 4)
            if Int32(bitPattern: right &- segment.sackHighest) > 0 { segment.sackHighest = right }
        }
    }

    /// The largest shift count that RFC 7323, section 2.3, lets a receiver use.
    static let maximumWindowScale: UInt8 = 14
}

extension Datagram {
    /// The datagram whose fields the dissector left in a segment.
    init(_ fields: Segment) {
        source = fields.source
        destination = fields.destination
        payload = fields.payloadOffset..<fields.payloadOffset + fields.capturedPayloadLength
        payloadLength = fields.payloadLength
    }
}
