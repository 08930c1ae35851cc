/// Solaris' snoop format (RFC 1761): big-endian, microseconds, each record with its own length.
struct SnoopParser: CaptureFileParser {
    static let magic: [UInt8] = Array("snoop\0\0\0".utf8)
    static let fileHeaderBytes = 16
    static let recordHeaderBytes = 24
    /// Seconds that two neighbouring records may lie apart when the parser looks for sound records in damage.
    static let maximumSecondsApart: Int64 = 7 * 86_400

    var findings = FileFindings()
    private var headerPending = true
    private var lastSeconds: Int64?
    private var damageStart: Int?

    /// Reads the file header; nil when this is no snoop file.
    init?(_ bytes: RawSpan) throws(FileDamage) {
        guard bytes.byteCount >= Self.magic.count, Self.magic.indices.allSatisfy({ bytes.u8($0) == Self.magic[$0] })
        else { return nil }
        guard bytes.byteCount >= Self.fileHeaderBytes else {
            throw FileDamage(
                reason: "a snoop file header needs \(Self.fileHeaderBytes) bytes, the file holds \(bytes.byteCount)")
        }
        let version = bytes.be32(8)
        guard version == 2 else { throw FileDamage(reason: "snoop version \(version) is not known") }
        let link = Self.linkType(bytes.be32(12))
        findings.interfaces = [InterfaceInfo(linkType: link)]
        findings.linkTypes = [link]
    }

    /// The pcap link type of a datalink type (RFC 1761, section 4; the later ones are those of Solaris' sys/dlpi.h).
    private static func linkType(_ number: UInt32) -> LinkType {
        switch number {
        case 0, 4: .ethernet
        case 2: LinkType(rawValue: 6)
        case 8: .fddi
        case 9, 14: .null
        // A number that none has, and that fits the 16 bits of a pcapng file: the packets are of an unknown link type.
        default: LinkType(rawValue: UInt32(UInt16.max))
        }
    }

    private struct Header {
        var wire: Int
        var captured: Int
        var length: Int
        var drops: UInt32
        var seconds: Int64
        var microseconds: Int64

        var isSound: Bool {
            captured <= wire && wire > 0 && length >= recordHeaderBytes + captured
                && length <= FileFindings.maximumRecordBytes && microseconds < 1_000_000
        }
    }

    private func header(_ bytes: RawSpan, _ offset: Int) -> Header {
        Header(
            wire: Int(bytes.be32(offset)), captured: Int(bytes.be32(offset + 4)), length: Int(bytes.be32(offset + 8)),
            drops: bytes.be32(offset + 12), seconds: Int64(bytes.be32(offset + 16)),
            microseconds: Int64(bytes.be32(offset + 20)))
    }

    mutating func parse(
        _ bytes: RawSpan, from start: Int, fileOffset: Int, atEnd: Bool, into records: inout [PacketRecord]
    ) -> ParseStep {
        var offset = start
        if headerPending {
            headerPending = false
            offset += Self.fileHeaderBytes
        }
        while true {
            if damageStart != nil, let step = recover(bytes, &offset, fileOffset, atEnd) { return step }
            guard bytes.byteCount - offset >= Self.recordHeaderBytes else { break }
            let header = header(bytes, offset)
            guard header.isSound else {
                damageStart = fileOffset + offset
                offset += 1
                continue
            }
            // The last record's padding may be missing.
            let needed = atEnd ? Self.recordHeaderBytes + header.captured : header.length
            guard needed <= bytes.byteCount - offset else {
                if !atEnd { return ParseStep(next: offset, wanted: header.length) }
                damageStart = fileOffset + offset
                offset += 1
                continue
            }
            take(header, at: offset, into: &records)
            offset = min(bytes.byteCount, offset + header.length)
        }
        guard atEnd, offset < bytes.byteCount else {
            return ParseStep(next: offset, wanted: Self.recordHeaderBytes)
        }
        findings.warn(
            "the file is cut in the middle of packet \(findings.packets + 1), at offset \(fileOffset + offset), "
                + "\(bytes.byteCount - offset) bytes before its end")
        return ParseStep(next: bytes.byteCount)
    }

    private mutating func take(_ header: Header, at offset: Int, into records: inout [PacketRecord]) {
        findings.packets += 1
        lastSeconds = header.seconds
        // A running total; writers that count none write 0.
        if header.drops > 0 { findings.droppedPackets = UInt64(header.drops) }
        records.append(
            PacketRecord(
                number: findings.packets,
                time: Timestamp(nanoseconds: header.seconds * 1_000_000_000 + header.microseconds * 1000),
                offset: offset + Self.recordHeaderBytes, capturedLength: header.captured, wireLength: header.wire))
    }

    mutating func end() {}

    /// Looks for the next record that is sound and followed by another, or by the file's end.
    ///
    /// - Returns: nil when it found one, `offset` being there; else what it needs to look on, or that all is read.
    private mutating func recover(
        _ bytes: RawSpan, _ offset: inout Int, _ fileOffset: Int, _ atEnd: Bool
    ) -> ParseStep? {
        while bytes.byteCount - offset >= Self.recordHeaderBytes {
            let candidate = header(bytes, offset)
            guard isCredible(candidate) else {
                offset += 1
                continue
            }
            let next = offset + candidate.length
            if !atEnd, next > bytes.byteCount - Self.recordHeaderBytes {
                return ParseStep(next: offset, wanted: candidate.length + Self.recordHeaderBytes)
            }
            let follows = next <= bytes.byteCount - Self.recordHeaderBytes && isCredible(header(bytes, next))
            if follows || next == bytes.byteCount {
                if let start = damageStart {
                    findings.warn(
                        "the file is damaged after packet \(findings.packets), at offset \(start): "
                            + "\(fileOffset + offset - start) bytes were skipped up to the next sound packet")
                }
                damageStart = nil
                return nil
            }
            offset += 1
        }
        if !atEnd { return ParseStep(next: offset, wanted: Self.recordHeaderBytes) }
        if let start = damageStart {
            findings.warn(
                "the file is cut or damaged from packet \(findings.packets + 1) on, at offset \(start): its last "
                    + "\(fileOffset + bytes.byteCount - start) bytes hold no whole packet")
        }
        damageStart = nil
        return ParseStep(next: bytes.byteCount)
    }

    private func isCredible(_ header: Header) -> Bool {
        guard header.isSound, header.captured > 0 else { return false }
        guard let lastSeconds else { return true }
        return abs(header.seconds - lastSeconds) <= Self.maximumSecondsApart
    }
}
