import Verification

/// A report for people, with nothing in it that acts on a terminal.
extension ErrorReport {
    /// The decisive line, and where it is said to have happened.
    var sentence: String {
        let quoted = printable(headline.utf8, limit: Self.mostCharacters)
        let frames = ownFrames.filter { !headline.contains($0) }
        guard !frames.isEmpty else { return quoted }
        let places = printable(
            frames.joined(separator: nature == .race ? " and " : ", from ").utf8, limit: Self.mostCharacters)
        return "\(quoted) (in \(places))"
    }

    /// Its lines, as evidence keeps them.
    var quotedLines: [String] { lines.map { printable($0.utf8, limit: ReportLines.mostBytes) } }

    /// Of a line that is told.
    private static let mostCharacters = 240
}
