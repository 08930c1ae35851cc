extension ErrorReport {
    /// Of what a program printed until it ended, the report that says why; nil where none does.
    static func ofDeath(_ ending: ProcessEnding, in output: [UInt8]) -> ErrorReport? {
        let reports = ErrorReportReader.reports(in: output)
        // What breaks first is the cause; what follows may be its ruins.
        if let first = reports.first(where: { $0.nature == .fatal }) { return first }
        let endsItself = if case .exited = ending { true } else { false }
        // Nobody catches the last; a program may report the others and go on.
        if endsItself, let last = reports.last(where: { $0.nature == .exception }) { return last }
        // A sanitizer that halts at its first report: with a status, or abort(3).
        if endsItself || ending == .killed(signal: abortSignal), let last = reports.last { return last }
        return lastWords(output)
    }

    /// SIGABRT. signal(7)
    private static let abortSignal: Int32 = 6

    /// The last line that speaks of an end, where no runtime reports: `FATAL: queue is corrupt, length 17`.
    private static func lastWords(_ output: [UInt8]) -> ErrorReport? {
        let lines = ReportLines(output).lines
        let line = lines.suffix(ReportLines.mostLines).last { line in
            let words = line.lowercased()
            return finalWords.contains { words.contains($0) }
        }
        guard let line else { return nil }
        return ErrorReport("target", .fatal, kind: NormalText.of(line), headline: line.trimmed, lines: [line])
    }

    private static let finalWords = [
        "fatal", "panic", "abort", "assert", "corrupt", "crash", "segfault", "segmentation fault", "unreachable",
        "overflow", "out of memory", "unhandled", "uncaught",
    ]
}
