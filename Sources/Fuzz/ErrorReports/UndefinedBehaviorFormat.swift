/// UndefinedBehaviorSanitizer: `kv.c:11:54: runtime error: signed integer overflow: 3 + 2147483647 cannot be …`, with a stack
/// where `print_stacktrace=1`.
struct UndefinedBehaviorFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        let line = text[start]
        guard line.contains(": runtime error: "),
            let match = line.prefixMatch(of: #/(.+?)(?::\d+){1,2}: runtime error: (.+)/#)
        else { return nil }
        var (frames, end) = text.stack(from: start + 1, SanitizerFormat.frame)
        if text[end].hasPrefix("SUMMARY: ") { end += 1 }
        // Without a stack the file says where.
        if frames.isEmpty { frames = [NormalText.fileName(match.1)] }
        let kind = NormalText.of(match.2.prefix { $0 != ":" })
        return (
            ErrorReport(
                "UndefinedBehaviorSanitizer", .undefined, kind: kind, headline: line, stacks: [frames],
                lines: text[start..<end]), end
        )
    }
}
