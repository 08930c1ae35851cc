/// The pcapng format: several sections, each with its byte order, several interfaces with their link types, time
/// resolutions and offsets. <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/>
struct PcapngParser: CaptureFileParser {
    /// The most interfaces of a file; further ones are damage.
    static let maximumInterfaces = 65_536

    enum BlockType {
        static let section: UInt32 = 0x0A0D_0D0A
        static let interface: UInt32 = 1
        static let obsoletePacket: UInt32 = 2
        static let simplePacket: UInt32 = 3
        static let names: UInt32 = 4
        static let statistics: UInt32 = 5
        static let enhancedPacket: UInt32 = 6
        static let journal: UInt32 = 9
        static let secrets: UInt32 = 10
        static let custom: UInt32 = 0x0BAD
        static let customNotToCopy: UInt32 = 0x4000_0BAD
    }

    var swapped = false
    /// The number of the current section's first interface.
    var sectionStart = 0
    /// One for each of `findings.interfaces`.
    var clocks: [PcapngClock] = []
    /// Drops as the last statistics block of each interface says: later blocks hold running totals.
    var statedDrops: [Int: UInt64] = [:]
    /// Drops as packets' options say; these add up.
    var countedDrops: UInt64?
    var findings = FileFindings()
    /// Where in the file the damage began that the parser is looking for the end of.
    var damageStart: Int?

    /// Looks for a section header; nil when this is no pcapng file.
    init?(_ bytes: RawSpan) throws(FileDamage) {
        guard bytes.u32(0, swapped: false) == BlockType.section else { return nil }
        guard bytes.byteCount >= 28 else {
            throw FileDamage(reason: "a pcapng section header needs 28 bytes, the file holds \(bytes.byteCount)")
        }
        guard let swapped = Self.byteOrder(bytes, 8) else {
            throw FileDamage(reason: "the pcapng section header at offset 0 has no byte-order magic")
        }
        let major = bytes.u16(12, swapped: swapped)
        let minor = bytes.u16(14, swapped: swapped)
        // Version 1.2 was written by mistake by some tools and is the same as 1.0.
        guard major == 1, minor == 0 || minor == 2 else {
            throw FileDamage(reason: "pcapng version \(major).\(minor) is not known")
        }
        let length = bytes.u32(4, swapped: swapped)
        guard length >= 28, length % 4 == 0, length <= FileFindings.maximumRecordBytes else {
            throw FileDamage(reason: "the pcapng section header at offset 0 announces a length of \(length) bytes")
        }
    }

    /// Whether the section whose byte-order magic lies at `offset` is swapped; nil without a magic.
    static func byteOrder(_ bytes: RawSpan, _ offset: Int) -> Bool? {
        switch bytes.u32(offset, swapped: false) {
        case 0x1A2B_3C4D: false
        case 0x4D3C_2B1A: true
        default: nil
        }
    }

    mutating func parse(
        _ bytes: RawSpan, from start: Int, fileOffset: Int, atEnd: Bool, into records: inout [PacketRecord]
    ) -> ParseStep {
        var offset = start
        while true {
            if damageStart != nil, let step = recover(bytes, &offset, fileOffset, atEnd) { return step }
            guard bytes.byteCount - offset >= 12 else { break }
            guard let block = header(bytes, offset) else {
                damage(at: &offset, fileOffset)
                continue
            }
            guard block.length <= bytes.byteCount - offset else {
                if !atEnd { return ParseStep(next: offset, wanted: block.length + 12) }
                damage(at: &offset, fileOffset)
                continue
            }
            if !isClosed(bytes, offset, block.length) {
                if !atEnd, bytes.byteCount - offset - block.length < 12 {
                    return ParseStep(next: offset, wanted: block.length + 12)
                }
                guard isCredible(bytes, offset + block.length) else {
                    damage(at: &offset, fileOffset)
                    continue
                }
                findings.warn("the block at offset \(fileOffset + offset) ends with another length than it begins with")
            }
            let body = PcapngBlock(
                type: block.type, start: offset + 8, end: offset + block.length - 4, fileOffset: fileOffset + offset)
            do {
                try read(body, bytes, into: &records)
            } catch {
                findings.warn(error.reason)
            }
            offset += block.length
        }
        guard atEnd, offset < bytes.byteCount else { return ParseStep(next: offset, wanted: 12) }
        findings.warn(
            "the file is cut in the middle of a block at offset \(fileOffset + offset), after packet \(findings.packets)"
        )
        return ParseStep(next: bytes.byteCount)
    }

    mutating func end() {
        if !statedDrops.isEmpty || countedDrops != nil {
            // Statistics include what packets' own counts say.
            findings.droppedPackets = max(statedDrops.values.reduce(0, &+), countedDrops ?? 0)
        }
    }

    /// Type and length of the block at `offset`; nil when the length is impossible or over the limit. Learns a new section's byte order.
    private mutating func header(_ bytes: RawSpan, _ offset: Int) -> (type: UInt32, length: Int)? {
        var type = bytes.u32(offset, swapped: swapped)
        if bytes.u32(offset, swapped: false) == BlockType.section {
            guard let order = Self.byteOrder(bytes, offset + 8) else { return nil }
            type = BlockType.section
            swapped = order
        }
        let length = Int(bytes.u32(offset + 4, swapped: swapped))
        guard length >= 12, length <= FileFindings.maximumRecordBytes else { return nil }
        // Lengths are multiples of 4, but some writers forget the padding; the padding is there all the same.
        return (type, (length + 3) & ~3)
    }
}

/// Where a block's body lies.
struct PcapngBlock {
    var type: UInt32
    /// Body bytes: `start..<end` in the buffer.
    var start: Int
    var end: Int
    /// Where the block starts in the file.
    var fileOffset: Int

    /// The body holds at least `count` bytes, or the block is damaged.
    func need(_ count: Int, _ what: String) throws(FileDamage) {
        guard end - start >= count else {
            throw FileDamage(reason: "\(what) at offset \(fileOffset) needs \(count) bytes, it has \(end - start)")
        }
    }
}
