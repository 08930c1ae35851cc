import Glibc
import System

/// Writes a pcapng file of one section, byte order of this machine, nanosecond time stamps, as
/// draft-ietf-opsawg-pcapng says. libpcap cannot.
///
/// The file is written beside its place and renamed by `finish`: a reader never sees half of it. A writer that goes
/// without `finish` removes what it wrote, unless it is a recording's.
public struct PcapngWriter: ~Copyable {
    private var file: PendingFile
    private let interfaceCount: Int
    private var out: [UInt8] = []
    private var flushed = 0
    /// Packets written so far, buffered ones included.
    private(set) var packets = 0

    /// Bytes gathered before they are written.
    static let bufferBytes = 256 << 10
    /// The longest text of one option; the rest is cut.
    static let maximumOptionBytes = 65_532
    /// The longest name of an address; the rest is cut.
    static let maximumNameBytes = 255

    /// Opens the file and writes the headers.
    ///
    /// - Parameter remains: what becomes of a file that cannot be finished.
    /// - Throws: `.unwritable`.
    public init(
        path: String, section: SectionInfo, interfaces: [InterfaceInfo], remains: PendingFile.Remains = .nothing
    ) throws(CaptureError) {
        file = try PendingFile(path: path, remains: remains)
        interfaceCount = interfaces.count
        out.reserveCapacity(Self.bufferBytes + (64 << 10))
        writeSection(section)
        for interface in interfaces { writeInterface(interface) }
    }

    /// Writes a packet of `batch` with its comments, which Wireshark shows.
    ///
    /// The record's interface is one of those given to `init`, and its bytes lie in the batch; else this traps.
    ///
    /// - Throws: `.unwritable`.
    public mutating func write(
        _ record: PacketRecord, in batch: PacketBatch, comments: [String] = []
    ) throws(CaptureError) {
        try write(record, in: batch, notes: PacketNotes(comments: comments))
    }

    /// Writes a packet of `batch` with all that is to be said of it.
    ///
    /// - Throws: `.unwritable`.
    public mutating func write(_ record: PacketRecord, in batch: PacketBatch, notes: PacketNotes) throws(CaptureError) {
        precondition(record.interface < interfaceCount, "interface \(record.interface) was not given to the writer")
        // The format has no times before 1970.
        let time = UInt64(max(0, record.time.nanoseconds))
        let block = begin(Self.packetBlock)
        append(UInt32(record.interface))
        append(UInt32(truncatingIfNeeded: time >> 32))
        append(UInt32(truncatingIfNeeded: time))
        append(UInt32(record.capturedLength))
        append(UInt32(record.wireLength))
        out.append(contentsOf: batch.bytes[record.offset..<record.offset + record.capturedLength])
        pad()
        if !notes.isEmpty { writeNotes(notes) }
        end(block)
        packets += 1
        if out.count >= Self.bufferBytes { try flush() }
    }

    /// Writes names of addresses (name resolution block), which Wireshark shows instead of the addresses.
    ///
    /// - Throws: `.unwritable`.
    public mutating func writeNames(_ names: [(address: IPAddress, name: String)]) throws(CaptureError) {
        let block = begin(4)
        for (address, name) in names {
            let text = Array(name.utf8.prefix(Self.maximumNameBytes).filter { $0 != 0 }) + [0]
            switch address {
            case .v4(let value): nameRecord(1, withUnsafeBytes(of: value.bigEndian) { Array($0) } + text)
            case .v6(let high, let low):
                let bytes =
                    withUnsafeBytes(of: high.bigEndian) { Array($0) } + withUnsafeBytes(of: low.bigEndian) { Array($0) }
                nameRecord(2, bytes + text)
            }
        }
        append(UInt32(0))
        end(block)
        if out.count >= Self.bufferBytes { try flush() }
    }

    /// Writes TLS keys in the NSS key log format (decryption secrets block), so that Wireshark can decrypt the packets
    /// that follow.
    ///
    /// - Throws: `.unwritable`.
    public mutating func writeTLSKeys(_ keyLog: String) throws(CaptureError) {
        let block = begin(10)
        append(UInt32(0x544C_534B))  // "TLSK"
        append(UInt32(keyLog.utf8.count))
        out.append(contentsOf: keyLog.utf8)
        pad()
        end(block)
        if out.count >= Self.bufferBytes { try flush() }
    }

    /// Bytes written so far, buffered ones included.
    public var bytesWritten: Int { flushed + out.count }

    /// Writes the statistics of the first interface, closes the file and puts it in its place. Nothing may be written
    /// afterwards.
    ///
    /// - Throws: `.unwritable`; the file's place is then as it was before.
    public mutating func finish(statistics: CaptureStatistics?) throws(CaptureError) {
        try finish(statistics: statistics.map { [$0] } ?? [])
    }

    /// Writes the statistics of each interface, closes the file and puts it in its place. Nothing may be written
    /// afterwards.
    ///
    /// - Throws: `.unwritable`; the file's place is then as it was before.
    public mutating func finish(statistics: [CaptureStatistics]) throws(CaptureError) {
        for (interface, counts) in statistics.prefix(interfaceCount).enumerated() { writeStatistics(counts, interface) }
        try flush()
        try file.commit()
    }

    /// Where the bytes are until `finish`.
    var temporaryPath: String { file.temporary }

    /// Whether anything waits for the next write.
    var hasBuffered: Bool { !out.isEmpty }

    /// Writes what is buffered: whoever reads the file, or finds it after a SIGKILL, has all packets so far.
    ///
    /// - Throws: `.unwritable`.
    mutating func flush() throws(CaptureError) {
        guard !out.isEmpty else { return }
        try file.write(out)
        flushed += out.count
        out.removeAll(keepingCapacity: true)
    }

    /// After a write that failed: cuts the file behind its last whole block and puts it in its place.
    ///
    /// - Returns: where the file is: under its temporary name, if it cannot be renamed.
    mutating func salvage() -> String {
        guard file.isOpen else { return file.temporary }
        var whole = 0
        for block in blocks() {
            if flushed + block.end <= file.written {
                whole = block.end
            } else if block.type == Self.packetBlock {
                packets -= 1
            }
        }
        file.cut(to: flushed + whole)
        out.removeAll()
        do {
            try file.commit()
            return file.path
        } catch {
            return file.temporary
        }
    }

    /// The blocks that wait to be written: their types, and where they end.
    private func blocks() -> [(type: UInt32, end: Int)] {
        var found: [(type: UInt32, end: Int)] = []
        var start = 0
        out.withUnsafeBytes { bytes in
            while start + 8 <= bytes.count {
                let type = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
                start += Int(bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self))
                found.append((type, start))
            }
        }
        return found
    }

    /// The type of an enhanced packet block.
    private static let packetBlock: UInt32 = 6
}

/// The blocks.
extension PcapngWriter {
    private mutating func writeSection(_ section: SectionInfo) {
        let block = begin(0x0A0D_0D0A)
        append(UInt32(0x1A2B_3C4D))
        append(UInt16(1))
        append(UInt16(0))
        append(UInt64.max)  // The section's length is not known.
        for comment in section.comments { option(1, comment) }
        optionalText(2, section.hardware)
        optionalText(3, section.os)
        optionalText(4, section.application)
        endOfOptions()
        end(block)
    }

    private mutating func writeInterface(_ interface: InterfaceInfo) {
        let block = begin(1)
        append(UInt16(truncatingIfNeeded: interface.linkType.rawValue))
        append(UInt16(0))
        append(UInt32(clamping: interface.snapLength))
        optionalText(2, interface.name)
        optionalText(3, interface.description)
        option(9, [9])  // 10^-9 s
        if !interface.filter.isEmpty { option(11, [0] + Array(interface.filter.utf8)) }
        endOfOptions()
        end(block)
    }

    private mutating func writeNotes(_ notes: PacketNotes) {
        for comment in notes.comments { option(1, comment) }
        if let direction = notes.direction {
            append(UInt16(2))
            append(UInt16(4))
            append(direction.rawValue)
        }
        if let dropped = notes.droppedBefore { number(4, dropped) }
        endOfOptions()
    }

    private mutating func nameRecord(_ type: UInt16, _ value: [UInt8]) {
        append(type)
        append(UInt16(value.count))
        out.append(contentsOf: value)
        pad()
    }

    private mutating func writeStatistics(_ statistics: CaptureStatistics, _ interface: Int) {
        let time = UInt64(Clock.wall)
        let block = begin(5)
        append(UInt32(interface))
        append(UInt32(truncatingIfNeeded: time >> 32))
        append(UInt32(truncatingIfNeeded: time))
        number(4, statistics.received)
        number(5, statistics.interfaceDropped)
        number(7, statistics.dropped)
        number(8, statistics.delivered)
        endOfOptions()
        end(block)
    }
}

/// The bytes of blocks and options.
extension PcapngWriter {
    private mutating func begin(_ type: UInt32) -> Int {
        let start = out.count
        append(type)
        append(UInt32(0))
        return start
    }

    private mutating func end(_ start: Int) {
        let length = UInt32(out.count - start + 4)
        withUnsafeBytes(of: length) { bytes in
            for index in 0..<4 { out[start + 4 + index] = bytes[index] }
        }
        append(length)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value) { out.append(contentsOf: $0) }
    }

    private mutating func pad() {
        while out.count % 4 != 0 { out.append(0) }
    }

    private mutating func option(_ code: UInt16, _ value: [UInt8]) {
        append(code)
        append(UInt16(value.count))
        out.append(contentsOf: value)
        pad()
    }

    private mutating func option(_ code: UInt16, _ text: String) {
        option(code, Array(text.utf8.prefix(Self.maximumOptionBytes)))
    }

    private mutating func optionalText(_ code: UInt16, _ text: String) {
        if !text.isEmpty { option(code, text) }
    }

    private mutating func number(_ code: UInt16, _ value: UInt64) {
        append(code)
        append(UInt16(8))
        append(value)
    }

    private mutating func endOfOptions() {
        append(UInt32(0))
    }
}
