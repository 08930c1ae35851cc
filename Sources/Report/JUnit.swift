public import Capture
import Foundation
import System

/// JUnit XML, as CI systems read it: one suite, a case for each thing that was checked.
public struct JUnit: Sendable {
    /// One test case.
    public struct Case: Sendable {
        /// The kind of check: `corpus`, `finding`, `fresh`.
        public var group: String
        /// What was checked.
        public var name: String
        /// How long it took. Seconds.
        public var duration: Duration
        /// How it ended.
        public var outcome: Outcome

        /// Creates a case.
        public init(group: String, name: String, duration: Duration, outcome: Outcome) {
            self.group = group
            self.name = name
            self.duration = duration
            self.outcome = outcome
        }
    }

    /// How a case ended.
    public enum Outcome: Sendable {
        /// It held.
        case passed
        /// It was violated: the type is the oracle.
        case failed(type: String, message: String, details: String)
        /// It could not be judged.
        case error(message: String)
        /// It is accepted by the baseline, or was not run.
        case skipped(message: String)
    }

    private let suite: String
    private let cases: [Case]

    /// A report.
    public init(suite: String, cases: [Case]) {
        self.suite = suite
        self.cases = cases
    }

    /// The document.
    public var text: String {
        let failures = cases.count { if case .failed = $0.outcome { true } else { false } }
        let errors = cases.count { if case .error = $0.outcome { true } else { false } }
        let skipped = cases.count { if case .skipped = $0.outcome { true } else { false } }
        let seconds = cases.reduce(.zero) { $0 + $1.duration }.seconds
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
        lines.append(
            "<testsuites><testsuite name=\"\(escaped(suite))\" tests=\"\(cases.count)\" failures=\"\(failures)\" "
                + "errors=\"\(errors)\" skipped=\"\(skipped)\" time=\"\(time(seconds))\">")
        for item in cases {
            let head =
                "  <testcase classname=\"crossfire.\(escaped(item.group))\" name=\"\(escaped(item.name))\" "
                + "time=\"\(time(item.duration.seconds))\""
            switch item.outcome {
            case .passed: lines.append(head + "/>")
            case .failed(let type, let message, let details):
                lines.append(head + ">")
                lines.append(
                    "    <failure type=\"\(escaped(type))\" message=\"\(escaped(message))\">\(escaped(details))</failure>"
                )
                lines.append("  </testcase>")
            case .error(let message):
                lines.append(head + "><error message=\"\(escaped(message))\"/></testcase>")
            case .skipped(let message):
                lines.append(head + "><skipped message=\"\(escaped(message))\"/></testcase>")
            }
        }
        lines.append("</testsuite></testsuites>")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes the document, aside and renamed, for everybody to read.
    ///
    /// - Throws: `CaptureError.unwritable`.
    public func write(to path: String) throws(CaptureError) {
        try PendingFile.write(Array(text.utf8), to: path, mode: 0o644)
    }

    private func time(_ seconds: Double) -> String { String(format: "%.3f", seconds) }

    /// An XML parser turns a line feed in an attribute into a space, unless it is written as a reference.
    private func escaped(_ text: String) -> String { Markup.escaped(text, lineFeed: "&#10;") }
}
