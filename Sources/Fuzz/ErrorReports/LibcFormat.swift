/// What libc and the C++ runtime say before they abort: a broken heap or stack, an assertion, an exception that nobody caught.
struct LibcFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        let line = text[start]
        if let (kind, function) = Self.assertion(line) {
            return (report(text, start, 1, kind, function.map { [$0] } ?? []), start + 1)
        }
        if let type = line.firstMatch(of: #/terminate called after throwing an instance of '(.*)'/#)?.1 {
            let what = text[start + 1].firstMatch(of: #/^\s+what\(\):\s+(.*)/#)?.1
            let kind = "terminate: \(type)" + (what.map { " \(NormalText.of($0))" } ?? "")
            var found = report(text, start, what == nil ? 1 : 2, kind)
            if let what { found.headline += ": \(what)" }
            return (found, start + (what == nil ? 1 : 2))
        }
        if let match = line.firstMatch(
            of: #/terminating (?:due to|with) uncaught exception of type ([\w:<>]+)(?:: (.*))?/#)
        {
            let kind = "terminate: \(match.1)" + (match.2.map { " \(NormalText.of($0))" } ?? "")
            return (report(text, start, 1, kind), start + 1)
        }
        return Self.phrases.first { line.contains($0.phrase) }.map { (report(text, start, 1, $0.kind), start + 1) }
    }

    private func report(_ text: ReportLines, _ start: Int, _ count: Int, _ kind: String, _ frames: [String] = [])
        -> ErrorReport
    {
        ErrorReport(
            "libc", .fatal, kind: kind, headline: text[start].trimmed, stacks: frames.isEmpty ? [] : [frames],
            lines: text[start..<start + count])
    }

    /// Which of glibc's checks notices a broken heap is an accident (malloc/malloc.c, malloc_printerr).
    private static let phrases: [(phrase: String, kind: String)] =
        [
            "double free or corruption", "free(): double free detected",
        ].map { ($0, "double free") }
        + ["free(): invalid pointer", "munmap_chunk(): invalid pointer", "realloc(): invalid pointer"].map {
            ($0, "invalid free")
        }
        + [
            "malloc(): ", "free(): ", "realloc(): ", "calloc(): ", "munmap_chunk(): ", "corrupted size vs. prev_size",
            "corrupted double-linked list", "malloc_consolidate(): ", "mremap_chunk(): ",
            "break adjusted to free malloc",
        ].map { ($0, "corrupted heap") }
        + [
            ("*** stack smashing detected ***", "stack smashing"),
            ("*** buffer overflow detected ***", "buffer overflow"),
            ("*** longjmp causes uninitialized stack frame ***", "longjmp"),
            ("pure virtual method called", "pure virtual method called"),
            ("terminate called without an active exception", "terminate without an exception"),
            ("terminate called recursively", "terminate called recursively"),
        ]

    /// glibc's, musl's, BSD's and GLib's words for an assertion that does not hold: what is asserted, and the function.
    private static func assertion(_ line: String) -> (kind: String, function: String?)? {
        guard line.lowercased().contains("assert") else { return nil }
        if let match = line.firstMatch(of: #/:\d+: (.+): Assertion [`'‘](.*)['’] failed/#) {
            return ("assertion \(match.2)", String(match.1))
        }
        if let match = line.firstMatch(of: #/Assertion failed: \((.*)\), function (\S+), file/#) {
            return ("assertion \(match.1)", String(match.2))
        }
        if let match = line.firstMatch(of: #/Assertion failed: (.*) \(\S+: (\w+): \d+\)/#) {
            return ("assertion \(match.1)", String(match.2))
        }
        if let match = line.firstMatch(of: #/ERROR:\S+:\d+:(\S+): assertion failed:? (.*)/#) {
            return ("assertion \(match.2)", String(match.1))
        }
        return nil
    }
}
