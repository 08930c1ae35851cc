public import Capture
public import Verification

/// `crossfire check --annotate`: a capture once more, what violations say of its packets as their comments. Packets go
/// straight from one file to the other, so memory does not grow with the capture.
public struct CaptureAnnotation: ~Copyable {
    private var comments: [Int: [String]] = [:]
    private var writer: PcapngWriter

    /// Writes the capture at `path`, which is read once more; `name` is what the new file calls it.
    ///
    /// - Throws: `CaptureError`; no file is left then.
    /// - Complexity: O(bytes of the capture).
    public static func write(
        of path: String, named name: String, _ reading: CaptureReading, _ judgement: Judgement, to destination: String
    ) throws(CaptureError) {
        var reader = try CaptureFileReader(path: path)
        var annotation = try CaptureAnnotation(
            of: name, judgement, sectionComments: reading.sectionComments, interfaces: reading.interfaces,
            linkTypes: reading.linkTypes, path: destination)
        while let batch = try reader.nextBatch() { try annotation.add(batch) }
        try annotation.finish()
    }

    /// Opens the file; its section tells the verdict and every violation, after the comments that the capture has.
    ///
    /// - Parameter linkTypes: Those of the capture's packets: classic captures name no interface.
    /// - Throws: `CaptureError.unwritable`.
    public init(
        of capture: String, _ judgement: Judgement, sectionComments: [String], interfaces: [InterfaceInfo],
        linkTypes: [LinkType], path: String
    ) throws(CaptureError) {
        var sentences = sectionComments
        sentences.append("check of \(capture): \(judgement.verdict.rawValue)")
        for violation in judgement.violations {
            sentences.append("\(violation.oracle.rawValue): \(violation.summary)")
            for (packet, note) in zip(violation.packets, violation.notes) {
                comments[packet, default: []].append("\(violation.oracle.rawValue): \(note)")
            }
        }
        writer = try PcapngWriter(
            path: path, section: SectionInfo(application: "crossfire \(Version.text)", comments: sentences),
            interfaces: InterfaceInfo.named(interfaces, linkTypes))
    }

    /// Writes a batch's packets.
    ///
    /// - Throws: `CaptureError.unwritable`; no file is left then.
    public mutating func add(_ batch: PacketBatch) throws(CaptureError) {
        for record in batch.records { try writer.write(record, in: batch, comments: comments[record.number] ?? []) }
    }

    /// Ends the file, which has its name only from now on.
    ///
    /// - Throws: `CaptureError.unwritable`; no file is left then.
    public consuming func finish() throws(CaptureError) {
        try writer.finish(statistics: nil)
    }
}

extension InterfaceInfo {
    /// An interface for each link type, the nameless ones of classic captures too.
    static func named(_ interfaces: [InterfaceInfo], _ linkTypes: [LinkType]) -> [InterfaceInfo] {
        var known = interfaces
        for index in known.count..<max(known.count, linkTypes.count) {
            known.append(InterfaceInfo(name: "", linkType: linkTypes[index], snapLength: 262_144))
        }
        return known
    }
}
