/// Finds the reports in what a program printed.
package enum ErrorReportReader {
    /// All formats; where two would read a line, the first does.
    static let formats: [any ReportFormat] = [
        SanitizerFormat(), UndefinedBehaviorFormat(), ValgrindFormat(), GoFormat(), RustFormat(), PythonFormat(),
        SwiftFormat(), ThrowableFormat(), VirtualMachineFormat(), LibcFormat(),
    ]

    /// So many reports of one text are read.
    static let mostReports = 64

    /// Whether a tool's report may be there: one pass, for output that mostly holds none.
    static func mayHoldReport(_ bytes: [UInt8]) -> Bool {
        for index in bytes.indices {
            for word in toolWords where word[0] == bytes[index] {
                if bytes[index...].starts(with: word) { return true }
            }
        }
        return false
    }

    private static let toolWords = ["Sanitizer: ", "runtime error: ", "DATA RACE", "== "].map { Array($0.utf8) }

    /// The reports, in order.
    ///
    /// - Complexity: O(lines), each with the time of a few searches in it.
    package static func reports(in bytes: some Collection<UInt8>) -> [ErrorReport] {
        let text = ReportLines(bytes)
        var reports: [ErrorReport] = []
        var index = 0
        while index < text.count, reports.count < mostReports {
            var found: (ErrorReport, end: Int)?
            for format in formats where found == nil { found = format.report(in: text, at: index) }
            guard let (report, end) = found else {
                index += 1
                continue
            }
            reports.append(report)
            index = max(index + 1, end)
        }
        return reports
    }
}
