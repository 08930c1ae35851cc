/// Go: `panic: …`, `fatal error: …`, and its race detector's `WARNING: DATA RACE` (runtime/panic.go, runtime/race).
struct GoFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        let line = text[start]
        if line == "WARNING: DATA RACE" { return race(in: text, at: start) }
        guard let (kind, words) = Self.beginning(line) else { return nil }
        // Messages have lines of their own, but soon goroutines are told of: else it is another language's panic.
        guard
            let head = text.first(
                from: start + 1, of: start, where: { $0.prefixMatch(of: #/goroutine \d+ .*\[.*\]:/#) != nil }),
            head - start <= Self.mostMessageLines
        else { return nil }
        var stack: (frames: [String], end: Int) = ([], head + 1)
        var index: Int? = head
        // Of a goroutine that runs on another thread there is no stack.
        while let begin = index, stack.frames.isEmpty {
            stack = text.stack(from: begin + 1, skip: Self.isPlace, Self.frame)
            index = text.first(
                from: stack.end, of: start, where: { $0.hasPrefix("goroutine ") && $0.contains("running") })
        }
        return (
            ErrorReport(
                "Go", .fatal, kind: "\(kind): \(Self.message(words))", headline: line, stacks: [stack.frames],
                lines: text[start..<stack.end]), stack.end
        )
    }

    private static let mostMessageLines = 16

    private static func beginning(_ line: String) -> (kind: String, words: Substring)? {
        for (prefix, kind) in [("panic: ", "panic"), ("fatal error: ", "fatal error"), ("SIG", "signal")]
        where line.hasPrefix(prefix) {
            return (kind, kind == "signal" ? line[...] : line.dropFirst(prefix.count))
        }
        return nil
    }

    /// Which of the two accesses notices the other is an accident.
    private static func message(_ words: Substring) -> String {
        words.hasPrefix("concurrent map") ? "concurrent map access" : NormalText.of(words)
    }

    /// `main.(*store).get(0xc0000121c8?, …)`; `created by main.main` is none.
    private static func frame(_ line: String) -> String? {
        guard let first = line.first, first.isLetter || first == "_", line.hasSuffix(")"),
            !line.hasPrefix("created by ")
        else { return nil }
        return line
    }

    private static func isPlace(_ line: String) -> Bool {
        line.hasPrefix("\t") && !line.contains("stack unavailable")
    }

    private func race(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int) {
        let end = text.first(from: start + 1, of: start) { $0.hasPrefix("==================") } ?? text.limit(start)
        var stacks: [[String]] = []
        var index = start + 1
        while index < end, stacks.count < 2 {
            let isAccess = text[index].prefixMatch(of: #/(?:Previous )?(?:[Rr]ead|[Ww]rite|Atomic).* by /#) != nil
            index += 1
            guard isAccess else { continue }
            let stack = text.stack(from: index, skip: { $0.hasPrefix("      ") }) { line in
                line.hasPrefix("  ") && !line.hasPrefix("   ") ? line.trimmed : nil
            }
            stacks.append(stack.frames)
            index = stack.end
        }
        return (
            ErrorReport(
                "Go's race detector", .race, kind: "data race", headline: text[start], stacks: stacks,
                lines: text[start..<end]), end
        )
    }
}
