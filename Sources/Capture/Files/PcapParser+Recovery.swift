/// Record headers, which of them to believe, and how to go on after one that is not to be believed.
extension PcapParser {
    /// Seconds that two neighbouring records may lie apart when the parser looks for sound records in damage.
    static let maximumSecondsApart: Int64 = 7 * 86_400

    struct Header {
        var seconds: Int64
        var fraction: Int64
        var captured: Int
        var wire: Int

        func time(_ nanosecondsPerFraction: Int64) -> Timestamp {
            Timestamp(nanoseconds: seconds * 1_000_000_000 + fraction * nanosecondsPerFraction)
        }
    }

    /// The header with its lengths in the usual order.
    @inline(__always)
    func plainHeader(_ bytes: RawSpan, _ offset: Int) -> Header {
        let stored = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD4<UInt32>.self)
        let field = { (index: Int) in swapped ? stored[index].byteSwapped : stored[index] }
        return Header(
            seconds: Int64(field(0)), fraction: Int64(field(1)), captured: Int(field(2)), wire: Int(field(3)))
    }

    @inline(__always)
    func header(_ bytes: RawSpan, _ offset: Int) -> Header {
        var header = plainHeader(bytes, offset)
        if lengthsMayBeSwapped, header.captured > header.wire, !isFollowed(bytes, offset, header.captured) {
            swap(&header.captured, &header.wire)
        }
        return header
    }

    /// Bytes from `offset` on that tell whether an odd header is to be believed: those up to the end of the next one.
    func bytesToJudge(_ bytes: RawSpan, _ offset: Int) -> Int {
        let header = plainHeader(bytes, offset)
        guard !isSound(header) else { return 0 }
        let lengths = lengthsMayBeSwapped ? [header.captured, header.wire] : [header.captured]
        return 2 * recordHeaderBytes + (lengths.filter { $0 <= maximumLength }.max() ?? 0)
    }

    /// Nothing about the header is odd.
    @inline(__always)
    func isSound(_ header: Header) -> Bool {
        header.captured <= maximumLength && header.captured <= header.wire && header.wire > 0
            && header.fraction &* nanosecondsPerFraction < 1_000_000_000
    }

    /// The header is odd, as some writers' are, but the next one lies where it says.
    func isChained(_ header: Header, _ bytes: RawSpan, _ offset: Int, _ atEnd: Bool) -> Bool {
        guard header.captured <= maximumLength, !isZero(header) else { return false }
        let next = offset + recordHeaderBytes + header.captured
        if next > bytes.byteCount - recordHeaderBytes { return !atEnd || next == bytes.byteCount }
        let following = likelyHeader(bytes, next)
        return following.captured <= maximumLength && !isZero(following)
    }

    /// What a disk has where a writer's last blocks were never written.
    func isZero(_ header: Header) -> Bool {
        header.captured == 0 && header.wire == 0 && header.seconds == 0 && header.fraction == 0
    }

    /// Begins to look for the end of damage at `offset`.
    mutating func damage(at offset: inout Int, _ fileOffset: Int) {
        damageStart = fileOffset + offset
        offset += 1
    }

    /// Whether zeros begin in the whole record at `offset` and go on behind it: it ends in blocks that were never written,
    /// and is no packet.
    ///
    /// - Returns: nil when the bytes behind it that tell are not there. It must be known before the record is taken: one
    ///   of an earlier batch cannot be taken back.
    @inline(__always)
    func isLostInZeros(_ header: Header, _ bytes: RawSpan, _ offset: Int) -> Bool? {
        let end = offset + recordHeaderBytes + header.captured
        guard header.captured >= Self.zeroTailBytes, bytes.u64(end - 8, swapped: false) == 0 else { return false }
        guard (end - Self.zeroTailBytes..<end - 8).allSatisfy({ bytes.u8($0) == 0 }) else { return false }
        guard bytes.byteCount - end >= recordHeaderBytes else { return nil }
        return isZero(plainHeader(bytes, end))
    }

    /// So many zeros at a packet's end, with more behind it, are not its own. An Ethernet frame may be filled up with 18.
    private static let zeroTailBytes = 24

    /// The header as `header` would read it if its lengths are in whichever order is right; looks at nothing behind it.
    private func likelyHeader(_ bytes: RawSpan, _ offset: Int) -> Header {
        var header = plainHeader(bytes, offset)
        if lengthsMayBeSwapped, header.captured > header.wire { swap(&header.captured, &header.wire) }
        return header
    }

    /// Whether a record of this length is followed by a believable one or by the end of the bytes.
    private func isFollowed(_ bytes: RawSpan, _ offset: Int, _ captured: Int) -> Bool {
        let next = offset + recordHeaderBytes + captured
        guard captured <= maximumLength else { return false }
        guard next <= bytes.byteCount - recordHeaderBytes else { return next == bytes.byteCount }
        let seconds = Int64(bytes.u32(next, swapped: swapped))
        return abs(seconds - Int64(bytes.u32(offset, swapped: swapped))) <= Self.maximumSecondsApart
            && bytes.u32(next + 8, swapped: swapped) <= maximumLength
    }

    /// Looks for the next two records that are sound and follow one another, or one that ends the file.
    ///
    /// - Returns: nil when it found them, `offset` being there; else what it needs to look on, or that all is read.
    mutating func recover(_ bytes: RawSpan, _ offset: inout Int, _ fileOffset: Int, _ atEnd: Bool) -> ParseStep? {
        while bytes.byteCount - offset >= recordHeaderBytes {
            if lengthsMayBeSwapped, !atEnd {
                let needed = bytesToJudge(bytes, offset)
                guard bytes.byteCount - offset >= needed else { return ParseStep(next: offset, wanted: needed) }
            }
            let candidate = header(bytes, offset)
            guard isCredible(candidate) else {
                offset += 1
                continue
            }
            let next = offset + recordHeaderBytes + candidate.captured
            if !atEnd, next > bytes.byteCount - recordHeaderBytes {
                return ParseStep(next: offset, wanted: next + recordHeaderBytes - offset)
            }
            let follows = next <= bytes.byteCount - recordHeaderBytes && isCredible(likelyHeader(bytes, next))
            if follows || next == bytes.byteCount {
                resume(at: fileOffset + offset)
                return nil
            }
            offset += 1
        }
        if !atEnd { return ParseStep(next: offset, wanted: recordHeaderBytes) }
        if let start = damageStart {
            // The damage is all that is left: most likely a cut.
            findings.warn(
                "the file is cut or damaged from packet \(findings.packets + 1) on, at offset \(start): its last "
                    + "\(fileOffset + bytes.byteCount - start) bytes hold no whole packet")
        }
        damageStart = nil
        return ParseStep(next: bytes.byteCount)
    }

    private mutating func resume(at offset: Int) {
        if let start = damageStart {
            findings.warn(
                "the file is damaged after packet \(findings.packets), at offset \(start): \(offset - start) bytes were skipped "
                    + "up to the next sound packet")
        }
        damageStart = nil
    }

    private func isCredible(_ header: Header) -> Bool {
        guard isSound(header), header.captured > 0, header.wire <= FileFindings.maximumRecordBytes else { return false }
        guard let lastSeconds else { return true }
        return abs(header.seconds - lastSeconds) <= Self.maximumSecondsApart
    }
}
