/// valgrind's memcheck, helgrind and drd: `==1== Invalid read of size 1`, with stacks of `==1==    at 0x1091EE: f (kv.c:8)`
/// (the manual's chapters 4, 7 and 8).
struct ValgrindFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        guard let words = Self.words(text[start]), let begin = Self.beginnings.first(where: { words.hasPrefix($0.0) })
        else { return nil }
        let end =
            text.first(from: start + 1, of: start) { Self.words($0).map { $0.isEmpty || $0.hasPrefix("---") } ?? true }
            ?? text.limit(start)
        // Of races the other side stands behind an empty line.
        let last = begin.1 == .race ? (text.first(from: end + 1, of: start, where: Self.isEmpty) ?? end) : end
        var stacks: [[String]] = []
        var index = start + 1
        while index < last {
            let (frames, behind) = text.stack(from: index, Self.frame)
            if !frames.isEmpty { stacks.append(frames) }
            index = max(index + 1, behind)
        }
        let kind = begin.1 == .race ? "data race" : Self.kind(words)
        let report = ErrorReport(
            "valgrind", begin.1, kind: kind, headline: words, stacks: Array(stacks.prefix(begin.1 == .race ? 2 : 1)),
            lines: text[start..<last])
        return (report, last)
    }

    private static let beginnings: [(String, ErrorReport.Nature)] = [
        ("Invalid ", .undefined), ("Mismatched free", .undefined), ("Conditional jump or move depends on", .undefined),
        ("Use of uninitialised value", .undefined), ("Syscall param ", .undefined),
        ("Source and destination overlap", .undefined), ("Jump to the invalid address", .undefined),
        ("Argument '", .undefined), ("Process terminating with default action of signal", .fatal),
        ("Possible data race during", .race), ("Conflicting load by thread", .race),
        ("Conflicting store by thread", .race),
    ]

    private static func isEmpty(_ line: String) -> Bool { words(line).map(\.isEmpty) ?? true }

    /// What stands behind `==1234== `; nil for a line of the program's own.
    private static func words(_ line: String) -> String? {
        guard line.hasPrefix("=="), let match = line.prefixMatch(of: #/==\d+== ?(.*)/#) else { return nil }
        return match.1.trimmed
    }

    private static func kind(_ words: String) -> String {
        var kind = Substring(words)
        for mark in [" of size", " within", " (", " at "] {
            if let cut = kind.firstRange(of: mark) { kind = kind[..<cut.lowerBound] }
        }
        if words.contains("SIG"), let signal = words.firstMatch(of: #/SIG[A-Z]+/#) { return String(signal.0) }
        return NormalText.of(kind)
    }

    private static func frame(_ line: String) -> String? {
        guard let match = line.prefixMatch(of: #/==\d+==\s+(?:at|by) 0x[0-9A-Fa-f]+: (.*)/#) else { return nil }
        let name = match.1
        // `free (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)`, `handle (kv.c:8)`.
        guard let place = name.firstMatch(of: #/ \((?:in [^()]*|[^()]*:\d+)\)$/#) else { return String(name) }
        return String(name[..<place.range.lowerBound])
    }
}
