/// What a TCP checksum says (RFC 9293, section 3.1).
enum TCPChecksum {
    case good
    /// The field holds the sum of the pseudo-header alone: the rest was left to the network card, or, on loopback, to
    /// nobody.
    case unverified
    case bad
    /// The capture does not hold all bytes, or they are not where the sum can be taken.
    case unknown

    /// Computes the sum over a segment.
    ///
    /// - Complexity: O(length of the segment).
    init(_ segment: borrowing Segment, _ bytes: RawSpan) {
        guard segment.capturedPayloadLength == segment.payloadLength else {
            self = .unknown
            return
        }
        let end = segment.payloadOffset + segment.payloadLength
        let length = end - segment.headerOffset
        let pseudo = Self.pseudoHeader(segment)
        var sum = pseudo + UInt64(length)
        var offset = segment.headerOffset
        while offset + 4 <= end {
            sum += UInt64(bytes.be32(offset))
            offset += 4
        }
        if offset + 2 <= end {
            sum += UInt64(bytes.be16(offset))
            offset += 2
        }
        if offset < end { sum += UInt64(bytes.u8(offset)) << 8 }
        if Self.fold(sum) == 0xFFFF {
            self = .good
            return
        }
        let stated = bytes.be16(segment.headerOffset + 16)
        // Linux fills in the length, or leaves it to the card that cuts the segment.
        let isUnfinished = stated == Self.fold(pseudo + UInt64(length)) || stated == Self.fold(pseudo)
        self = isUnfinished ? .unverified : .bad
    }

    private static func pseudoHeader(_ segment: borrowing Segment) -> UInt64 {
        var sum: UInt64 = 6
        for half in [segment.sourceHigh, segment.sourceLow, segment.destinationHigh, segment.destinationLow] {
            sum += half >> 32 + half & 0xFFFF_FFFF
        }
        return sum
    }

    /// The one's complement sum of 16-bit words.
    private static func fold(_ sum: UInt64) -> UInt16 {
        var folded = sum
        while folded > 0xFFFF { folded = folded >> 16 + folded & 0xFFFF }
        return UInt16(folded)
    }
}
