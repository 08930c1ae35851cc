/// How a kind of report is written. One conformer a file; a report is read from its first line on.
protocol ReportFormat: Sendable {
    /// The report that begins with the line at `start`; nil where none does.
    ///
    /// - Returns: the report, and the line behind it.
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)?
}

/// What a program printed, line by line, bounded.
struct ReportLines {
    let lines: [String]

    /// Bytes of a line, and lines of a report, that are looked at.
    static let mostBytes = 400
    static let mostLines = 160
    /// Lines that are looked at, the first ones.
    static let most = 20_000

    init(_ bytes: some Collection<UInt8>) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: Self.most, omittingEmptySubsequences: false)
            .prefix(Self.most)
            .map { line in
                let isCarriage = line.last == UInt8(ascii: "\r")
                return String(decoding: line.prefix(Self.mostBytes).dropLast(isCarriage ? 1 : 0), as: UTF8.self)
            }
    }

    var count: Int { lines.count }

    subscript(index: Int) -> String { lines.indices.contains(index) ? lines[index] : "" }

    /// The lines of a report.
    subscript(range: Range<Int>) -> [String] { Array(lines[range.clamped(to: lines.indices)]) }

    /// Where a report ends at the latest that begins at `start`.
    func limit(_ start: Int) -> Int { min(count, start + Self.mostLines) }

    /// The first line from `start` on that is one, or where a report ends at the latest.
    func first(from start: Int, of begin: Int, where isOne: (String) -> Bool) -> Int? {
        (start..<max(start, limit(begin))).first { isOne(lines[$0]) }
    }

    /// The frames of a stack that begins at `start`: up to the first line that is none. `skip` may be passed over.
    func stack(from start: Int, skip: (String) -> Bool = { _ in false }, _ frame: (String) -> String?) -> (
        frames: [String], end: Int
    ) {
        var frames: [String] = []
        var index = start
        while index < count, index - start < Self.mostLines {
            if let name = frame(lines[index]) {
                frames.append(name)
            } else if !skip(lines[index]) {
                break
            }
            index += 1
        }
        return (frames, index)
    }
}
