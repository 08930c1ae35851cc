/// AddressSanitizer, ThreadSanitizer, MemorySanitizer, LeakSanitizer, HWAddressSanitizer, and a signal that any of them met:
/// `==1==ERROR: AddressSanitizer: heap-use-after-free on address …` (compiler-rt, lib/sanitizer_common).
struct SanitizerFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        let line = text[start]
        guard line.contains("Sanitizer: "),
            let match = line.firstMatch(of: #/(?:ERROR|WARNING): (\w+Sanitizer): (.+)/#)
        else { return nil }
        let reporter = String(match.1)
        let kind = Self.kind(match.2)
        let isThreads = reporter == "ThreadSanitizer" && line.contains("WARNING")
        let end = text.first(from: start + 1, of: start, where: Self.isEnd).map { $0 + 1 } ?? text.limit(start)
        var stacks: [[String]] = []
        var index = start + 1
        while index < end {
            let (frames, behind) = text.stack(from: index, Self.frame)
            if !frames.isEmpty { stacks.append(frames) }
            index = max(index + 1, behind)
        }
        // What follows is where memory was allocated, and threads were created.
        let own = kind.hasPrefix("data race") ? 2 : kind.hasPrefix("lock-order-inversion") ? stacks.count : 1
        let nature: ErrorReport.Nature = isThreads ? .race : line.contains("ERROR") ? .fatal : .undefined
        return (
            ErrorReport(
                reporter, nature, kind: kind, headline: Self.headline(match.1, match.2),
                stacks: Array(stacks.prefix(own)),
                lines: text[start..<end]), end
        )
    }

    /// `AddressSanitizer: heap-use-after-free on address 0x…`: what the registers held is in the lines below.
    private static func headline(_ reporter: Substring, _ words: Substring) -> String {
        "\(reporter): \(words)".replacing(#/ (?:at pc 0x.*|\(pc 0x.*)/#, with: "")
    }

    /// `heap-use-after-free on address 0x602 at pc …`, `attempting double-free on 0x602 in thread T0:`, `data race (pid=1)`.
    private static func kind(_ words: Substring) -> String {
        var kind = words
        if kind.hasPrefix("attempting ") { kind = kind.dropFirst("attempting ".count) }
        for mark in [" on ", " (", ":", " in thread "] {
            if let cut = kind.firstRange(of: mark) { kind = kind[..<cut.lowerBound] }
        }
        return NormalText.of(kind)
    }

    private static func isEnd(_ line: String) -> Bool {
        line.hasPrefix("SUMMARY: ") || line.hasPrefix("==================") || line.hasSuffix("ABORTING")
    }

    /// `    #0 0x55d8 in handle_get /src/kv.c:7:69`, `    #0 w /src/kv.c:13 (tsan+0x124f)`, `    #2 0x55d8  (/kv+0x2007)`.
    static func frame(_ line: String) -> String? {
        guard let match = line.prefixMatch(of: #/\s*#\d+ (?:0x[0-9a-f]+ )?(?: *in )?(.*)/#) else { return nil }
        var name = match.1
        while let module = name.firstMatch(of: #/\s*\((?:[^()]*\+0x[0-9a-f]+|BuildId: [0-9a-f]+)\)$/#) {
            name = name[..<module.range.lowerBound]
        }
        if let place = name.firstMatch(of: #/\s+(?:<null>|\.{0,2}/.*|\S+?(?::\d+){1,2})$/#) {
            name = name[..<place.range.lowerBound]
        }
        return String(name)
    }
}
