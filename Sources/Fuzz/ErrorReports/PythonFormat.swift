/// Python: `Traceback (most recent call last):` with the exception behind its frames, and `Fatal Python error: …` of its
/// faulthandler. Of exceptions that follow from each other the last is the one that nobody caught.
struct PythonFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        let line = text[start]
        if line.hasPrefix("Fatal Python error: ") { return fatal(in: text, at: start) }
        guard line.trimmed.hasPrefix("Traceback (most recent call last)"), var last = traceback(in: text, at: start)
        else { return nil }
        while let next = text.first(from: last.end, of: start, where: { !$0.isEmpty }),
            Self.links.contains(where: { text[next].hasPrefix($0) }),
            let more = text.first(from: next + 1, of: start, where: { !$0.isEmpty }),
            let another = traceback(in: text, at: more)
        {
            last = another
        }
        last.report.lines = text[start..<last.end]
        return last
    }

    private static let links = ["During handling of the above", "The above exception was the direct cause"]

    private func traceback(in text: ReportLines, at start: Int) -> (report: ErrorReport, end: Int)? {
        guard text[start].trimmed.hasPrefix("Traceback (most recent call last)") else { return nil }
        let indent = text[start].prefix { $0 == " " || $0 == "|" }
        var frames: [String] = []
        var index = start + 1
        while index < text.limit(start), text[index].hasPrefix(indent + "  ") {
            if let frame = Self.frame(text[index]) { frames.append(frame) }
            index += 1
        }
        guard index < text.count else { return nil }
        let words = text[index].dropFirst(indent.count)
        let type = words.prefix { $0 != ":" }
        let report = ErrorReport(
            "Python", .exception, kind: String(type.split(separator: ".").last ?? type), headline: String(words),
            stacks: [frames.reversed()], lines: text[start..<index + 1])
        return (report, index + 1)
    }

    private func fatal(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int) {
        let head = text.first(from: start + 1, of: start) { $0.hasPrefix("Current thread ") } ?? start
        let (frames, end) = text.stack(from: head + 1, skip: { $0 == "  <no Python frame>" }, Self.frame)
        let words = text[start].dropFirst("Fatal Python error: ".count)
        return (
            ErrorReport(
                "Python", .fatal, kind: NormalText.of(words), headline: text[start], stacks: [frames],
                lines: text[start..<end]), end
        )
    }

    /// `  File "/srv/kv.py", line 6, in handle`: `kv.handle`. Python's own library is not the program's.
    private static func frame(_ line: String) -> String? {
        guard let match = line.trimmed.wholeMatch(of: #/(?:\| )?File "(.*)", line \d+(?:,)?(?: in (.+))?/#) else {
            return nil
        }
        let path = match.1
        let function = match.2.map(String.init) ?? "<module>"
        if path.contains("/lib/python"), !path.contains("site-packages") { return "" }
        if function == "<module>" || path.hasPrefix("<") { return "" }
        let file = NormalText.fileName(path)
        return "\(file.hasSuffix(".py") ? String(file.dropLast(3)) : file).\(function)"
    }
}
