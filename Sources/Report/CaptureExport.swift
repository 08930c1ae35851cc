public import Capture
public import Fuzz
public import Verification

/// A finding's packets as pcapng, with comments on the packets that matter, so that Wireshark shows the story.
public struct CaptureExport: Sendable {
    private let finding: Finding
    private let context: RunContext

    /// The oracles whose evidence is not in the packets: what the campaign saw of the process is noted in the file.
    static let observed: [OracleID] = [.crash, .resources, .hang, .isolation]
    private static let notePrefix = "crossfire observed "

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
        if Self.observed.contains(violation.oracle) || violation.restsOnLog {
            comments.append("\(Self.notePrefix)\(violation.oracle.rawValue): \(violation.summary)")
        }
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

    /// What a campaign noted in a capture that it wrote: violations which packets alone cannot show.
    public static func observations(in sectionComments: [String]) -> [Violation] {
        sectionComments.compactMap { comment in
            guard comment.hasPrefix(notePrefix) else { return nil }
            let note = comment.dropFirst(notePrefix.count)
            guard let colon = note.firstIndex(of: ":"), let oracle = OracleID(rawValue: String(note[..<colon])) else {
                return nil
            }
            let summary = note[note.index(after: colon)...].drop { $0 == " " }
            return Violation(
                oracle: oracle, summary: "noted by the campaign: \(summary)", signature: "noted \(oracle.rawValue)")
        }
    }
}
