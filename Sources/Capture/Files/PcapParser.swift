/// The classic pcap format, both byte orders, microseconds and nanoseconds, and Kuznetzov's variant with longer record
/// headers. <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/>
struct PcapParser: CaptureFileParser {
    /// The longest packet that a file without a larger snapshot length may hold, as in libpcap and Wireshark.
    static let maximumPacketBytes = 262_144
    static let fileHeaderBytes = 24

    let swapped: Bool
    let nanosecondsPerFraction: Int64
    let recordHeaderBytes: Int
    let maximumLength: Int
    /// Very old writers put the wire length before the captured length (libpcap's `LENGTH_SWAPPED`).
    let lengthsMayBeSwapped: Bool
    var findings = FileFindings()
    /// The seconds of the last sound record.
    var lastSeconds: Int64?
    /// Where in the file the damage began that the parser is looking for the end of.
    var damageStart: Int?
    private var headerPending = true

    /// Reads the file header; nil when this is no classic pcap file.
    init?(_ bytes: RawSpan) throws(FileDamage) {
        let magic = bytes.u32(0, swapped: false)
        let known: [UInt32] = [0xA1B2_C3D4, 0xA1B2_3C4D, 0xA1B2_CD34]
        guard known.contains(magic) || known.contains(magic.byteSwapped) else { return nil }
        guard bytes.byteCount >= Self.fileHeaderBytes else {
            throw FileDamage(reason: "a pcap file header needs 24 bytes, the file holds \(bytes.byteCount)")
        }
        swapped = !known.contains(magic)
        let plain = swapped ? magic.byteSwapped : magic
        nanosecondsPerFraction = plain == 0xA1B2_3C4D ? 1 : 1000
        recordHeaderBytes = plain == 0xA1B2_CD34 ? 24 : 16
        let major = bytes.u16(4, swapped: swapped)
        let minor = bytes.u16(6, swapped: swapped)
        guard major >= 2 else { throw FileDamage(reason: "pcap version \(major).\(minor) is not known") }
        lengthsMayBeSwapped = major == 543 || major == 2 && minor <= 3
        let snapLength = Int(bytes.u32(16, swapped: swapped))
        maximumLength = min(max(snapLength, Self.maximumPacketBytes), FileFindings.maximumRecordBytes)
        // The upper bits hold the length of the frame check sequence.
        let link = LinkType(rawValue: bytes.u32(20, swapped: swapped) & 0xFFFF)
        findings.interfaces = [InterfaceInfo(linkType: link, snapLength: snapLength)]
        findings.linkTypes = [link]
        if major != 2, major != 543 {
            findings.warn("pcap version \(major).\(minor) is not known; read as version 2.4")
        }
    }

    mutating func parse(
        _ bytes: RawSpan, from start: Int, fileOffset: Int, atEnd: Bool, into records: inout [PacketRecord]
    ) -> ParseStep {
        var offset = start
        if headerPending {
            headerPending = false
            offset += Self.fileHeaderBytes
        }
        records.reserveCapacity((bytes.byteCount - offset) / 128)
        while true {
            if damageStart != nil, let step = recover(bytes, &offset, fileOffset, atEnd) { return step }
            guard bytes.byteCount - offset >= recordHeaderBytes else { break }
            let header = header(bytes, offset)
            if !atEnd, lengthsMayBeSwapped || !isSound(header) {
                let needed = bytesToJudge(bytes, offset)
                guard bytes.byteCount - offset >= needed else { return ParseStep(next: offset, wanted: needed) }
            }
            guard isSound(header) || isChained(header, bytes, offset, atEnd) else {
                damageStart = fileOffset + offset
                offset += 1
                continue
            }
            guard header.captured <= bytes.byteCount - offset - recordHeaderBytes else {
                if !atEnd { return ParseStep(next: offset, wanted: recordHeaderBytes + header.captured) }
                damageStart = fileOffset + offset
                offset += 1
                continue
            }
            findings.packets += 1
            lastSeconds = header.seconds
            records.append(
                PacketRecord(
                    number: findings.packets, time: header.time(nanosecondsPerFraction),
                    offset: offset + recordHeaderBytes, capturedLength: header.captured,
                    wireLength: max(header.captured, header.wire)))
            offset += recordHeaderBytes + header.captured
        }
        guard atEnd, offset < bytes.byteCount else { return ParseStep(next: offset, wanted: recordHeaderBytes) }
        findings.warn(
            "the file is cut in the middle of packet \(findings.packets + 1), at offset \(fileOffset + offset), "
                + "\(bytes.byteCount - offset) bytes before its end")
        return ParseStep(next: bytes.byteCount)
    }

    mutating func end() {}
}
