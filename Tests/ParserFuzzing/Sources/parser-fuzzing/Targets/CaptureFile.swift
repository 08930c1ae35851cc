@testable import Capture

/// All that a capture file says, without where it lay.
struct CaptureContent: Equatable {
    struct Packet: Equatable {
        var time: Int64
        var bytes: [UInt8]
        var wireLength: Int
        var interface: Int
    }

    var packets: [Packet] = []
    var numbers: [Int] = []
    var interfaces: [InterfaceInfo] = []
    var comments: [String] = []
    var warnings: [String] = []
    var dropped: UInt64?

    mutating func take(_ records: [PacketRecord], _ bytes: ArraySlice<UInt8>) {
        for record in records {
            require(record.capturedLength <= record.wireLength, "no more bytes are kept than the packet had")
            require(record.number > numbers.last ?? 0, "numbers ascend")
            let start = bytes.startIndex + record.offset
            packets.append(
                Packet(
                    time: record.time.nanoseconds, bytes: Array(bytes[start..<start + record.capturedLength]),
                    wireLength: record.wireLength, interface: record.interface))
            numbers.append(record.number)
        }
    }

    mutating func take(_ findings: FileFindings) {
        interfaces = findings.interfaces
        comments = findings.sectionComments
        warnings = findings.warnings
        dropped = findings.droppedPackets
    }
}

/// What must hold of capture files, whatever their format.
enum CaptureFile {
    /// Reads the input as a file, in pieces, and as the project's writer writes it.
    static func check(_ input: [UInt8]) {
        writeFile(ScratchFile.input, input)
        guard let whole = try? read(ScratchFile.input) else { return }
        for packet in whole.packets { require(packet.interface < whole.interfaces.count, "its interface is described") }
        guard !isCompressed(input) else { return checkRewriting(whole) }
        let bytes = whole.packets.reduce(0) { $0 + $1.bytes.count }
        require(bytes <= input.count, "no byte of the file is in two packets")
        let piece = 1 + Int(input[input.count - 1])
        requireEqual(readInPieces(input, piece), whole, "pieces of \(piece) bytes say the same as the whole")
        checkRewriting(whole)
    }

    static func isCompressed(_ input: [UInt8]) -> Bool {
        [GzipDecompressor.magic, ZstandardDecompressor.magic, XZDecompressor.magic].contains { input.starts(with: $0) }
    }

    private static func read(_ path: String) throws(CaptureError) -> CaptureContent {
        var content = CaptureContent()
        var reader = try CaptureFileReader(path: path)
        while let batch = try reader.nextBatch() { content.take(batch.records, batch.bytes[...]) }
        content.interfaces = reader.interfaces
        content.comments = reader.sectionComments
        content.warnings = reader.warnings
        content.dropped = reader.droppedPackets
        return content
    }

    /// As `CaptureFileReader`, but with batches of a few bytes.
    private static func readInPieces(_ input: [UInt8], _ piece: Int) -> CaptureContent {
        // The reader's first batch holds the longest file header.
        let header = 28
        let bytes = input.span.bytes
        let classic: (any CaptureFileParser)? = try? PcapParser(bytes)
        let snoop: (any CaptureFileParser)? = try? SnoopParser(bytes)
        guard var parser = classic ?? snoop ?? (try? PcapngParser(bytes)) else {
            fatalError("property: the header is read again")
        }
        var content = CaptureContent()
        var position = 0
        var available = min(input.count, max(header, piece))
        while position < input.count {
            let window = input[position..<available]
            let atEnd = available == input.count
            var records: [PacketRecord] = []
            let step = Array(window).withSpan { parser.parse($0.bytes, from: 0, position, atEnd, &records) }
            content.take(records, window)
            require((0...window.count).contains(step.next), "a parser steps within its bytes")
            if atEnd, step.next == 0 { break }
            position += step.next
            available = min(input.count, max(available + piece, position + step.wanted))
        }
        parser.end()
        content.take(parser.findings)
        return content
    }

    private static func checkRewriting(_ whole: CaptureContent) {
        guard !whole.packets.isEmpty else { return }
        var batch = PacketBatch(linkTypes: whole.interfaces.map(\.linkType))
        for (index, packet) in whole.packets.enumerated() {
            batch.records.append(
                PacketRecord(
                    number: index + 1, time: Timestamp(nanoseconds: packet.time), offset: batch.bytes.count,
                    capturedLength: packet.bytes.count, wireLength: packet.wireLength, interface: packet.interface))
            batch.bytes += packet.bytes
        }
        do {
            let section = SectionInfo(comments: whole.comments)
            try write(batch, section, whole.interfaces, to: ScratchFile.output)
            let again = try read(ScratchFile.output)
            var packets = whole.packets
            // The format has no times before 1970.
            for index in packets.indices { packets[index].time = max(0, packets[index].time) }
            requireEqual(again.packets, packets, "packets written are those read")
            requireEqual(again.interfaces, whole.interfaces, "interfaces written are those read")
            requireEqual(again.comments, whole.comments, "comments written are those read")
            requireEqual(again.warnings, [], "what the writer wrote is sound")
        } catch {
            fatalError("property: what was read can be written and read: \(error)")
        }
    }

    static func write(
        _ batch: PacketBatch, _ section: SectionInfo, _ interfaces: [InterfaceInfo], to path: String,
        notes: PacketNotes = PacketNotes()
    ) throws(CaptureError) {
        var writer = try PcapngWriter(path: path, section: section, interfaces: interfaces)
        for record in batch.records { try writer.write(record, in: batch, notes: notes) }
        try writer.finish(statistics: [CaptureStatistics(received: 3, dropped: 1)])
    }
}

extension CaptureFileParser {
    fileprivate mutating func parse(
        _ bytes: RawSpan, from start: Int, _ fileOffset: Int, _ atEnd: Bool, _ records: inout [PacketRecord]
    ) -> ParseStep {
        parse(bytes, from: start, fileOffset: fileOffset, atEnd: atEnd, into: &records)
    }
}

extension Array {
    fileprivate func withSpan<Result>(_ body: (Span<Element>) -> Result) -> Result {
        body(span)
    }
}
