/// Rust: `thread 'main' panicked at src/kv.rs:2:33:`, the message in the next line, or, before 1.73, in between (std/src/panicking.rs);
/// with RUST_BACKTRACE a stack.
struct RustFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        let line = text[start]
        guard line.contains("panicked at "),
            let match = line.firstMatch(of: #/thread '.*' (?:\(\d+\) )?panicked at (.*)/#)
        else { return nil }
        let (place, words, isOld) = Self.parts(match.1, next: text[start + 1])
        var index = start + (isOld ? 1 : 2)
        let head = text.first(from: index, of: start) { line in
            line == "stack backtrace:" || line.hasPrefix("note: ") || line.contains("panicked at ")
        }
        if let head { index = head }
        var frames: [String] = []
        if text[index] == "stack backtrace:" {
            (frames, index) = text.stack(from: index + 1, skip: { $0.hasPrefix("      ") && $0.contains(" at ") }) {
                line in
                line.prefixMatch(of: #/\s+\d+:\s+(?:0x[0-9a-f]+ - )?(.+)/#).map { String($0.1) }
            }
        }
        // Without a stack the file says where.
        if !frames.contains(where: { FrameName.own($0) != nil }) { frames = [NormalText.fileName(place)] }
        let report = ErrorReport(
            "Rust", .fatal, kind: "panic: \(NormalText.of(words))", headline: isOld ? line : "\(line) \(words)",
            stacks: [frames], lines: text[start..<max(index, start + 1)])
        return (report, index)
    }

    /// Where, and what; the older form has both in one line: `'message', src/kv.rs:2:33`.
    private static func parts(_ words: Substring, next: String) -> (place: Substring, words: Substring, isOld: Bool) {
        if let old = words.wholeMatch(of: #/'(.*)', (.+?)(?::\d+){1,2}/#) { return (old.2, old.1, true) }
        return (words.prefix { $0 != ":" }, Substring(next), false)
    }
}
