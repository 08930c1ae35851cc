/// Reads a pcap, pcapng or snoop file, batch by batch, in one pass: memory does not grow with the file. Files compressed
/// with gzip, Zstandard or xz are read as they are, through libz.so.1, libzstd.so.1 and liblzma.so.5 where those are
/// installed.
///
/// The magic number decides the format. What is damaged is said in `warnings`, and what is sound is still read: a
/// result with warnings is partial.
public struct CaptureFileReader: ~Copyable {
    /// Bytes of the file that one batch takes; more only where one packet needs more.
    package static let batchBytes = 128 << 10

    private let source: ByteSource
    /// What was read from the file last; all before `position` is handed over or skipped.
    private var buffer: [UInt8] = []
    private var position = 0
    private var records: [PacketRecord] = []
    /// Where `buffer` starts in the file.
    private var bufferOffset = 0
    /// Bytes that the parser needs at once to go on; 0 where any number helps.
    private var wanted = 0
    private var atEnd = false
    private var parser: any CaptureFileParser

    /// Opens a capture and reads its header.
    ///
    /// - Parameter path: a file, or `-` for standard input.
    /// - Throws: `.unreadable` when it cannot be opened or is of none of these formats.
    public init(path: String) throws(CaptureError) {
        let source = try ByteSource(path: path)
        var start: [UInt8] = []
        try source.read(Self.batchBytes, appendingTo: &start)
        if start.isEmpty, let damage = source.warning { throw .unreadable(path: source.name, reason: damage) }
        let parser = try Self.parser(for: start, named: source.name)
        self.source = source
        self.parser = parser
        buffer = start
        atEnd = start.count < Self.batchBytes
    }

    private static func parser(for start: [UInt8], named name: String) throws(CaptureError) -> any CaptureFileParser {
        guard start.count >= 4 else {
            let reason = start.isEmpty ? "the file is empty" : "the file holds only \(start.count) bytes"
            throw .unreadable(path: name, reason: reason)
        }
        do throws(FileDamage) {
            if let classic = try PcapParser(start.span.bytes) { return classic }
            if let modern = try PcapngParser(start.span.bytes) { return modern }
            if let snoop = try SnoopParser(start.span.bytes) { return snoop }
        } catch {
            throw .unreadable(path: name, reason: error.reason)
        }
        throw .unreadable(path: name, reason: "it is neither pcap nor pcapng nor snoop")
    }

    /// What was damaged, skipped or cut, and where, one sentence each. Complete once `nextBatch` returned nil.
    public var warnings: [String] { parser.findings.warnings + (source.warning.map { [$0] } ?? []) }

    /// The comments of the file's sections (pcapng `opt_comment` of section header blocks).
    public var sectionComments: [String] { parser.findings.sectionComments }

    /// The interfaces seen so far, by `PacketRecord.interface`.
    public var interfaces: [InterfaceInfo] { parser.findings.interfaces }

    /// The number of the last packet so far. Wireshark also numbers custom blocks, and so does this.
    public var lastNumber: Int { parser.findings.packets }

    /// Packets that the capture dropped, by interface statistics and packets' drop counts; nil when the file does not
    /// say.
    public var droppedPackets: UInt64? { parser.findings.droppedPackets }

    /// The next packets, about an eighth of a mebibyte of the file; nil at the end.
    ///
    /// A batch that is let go of before the next call gives its room to the next one.
    ///
    /// - Throws: `.unreadable` when the file cannot be read on.
    public mutating func nextBatch() throws(CaptureError) -> PacketBatch? {
        while true {
            if !atEnd, buffer.count - position < max(Self.batchBytes, wanted) { try fill() }
            guard position < buffer.count else {
                parser.end()
                return nil
            }
            records.removeAll(keepingCapacity: true)
            let unread = buffer
            let step = parser.parse(
                unread.span.bytes, from: position, fileOffset: bufferOffset, atEnd: atEnd, into: &records)
            let stuck = step.next == position
            position = step.next
            wanted = step.wanted
            if !records.isEmpty {
                return PacketBatch(bytes: buffer, records: records, linkTypes: parser.findings.linkTypes)
            }
            // At the end nothing more comes for a parser that makes no step; it has said why.
            if stuck, atEnd { position = buffer.count }
        }
    }

    /// Moves the unread tail to the front and reads behind it.
    ///
    /// A batch more than a large need, so that damage full of long lengths does not move the tail for each of them.
    private mutating func fill() throws(CaptureError) {
        bufferOffset += position
        let tail = Array(buffer[position...])
        buffer.removeAll(keepingCapacity: true)
        buffer += tail
        position = 0
        let missing = Self.batchBytes + (wanted > Self.batchBytes ? wanted : 0) - buffer.count
        let before = buffer.count
        try source.read(missing, appendingTo: &buffer)
        atEnd = buffer.count - before < missing
    }
}

/// One file format, fed with the file's bytes.
protocol CaptureFileParser {
    /// What was learned besides the packets.
    var findings: FileFindings { get }
    /// Parses all whole records of `bytes` from `start` on.
    ///
    /// At the end of the file an unfinished record is reported and nothing is left over.
    mutating func parse(
        _ bytes: RawSpan, from start: Int, fileOffset: Int, atEnd: Bool, into records: inout [PacketRecord]
    ) -> ParseStep
    /// The file is over.
    mutating func end()
}

/// How far a parser came.
struct ParseStep {
    /// The first byte that it did not use.
    var next: Int
    /// Bytes that it needs from there to go on; 0 where any number helps.
    var wanted = 0
}

/// Why a file cannot be read at all.
struct FileDamage: Error {
    let reason: String
}

/// What a file says besides its packets.
struct FileFindings {
    /// The longest packet or block that is held in memory. A longer one is taken as damage and skipped.
    static let maximumRecordBytes = 16 << 20
    /// The most warnings kept; a last one says that there were more.
    static let maximumWarnings = 100

    var warnings: [String] = []
    var sectionComments: [String] = []
    var droppedPackets: UInt64?
    var interfaces: [InterfaceInfo] = []
    var linkTypes: [LinkType] = []
    /// The number of the last packet.
    var packets = 0

    mutating func warn(_ text: String) {
        if warnings.count < Self.maximumWarnings { warnings.append(text) }
        if warnings.count == Self.maximumWarnings { warnings.append("there is more damage than these warnings tell") }
    }

    mutating func dropped(_ count: UInt64) {
        droppedPackets = (droppedPackets ?? 0) &+ count
    }
}
