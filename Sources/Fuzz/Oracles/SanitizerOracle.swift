import Verification

/// No tool that watches the target from within reports a fault of it: sanitizers, race detectors, valgrind. The target lives on,
/// or one of its processes does.
struct SanitizerOracle: ExecutionOracle {
    func violations(in observation: Observation) -> [Violation] {
        // A target that dies is told of by its death.
        guard observation.ending == nil, ErrorReportReader.mayHoldReport(observation.output) else { return [] }
        return ErrorReportReader.reports(in: observation.output).filter(\.isOfTool).map(Self.violation)
    }

    static func violation(_ report: ErrorReport) -> Violation {
        let reporter = report.sentence.hasPrefix(report.reporter) ? "" : "\(report.reporter): "
        var violation = Violation(
            oracle: .sanitizer, summary: reporter + report.sentence, signature: "sanitizer \(report.signature)")
        violation.targetWords = report.quotedLines
        violation.hasPlace = report.hasPlace
        violation.isSeenAsRace = report.nature == .race
        violation.restsOnLog = true
        return violation
    }
}
