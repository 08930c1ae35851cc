/// The classic pcap format, both byte orders, microseconds and nanoseconds, and the variants of Kuznetzov (longer record
/// headers) and Ixia (a longer file header). <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/>
struct PcapParser: CaptureFileParser {
    /// The longest packet that a file without a larger snapshot length may hold, as in libpcap and Wireshark.
    static let maximumPacketBytes = 262_144
    static let fileHeaderBytes = 24

    /// The first four bytes of a file, in its writer's byte order.
    private enum Magic: UInt32 {
        case microseconds = 0xA1B2_C3D4
        case nanoseconds = 0xA1B2_3C4D
        /// Record headers have eight bytes more.
        case kuznetzov = 0xA1B2_CD34
        /// After the file header stands the size of all records. Microseconds, as Wireshark reads both.
        case ixiaHardware = 0x1C00_01AC
        case ixiaSoftware = 0x1C00_01AB
        /// Reserved in libpcap, and read neither there nor by Wireshark: their layouts were not published.
        case mesquita = 0xA1B2_34CD
        case navtel = 0xA12B_3C4D
    }

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
    private let headerBytes: Int
    private var headerPending = true

    /// Reads the file header; nil when this is no classic pcap file.
    init?(_ bytes: RawSpan) throws(FileDamage) {
        let first = bytes.u32(0, swapped: false)
        guard let magic = Magic(rawValue: first) ?? Magic(rawValue: first.byteSwapped) else { return nil }
        if magic == .mesquita || magic == .navtel {
            throw FileDamage(reason: "it is of a pcap variant whose layout is not published (\(magic))")
        }
        let isIxia = magic == .ixiaHardware || magic == .ixiaSoftware
        headerBytes = Self.fileHeaderBytes + (isIxia ? 4 : 0)
        guard bytes.byteCount >= headerBytes else {
            throw FileDamage(
                reason: "a pcap file header needs \(headerBytes) bytes, the file holds \(bytes.byteCount)")
        }
        swapped = magic.rawValue != first
        nanosecondsPerFraction = magic == .nanoseconds ? 1 : 1000
        recordHeaderBytes = magic == .kuznetzov ? 24 : 16
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
            offset += headerBytes
        }
        records.reserveCapacity((bytes.byteCount - offset) / 128)
        while true {
            if damageStart == nil, !lengthsMayBeSwapped { takeSound(bytes, &offset, into: &records) }
            if damageStart != nil, let step = recover(bytes, &offset, fileOffset, atEnd) { return step }
            guard bytes.byteCount - offset >= recordHeaderBytes else { break }
            let header = header(bytes, offset)
            if !atEnd, lengthsMayBeSwapped || !isSound(header) {
                let needed = bytesToJudge(bytes, offset)
                guard bytes.byteCount - offset >= needed else { return ParseStep(next: offset, wanted: needed) }
            }
            guard isSound(header) || isChained(header, bytes, offset, atEnd) else {
                damage(at: &offset, fileOffset)
                continue
            }
            guard header.captured <= bytes.byteCount - offset - recordHeaderBytes else {
                if !atEnd { return ParseStep(next: offset, wanted: recordHeaderBytes + header.captured) }
                damage(at: &offset, fileOffset)
                continue
            }
            lastSeconds = header.seconds
            let isLost = isLostInZeros(header, bytes, offset)
            if isLost == nil, !atEnd { return ParseStep(next: offset, wanted: 2 * recordHeaderBytes + header.captured) }
            if isLost == true {
                damageStart = fileOffset + offset
                offset += recordHeaderBytes + header.captured
                continue
            }
            findings.packets += 1
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

    /// Appends the records from `offset` on that are sound and whole, up to the first that needs a second look.
    private mutating func takeSound(_ bytes: RawSpan, _ offset: inout Int, into records: inout [PacketRecord]) {
        // Copies, so that the loop stores nothing in `self`.
        var place = offset
        var number = findings.packets
        var seconds = lastSeconds
        while bytes.byteCount - place >= recordHeaderBytes {
            let header = plainHeader(bytes, place)
            guard isSound(header), header.captured <= bytes.byteCount - place - recordHeaderBytes,
                isLostInZeros(header, bytes, place) == false
            else { break }
            number += 1
            seconds = header.seconds
            records.append(
                PacketRecord(
                    number: number, time: header.time(nanosecondsPerFraction), offset: place + recordHeaderBytes,
                    capturedLength: header.captured, wireLength: header.wire))
            place += recordHeaderBytes + header.captured
        }
        findings.packets = number
        lastSeconds = seconds
        offset = place
    }
}
