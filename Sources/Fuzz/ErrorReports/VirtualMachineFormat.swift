/// The death of a Java virtual machine: `# A fatal error has been detected by the Java Runtime Environment:`.
struct VirtualMachineFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        guard text[start].hasPrefix("# A fatal error has been detected by") else { return nil }
        let end = text.first(from: start + 1, of: start) { !$0.hasPrefix("#") } ?? text.limit(start)
        let lines = text[start..<end]
        let what = lines.dropFirst().lazy.map { $0.dropFirst().trimmed }.first { !$0.isEmpty } ?? ""
        let place = lines.firstIndex { $0.hasPrefix("# Problematic frame") }.map { text[start + $0 + 1] }
        let frame = place?.firstMatch(of: #/\]\s+(\S.*)|# [jJ]\s+(?:\d+ \w+ )?(\S+)/#)
        let name = frame.flatMap { $0.1 ?? $0.2 }.map(String.init)
        return (
            ErrorReport(
                "Java", .fatal, kind: String(what.prefix { $0 != " " }), headline: what,
                stacks: name.map { [[$0]] } ?? [],
                lines: lines), end
        )
    }
}
