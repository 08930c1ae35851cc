/// Swift: `kv/Store.swift:3: Fatal error: Index out of range`, and the stack of its backtracer or of its runtime
/// (stdlib/public/runtime/Errors.cpp).
struct SwiftFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        let line = text[start]
        guard let words = Self.words(line) else { return nil }
        let head = text.first(from: start + 1, of: start) { line in
            line.hasSuffix(" crashed:") || line == "Current stack trace:" || Self.failure(line) != nil
        }
        var (frames, end): ([String], Int) = ([], start + 1)
        if let head, Self.failure(text[head]) == nil {
            (frames, end) = text.stack(from: head + 1, skip: Self.isBetween, Self.frame)
        }
        if !frames.contains(where: { FrameName.own($0) != nil }), let file = Self.file(line) { frames = [file] }
        return (
            ErrorReport(
                "Swift", .fatal, kind: NormalText.of(words), headline: line, stacks: [frames], lines: text[start..<end]),
            end
        )
    }

    /// What it says it is; nil for another line.
    private static func words(_ line: String) -> Substring? {
        failure(line) ?? line.firstMatch(of: #/(?:\*\*\*|💣) (Program crashed: .*?) at 0x/#)?.1
    }

    /// PHP says the same of its own, and C of what is asserted.
    private static func failure(_ line: String) -> Substring? {
        let match = line.prefixMatch(
            of: #/(?:.*\.swift:\d+: )?((?:Fatal error|Precondition failed|Assertion failed)(?:: .*)?)/#)
        guard let words = match?.1, !words.hasPrefix("Fatal error: Uncaught"), !words.hasPrefix("Assertion failed: (")
        else { return nil }
        return words
    }

    /// Of a file of the standard library nothing is told.
    private static func file(_ line: String) -> String? {
        guard let match = line.prefixMatch(of: #/(.*\.swift):\d+: /#), !match.1.hasPrefix("Swift/") else { return nil }
        return NormalText.fileName(match.1)
    }

    /// The backtracer shows source lines between frames.
    private static func isBetween(_ line: String) -> Bool {
        line.isEmpty || line.hasPrefix("...") || line.prefixMatch(of: #/\s*(?:\d+│|│|[▲^])/#) != nil
    }

    /// `  3 [ra] 0x0000556ef77902b0 handle(_:_:) + 47 in sw at …`, `5    sw     0x0000558 handle(_:_:) + 4784`.
    private static func frame(_ line: String) -> String? {
        if let match = line.prefixMatch(
            of: #/\s*\d+ (?:\s*\[[\w ,]+\])*\s*0x[0-9a-f]+ (.+?)(?: \+ \d+)? in \S+(?: at .*)?$/#)
        {
            return String(match.1)
        }
        return line.prefixMatch(of: #/\d+\s+\S+\s+0x[0-9a-f]+ (.+?)(?: \+ \d+)?$/#).map { String($0.1) }
    }
}
