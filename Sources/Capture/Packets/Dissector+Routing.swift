/// Where a packet with a source route ends: TCP's pseudo-header, and a flow, have the last hop as destination (RFC 9293,
/// section 3.1; RFC 8200, section 8.1).
extension Dissector {
    /// Loose and strict source routes among the options of an IPv4 header (RFC 791): the last address is the destination
    /// while some are left.
    mutating func sourceRoute(_ bytes: RawSpan, _ start: Int, headerLength: Int) {
        var offset = start + 20
        let end = start + headerLength
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
            if kind == 131 || kind == 137, length >= 7, Int(bytes.u8(offset + 2)) + 3 <= length {
                segment.destinationLow = UInt64(bytes.be32(offset + length - 4))
            }
            offset += length
        }
    }

    /// A routing header of IPv6 with segments left: its source route (RFC 5095), home address (RFC 6275), source route of
    /// RPL with its addresses shortened (RFC 6554), or segment list, which begins with the last one (RFC 8754).
    mutating func routingHeader(_ bytes: RawSpan, _ header: Range<Int>) {
        guard header.count >= 24, bytes.u8(header.lowerBound + 3) > 0 else { return }
        let first = header.lowerBound + 8
        switch bytes.u8(header.lowerBound + 2) {
        case 0, 2: setDestination(bytes, header.upperBound - 16, count: 16)
        case 3:
            let shared = Int(bytes.u8(header.lowerBound + 4) & 0x0F)
            let padding = Int(bytes.u8(header.lowerBound + 5) >> 4)
            let start = header.upperBound - padding - (16 - shared)
            if start >= first { setDestination(bytes, start, count: 16 - shared) }
        case 4: setDestination(bytes, first, count: 16)
        default: return
        }
    }

    /// Replaces the last `count` bytes of the destination.
    private mutating func setDestination(_ bytes: RawSpan, _ start: Int, count: Int) {
        for index in 0..<count {
            let byte = UInt64(bytes.u8(start + index))
            let place = 16 - count + index
            let shift = UInt64(8 * (7 - place % 8))
            if place < 8 {
                segment.destinationHigh = segment.destinationHigh & ~(0xFF << shift) | byte << shift
            } else {
                segment.destinationLow = segment.destinationLow & ~(0xFF << shift) | byte << shift
            }
        }
    }
}
