public import Capture
public import Fuzz
import Verification

/// A finding's packets as pcapng, with comments on the packets that matter, so that Wireshark shows the story.
public struct CaptureExport: Sendable {
    private let finding: Finding
    private let context: RunContext

    /// Prepares the export of one finding.
    public init(_ finding: Finding, _ context: RunContext) {
        self.finding = finding
        self.context = context
    }

    /// Writes the file.
    ///
    /// - Throws: `CaptureError.unwritable`; no file is left then.
    public func write(to path: String) throws(CaptureError) {
        let violation = finding.violation
        var comments = [
            "\(finding.id): \(violation.summary)",
            "protocol \(context.protocolName), target \(context.target.text), seed \(context.seed), "
                + "execution \(finding.firstExecution)",
        ]
        if let note = CampaignNote.comment(on: violation) { comments.append(note) }
        let packets = finding.packets
        var notes: [Int: [String]] = [:]
        for (packet, note) in zip(violation.packets, violation.notes) { notes[packet, default: []].append(note) }
        let kept = Self.kept(packets, besides: Set(violation.packets))
        if kept.count < packets.records.count {
            comments.append(
                "cut: \(packets.records.count - kept.count) packets behind the first \(Self.maximumBytes >> 20) MiB are left out"
            )
        }
        var writer = try PcapngWriter(
            path: path, section: SectionInfo(os: "Linux", application: "crossfire \(Version.text)", comments: comments),
            interfaces: [
                InterfaceInfo(name: "lo", linkType: packets.linkTypes.first ?? .ethernet, snapLength: 262_144)
            ])
        for record in kept {
            try writer.write(record, in: packets, comments: notes[record.number] ?? [])
        }
        try writer.finish(statistics: nil)
    }

    /// The packets of the beginning, and those that the evidence names: a target may have sent without end.
    private static func kept(_ packets: PacketBatch, besides named: Set<Int>) -> [PacketRecord] {
        var bytes = 0
        return packets.records.filter { record in
            bytes += record.capturedLength
            return bytes <= maximumBytes || named.contains(record.number)
        }
    }

    /// Bytes of the first packets that a finding keeps.
    private static let maximumBytes = 16 << 20
}
