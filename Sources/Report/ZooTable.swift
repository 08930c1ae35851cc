import Foundation
import Fuzz
public import Verification
import System

/// What one campaign of the zoo came to.
public struct ZooRow: Encodable, Sendable {
    /// The server.
    public var server: String
    /// The oracles one of which had to find it, the defect's own first; none for a correct server.
    public var expected: [String]
    /// How hard the defect is to hit; nil for a correct server.
    public var grade: String?
    /// The oracles that found something.
    public var found: [String] = []
    /// Executions of the campaign.
    public var executions = 0
    /// The execution and the second in which the expected oracle's finding was first seen.
    public var firstExecution: Int?
    /// The same in seconds.
    public var firstSeconds: Double?
    /// How many of how many fresh targets showed it again.
    public var hits: Int?
    /// How many were tried.
    public var tries: Int?
    /// Executions whose evidence was incomplete.
    public var inconclusive = 0
    /// Why there is nothing to say: the campaign did not run, or did not end well.
    public var skipped: String?

    enum CodingKeys: String, CodingKey {
        case server, expected, grade, found, executions, hits, tries, inconclusive, skipped
        case firstExecution = "first_execution"
        case firstSeconds = "first_s"
    }

    /// How it stands.
    public enum Verdict: String, Sendable {
        case found, missed, held, accused, inconclusive
        case skipped
    }

    /// Reads what a campaign printed.
    ///
    /// - Parameters:
    ///   - output: the file with its JSON object; its log stands beside it.
    ///   - complaint: how the campaign ended, where that was not with 0.
    public init(_ server: String, expecting oracles: [String], grade: String?, output: String, complaint: String?) {
        self.server = server
        self.grade = grade
        expected = oracles
        guard let data = FileManager.default.contents(atPath: output),
            let summary = try? JSONDecoder().decode(Summary.self, from: data)
        else {
            let log = FileManager.default.contents(atPath: output + ".log").map { String(decoding: $0, as: UTF8.self) }
            let last = log?.split(separator: "\n").last.map(String.init)
            skipped = last ?? complaint ?? "the campaign said nothing"
            return
        }
        executions = summary.executions
        inconclusive = summary.inconclusive.executions
        for finding in summary.findings where !found.contains(finding.oracle) { found.append(finding.oracle) }
        guard let own = summary.findings.first(where: { oracles.isEmpty || oracles.contains($0.oracle) }) else {
            return
        }
        firstExecution = own.first_execution
        firstSeconds = own.first_s
        hits = own.reproduced?.hits
        tries = own.reproduced?.tries
    }

    /// The fields of a campaign's summary that matter here.
    private struct Summary: Decodable {
        struct Finding: Decodable {
            struct Reproduced: Decodable {
                var hits: Int
                var tries: Int
            }
            var oracle: String
            var first_execution: Int
            var first_s: Double
            var reproduced: Reproduced?
        }
        struct Inconclusive: Decodable {
            var executions: Int
        }
        var executions: Int
        var inconclusive: Inconclusive
        var findings: [Finding]
    }

    /// How it stands.
    public var verdict: Verdict {
        if skipped != nil { return .skipped }
        if !expected.isEmpty { return found.contains { expected.contains($0) } ? .found : .missed }
        if !found.isEmpty { return .accused }
        return inconclusive * Campaign.toleratedInconclusive > executions ? .inconclusive : .held
    }

    /// A defect that was missed, or a correct server that was accused.
    public var isWrong: Bool { verdict == .missed || verdict == .accused }
}

/// The zoo's result as a table and as JSON.
public struct ZooTable: Sendable {
    private let rows: [ZooRow]
    private let budget: Duration

    /// A table of these rows, each campaign with this budget.
    public init(rows: [ZooRow], budget: Duration) {
        self.rows = rows
        self.budget = budget
    }

    /// The zoo's own verdict: violated where a correct server was accused or a defect missed, which is no fault of a hammer.
    public func verdict(isHammer: Bool) -> Verification.Verdict {
        Verification.Verdict(
            isViolated: rows.contains { $0.verdict == .accused || $0.verdict == .missed && !isHammer },
            isUndecided: rows.contains { $0.verdict == .inconclusive || $0.verdict == .skipped },
            isTested: !rows.isEmpty)
    }

    /// A line for each server, then the sums.
    public func text(style: TerminalStyle) -> String {
        var cells = [
            ["server", "grade", "expected", "verdict", "found by", "execution", "seconds", "replay", "executions"]
        ]
        for row in rows where row.skipped == nil {
            cells.append([
                row.server, row.grade ?? "-", row.expected.first ?? "-", row.verdict.rawValue,
                row.found.isEmpty ? "-" : row.found.joined(separator: ","), row.firstExecution.map(grouped) ?? "-",
                row.firstSeconds.map { String(format: "%.1f", $0) } ?? "-",
                row.hits.map { "\($0)/\(row.tries ?? 0)" } ?? "-", grouped(row.executions),
            ])
        }
        let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var lines: [String] = []
        for (index, row) in cells.enumerated() {
            let padded = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            var line = padded.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            let isWrong = index > 0 && (row[3] == "missed" || row[3] == "accused")
            lines.append(isWrong ? style.red(line) : line)
        }
        return (lines + [""] + sums).joined(separator: "\n")
    }

    private var sums: [String] {
        let defective = rows.filter { !$0.expected.isEmpty && $0.skipped == nil }
        let correct = rows.filter { $0.expected.isEmpty && $0.skipped == nil }
        let found = defective.count { $0.verdict == .found }
        let accused = correct.count { $0.verdict == .accused }
        var lines = [
            "\(found) of \(defective.count) defective servers found, "
                + "\(defective.count { $0.found.contains($0.expected[0]) }) by the defect's own oracle",
            "\(accused) of \(correct.count) correct servers accused, in "
                + "\(grouped(correct.reduce(0) { $0 + $1.executions })) executions",
        ]
        let reasons = Dictionary(grouping: rows.filter { $0.skipped != nil }) { $0.skipped! }
        for (reason, skipped) in reasons.sorted(by: { $0.key < $1.key }) {
            let names = skipped.prefix(3).map(\.server).joined(separator: ", ")
            lines.append("\(skipped.count) left out (\(names)\(skipped.count > 3 ? ", …" : "")): \(reason)")
        }
        return lines
    }

    /// The same as one JSON object.
    public func json() throws -> String {
        try JSONText.line(
            Object(
                budgetSeconds: budget.seconds, missed: rows.filter { $0.verdict == .missed }.map(\.server),
                accused: rows.filter { $0.verdict == .accused }.map(\.server),
                servers: rows.map { Entry(row: $0, verdict: $0.verdict.rawValue) }))
    }

    private struct Object: Encodable {
        var schema = 1
        var budgetSeconds: Double
        var missed: [String]
        var accused: [String]
        var servers: [Entry]

        enum CodingKeys: String, CodingKey {
            case schema, missed, accused, servers
            case budgetSeconds = "budget_s"
        }
    }

    private struct Entry: Encodable {
        var row: ZooRow
        var verdict: String

        enum CodingKeys: String, CodingKey {
            case verdict
        }

        func encode(to encoder: any Encoder) throws {
            try row.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(verdict, forKey: .verdict)
        }
    }
}
