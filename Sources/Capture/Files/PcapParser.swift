/// The classic pcap format, both byte orders, microseconds and nanoseconds, and Kuznetzov's variant with longer record
/// headers. <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/>
struct PcapParser: CaptureFileParser {
    /// The longest packet that a file without a larger snapshot length may hold, as in libpcap and Wireshark.
    static let maximumPacketBytes = 262_144

    private let swapped: Bool
    private let nanosecondsPerFraction: Int64
    private let recordHeaderBytes: Int
    private let maximumLength: Int
    /// Very old writers put the wire length before the captured length (libpcap's `LENGTH_SWAPPED`).
    private let lengthsMayBeSwapped: Bool
    private(set) var findings = FileFindings()
    private var headerPending = true
    private var stopped = false

    /// Reads the file header; nil when this is no classic pcap file.
    init?(_ bytes: RawSpan) throws(FileDamage) {
        let magic = bytes.u32(0, swapped: false)
        let known: [UInt32] = [0xA1B2_C3D4, 0xA1B2_3C4D, 0xA1B2_CD34]
        guard known.contains(magic) || known.contains(magic.byteSwapped) else { return nil }
        guard bytes.byteCount >= 24 else {
            throw FileDamage(reason: "a pcap file header needs 24 bytes, the file holds \(bytes.byteCount)")
        }
        swapped = !known.contains(magic)
        let plain = swapped ? magic.byteSwapped : magic
        nanosecondsPerFraction = plain == 0xA1B2_3C4D ? 1 : 1000
        recordHeaderBytes = plain == 0xA1B2_CD34 ? 24 : 16
        let major = bytes.u16(4, swapped: swapped)
        let minor = bytes.u16(6, swapped: swapped)
        guard major == 2 || major == 543 else {
            throw FileDamage(reason: "pcap version \(major).\(minor) is not known")
        }
        lengthsMayBeSwapped = major == 543 || minor <= 3
        let snapLength = Int(bytes.u32(16, swapped: swapped))
        maximumLength = min(max(snapLength, Self.maximumPacketBytes), FileFindings.maximumRecordBytes)
        // The upper bits hold the length of the frame check sequence.
        let link = LinkType(rawValue: bytes.u32(20, swapped: swapped) & 0xFFFF)
        findings.interfaces = [InterfaceInfo(linkType: link, snapLength: snapLength)]
        findings.linkTypes = [link]
    }

    mutating func parse(
        _ bytes: RawSpan, from start: Int, fileOffset: Int, atEnd: Bool, into records: inout [PacketRecord]
    ) -> ParseStep {
        if stopped { return ParseStep(next: bytes.byteCount) }
        var offset = start
        if headerPending {
            headerPending = false
            offset += 24
        }
        records.reserveCapacity((bytes.byteCount - offset) / 128)
        while bytes.byteCount - offset >= recordHeaderBytes {
            var captured = Int(bytes.u32(offset + 8, swapped: swapped))
            var wire = Int(bytes.u32(offset + 12, swapped: swapped))
            if lengthsMayBeSwapped, captured > wire { swap(&captured, &wire) }
            guard captured <= maximumLength else {
                findings.warn(
                    "the record header at offset \(fileOffset + offset) announces \(captured) bytes, over the limit of "
                        + "\(maximumLength): the file is damaged; nothing after that offset was read")
                stopped = true
                return ParseStep(next: bytes.byteCount)
            }
            guard captured <= bytes.byteCount - offset - recordHeaderBytes else {
                if !atEnd { return ParseStep(next: offset, wanted: recordHeaderBytes + captured) }
                break
            }
            let seconds = Int64(bytes.u32(offset, swapped: swapped))
            let fraction = Int64(bytes.u32(offset + 4, swapped: swapped))
            findings.packets += 1
            records.append(
                PacketRecord(
                    number: findings.packets,
                    time: Timestamp(nanoseconds: seconds * 1_000_000_000 + fraction * nanosecondsPerFraction),
                    offset: offset + recordHeaderBytes, capturedLength: captured, wireLength: max(captured, wire)))
            offset += recordHeaderBytes + captured
        }
        guard atEnd, offset < bytes.byteCount else { return ParseStep(next: offset, wanted: recordHeaderBytes) }
        findings.warn(
            "the file is cut in the middle of packet \(findings.packets + 1), at offset \(fileOffset + offset), "
                + "\(bytes.byteCount - offset) bytes before its end")
        return ParseStep(next: bytes.byteCount)
    }

    mutating func end() {}
}
