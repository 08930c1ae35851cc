/// Which blocks to believe, and how to go on after one that is not to be believed.
extension PcapngParser {
    /// The block ends with the length with which it begins, as it must.
    func isClosed(_ bytes: RawSpan, _ offset: Int, _ length: Int) -> Bool {
        let stated = bytes.u32(offset + 4, swapped: swapped)
        return bytes.u32(offset + length - 4, swapped: swapped) == stated
    }

    /// Whether a block of a known type may begin at `offset`, or the bytes end there.
    func isCredible(_ bytes: RawSpan, _ offset: Int) -> Bool {
        guard bytes.byteCount - offset >= 12 else { return bytes.byteCount == offset }
        if bytes.u32(offset, swapped: false) == BlockType.section { return Self.byteOrder(bytes, offset + 8) != nil }
        let length = Int(bytes.u32(offset + 4, swapped: swapped))
        return Self.knownTypes.contains(bytes.u32(offset, swapped: swapped)) && length >= 12 && length % 4 == 0
            && length <= FileFindings.maximumRecordBytes
    }

    private static let knownTypes: [UInt32] = [
        BlockType.interface, BlockType.obsoletePacket, BlockType.simplePacket, BlockType.names, BlockType.statistics,
        BlockType.enhancedPacket, BlockType.journal, BlockType.secrets, BlockType.custom, BlockType.customNotToCopy,
    ]

    /// Begins to look for the end of damage.
    mutating func damage(at offset: inout Int, _ fileOffset: Int) {
        damageStart = fileOffset + offset
        offset += 4
    }

    /// Looks for the next block of a known type whose two lengths agree.
    ///
    /// - Returns: nil when it found one, `offset` being there; else what it needs to look on, or that all is read.
    mutating func recover(_ bytes: RawSpan, _ offset: inout Int, _ fileOffset: Int, _ atEnd: Bool) -> ParseStep? {
        while bytes.byteCount - offset >= 12 {
            guard isCredible(bytes, offset) else {
                offset += 4
                continue
            }
            let order = Self.byteOrder(bytes, offset + 8)
            let isSection = bytes.u32(offset, swapped: false) == BlockType.section
            let length = Int(bytes.u32(offset + 4, swapped: isSection ? order ?? swapped : swapped))
            if !atEnd, length > bytes.byteCount - offset, length <= FileFindings.maximumRecordBytes {
                return ParseStep(next: offset, wanted: length)
            }
            if length >= 12, length % 4 == 0, length <= bytes.byteCount - offset,
                isClosedEitherWay(bytes, offset, length)
            {
                if let start = damageStart {
                    findings.warn(
                        "the file is damaged after packet \(findings.packets), at offset \(start): "
                            + "\(fileOffset + offset - start) bytes were skipped up to the next sound block")
                }
                damageStart = nil
                return nil
            }
            offset += 4
        }
        if !atEnd { return ParseStep(next: min(offset, bytes.byteCount), wanted: 12) }
        if let start = damageStart {
            findings.warn(
                "the file is cut or damaged after packet \(findings.packets), at offset \(start): its last "
                    + "\(fileOffset + bytes.byteCount - start) bytes hold no whole block")
        }
        damageStart = nil
        return ParseStep(next: bytes.byteCount)
    }

    /// The two lengths are equal as raw bytes, whatever their order.
    private func isClosedEitherWay(_ bytes: RawSpan, _ offset: Int, _ length: Int) -> Bool {
        bytes.u32(offset + length - 4, swapped: false) == bytes.u32(offset + 4, swapped: false)
    }
}
