/// What a campaign notes in a capture that it writes, for those who judge the file: violations that packets alone do not show.
public enum CampaignNote {
    /// The oracles whose evidence is not in the packets.
    private static let observed: [OracleID] = [.crash, .sanitizer, .resources, .hang, .stall, .spin, .isolation]
    private static let prefix = "crossfire observed "

    /// The section comment that tells of a violation; nil where the packets show it.
    public static func comment(on violation: Violation) -> String? {
        guard observed.contains(violation.oracle) || violation.restsOnLog else { return nil }
        return "\(prefix)\(violation.oracle.rawValue): \(violation.summary)"
    }

    /// The violations that a capture's section comments tell of.
    public static func violations(in sectionComments: [String]) -> [Violation] {
        sectionComments.compactMap { comment in
            guard comment.hasPrefix(prefix) else { return nil }
            let note = comment.dropFirst(prefix.count)
            guard let colon = note.firstIndex(of: ":"), let oracle = OracleID(rawValue: String(note[..<colon])) else {
                return nil
            }
            let summary = note[note.index(after: colon)...].drop { $0 == " " }
            return Violation(
                oracle: oracle, summary: "noted by the campaign: \(summary)", signature: "noted \(oracle.rawValue)")
        }
    }
}

extension Judge {
    /// Judges the evidence of a capture file, with what a campaign noted in it.
    ///
    /// - Complexity: as `judge` of the evidence alone.
    public func judge(_ evidence: Evidence, notedIn sectionComments: [String]) -> Judgement {
        var judgement = judge(evidence)
        judgement.violations = CampaignNote.violations(in: sectionComments) + judgement.violations
        return judgement
    }
}
