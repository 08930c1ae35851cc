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
    init(_ segment: inout Segment, _ bytes: RawSpan) {
        guard segment.capturedPayloadLength == segment.payloadLength, segment.lostBytes == 0, !segment.isHeaderCut
        else {
            self = .unknown
            return
        }
        let end = segment.payloadOffset + segment.payloadLength
        let length = end - segment.headerOffset
        let pseudo = Self.pseudoHeader(segment)
        let stated = bytes.be16(segment.headerOffset + 16)
        // Linux fills in the length, or leaves it to the card that cuts the segment. A finished sum is one of the two by
        // chance only, once in 32,768 segments, and then calling it unverified claims nothing wrong.
        if stated == Self.fold(pseudo + UInt64(length)) || stated == Self.fold(pseudo) {
            self = .unverified
            return
        }
        let sum = pseudo + UInt64(length) + Self.words(bytes, segment.headerOffset, end)
        self = Self.fold(sum) == 0xFFFF ? .good : .bad
    }

    /// Folds to the one's complement sum of the 16-bit words from `start` to `end`, the last one filled with zeros.
    ///
    /// The sum does not depend on the order of bytes but for a swap of the result (RFC 1071, section 2), so words are
    /// added as they lie, thirty-two bytes at a time.
    private static func words(_ bytes: RawSpan, _ start: Int, _ end: Int) -> UInt64 {
        var offset = start
        var lanes = SIMD8<UInt32>()
        // At most 2 * 0xFFFF are added each time: no lane runs over before a segment of a mebibyte.
        let wideEnd = min(end, start + 1 << 19)
        while offset + 32 <= wideEnd {
            let eight = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<UInt32>.self)
            lanes &+= (eight & 0xFFFF) &+ (eight &>> 16)
            offset += 32
        }
        let low = lanes.lowHalf
        let high = lanes.highHalf
        var sum: UInt64 = 0
        for lane in 0..<4 { sum += UInt64(low[lane]) + UInt64(high[lane]) }
        var rest: UInt64 = 0
        while offset + 4 <= end {
            rest += UInt64(bytes.be32(offset))
            offset += 4
        }
        if offset + 2 <= end {
            rest += UInt64(bytes.be16(offset))
            offset += 2
        }
        if offset < end { rest += UInt64(bytes.u8(offset)) << 8 }
        return rest + UInt64(UInt16(bigEndian: fold(sum)))
    }

    private static func pseudoHeader(_ segment: borrowing Segment) -> UInt64 {
        let halves = (segment.sourceHigh, segment.sourceLow, segment.destinationHigh, segment.destinationLow)
        return 6 + words(halves.0) + words(halves.1) + words(halves.2) + words(halves.3)
    }

    private static func words(_ half: UInt64) -> UInt64 {
        half >> 32 + half & 0xFFFF_FFFF
    }

    /// The one's complement sum of 16-bit words.
    private static func fold(_ sum: UInt64) -> UInt16 {
        var folded = sum
        while folded > 0xFFFF { folded = folded >> 16 + folded & 0xFFFF }
        return UInt16(folded)
    }
}
