import Foundation
public import Verification
import System

/// What `crossfire check` says of a capture.
public struct JudgementText: Sendable {
    private let judgement: Judgement
    private let warnings: [String]

    /// Text about a judgement, with what was wrong with the file itself.
    public init(_ judgement: Judgement, warnings: [String]) {
        self.judgement = judgement
        self.warnings = warnings
    }

    /// The verdict, then each violation with its packets.
    public func text(style: TerminalStyle) -> String {
        let exercised = judgement.exercised
        let verdict =
            switch judgement.verdict {
            case .held: style.green("held")
            case .violated: style.red("violated")
            case .inconclusive, .nothingTested: style.yellow(judgement.verdict.rawValue)
            }
        var lines = [
            "\(verdict): \(grouped(exercised.connections)) connections, \(grouped(exercised.operations)) operations, "
                + "\(grouped(exercised.answered)) answered, overlapped \(grouped(exercised.overlaps)) times"
        ]
        for violation in judgement.violations {
            lines.append("  \(style.red(violation.oracle.rawValue)): \(violation.summary)")
            for (packet, note) in zip(violation.packets, violation.notes) {
                lines.append("    packet \(packet): \(note)")
            }
            lines.append("    must hold: \(violation.oracle.requirement)")
            if let blame = violation.blame { lines.append("    blame: \(blame)") }
            if let margin = violation.margin?.nanoseconds {
                lines.append("    margin: \(duration(nanoseconds: margin))")
            }
        }
        for hint in judgement.hints { lines.append("  hint: \(hint)") }
        for reason in judgement.inconclusive.prefix(10) { lines.append("  inconclusive: \(reason)") }
        for note in judgement.notes.prefix(10) { lines.append("  not judged: \(note)") }
        lines += Self.leftAside(judgement)
        for remark in judgement.remarks { lines.append("  note: \(remark)") }
        if !judgement.unsupportedCommands.isEmpty {
            lines.append("  the server does not know \(judgement.unsupportedCommands.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    /// The most flows that are named as left aside.
    static let maximumLeftAside = 10

    /// A line for each of the first flows that do not speak the protocol.
    static func leftAside(_ judgement: Judgement) -> [String] {
        let all = judgement.leftAside
        var lines = all.prefix(maximumLeftAside).map { "  left aside: \($0)" }
        if all.count > maximumLeftAside { lines.append("  left aside: \(grouped(all.count - lines.count)) more flows") }
        return lines
    }

    /// The same as one JSON object.
    public func json(protocolName: String) throws -> String {
        try JSONText.line(
            Object(
                verdict: judgement.verdict.rawValue, protocolName: protocolName,
                connections: judgement.exercised.connections, operations: judgement.exercised.operations,
                answered: judgement.exercised.answered, overlaps: judgement.exercised.overlaps,
                violations: judgement.violations.map { violation in
                    Object.Entry(
                        oracle: violation.oracle.rawValue, summary: violation.summary, signature: violation.signature,
                        evidence: zip(violation.packets, violation.notes).map { .init(packet: $0, note: $1) },
                        marginNanoseconds: violation.margin?.nanoseconds, blame: violation.blame)
                },
                hints: judgement.hints.isEmpty ? nil : judgement.hints, inconclusive: judgement.inconclusive,
                notJudged: judgement.notes,
                leftAside: judgement.leftAside.isEmpty ? nil : judgement.leftAside,
                remarks: judgement.remarks.isEmpty ? nil : judgement.remarks,
                unsupportedCommands: judgement.unsupportedCommands,
                warnings: warnings))
    }

    private struct Object: Encodable {
        var schema = 1
        var verdict: String
        var protocolName: String
        var connections: Int
        var operations: Int
        var answered: Int
        var overlaps: Int
        var violations: [Entry]
        var hints: [String]?
        var inconclusive: [String]
        var notJudged: [String]
        var leftAside: [String]?
        var remarks: [String]?
        var unsupportedCommands: [String]
        var warnings: [String]

        struct Entry: Encodable {
            var oracle: String
            var summary: String
            var signature: String
            var evidence: [FindingRecord.Note]
            var marginNanoseconds: Int64?
            var blame: String?

            enum CodingKeys: String, CodingKey {
                case oracle, summary, signature, evidence, blame
                case marginNanoseconds = "margin_ns"
            }
        }

        enum CodingKeys: String, CodingKey {
            case schema, verdict, connections, operations, answered, overlaps, violations, inconclusive, warnings,
                remarks
            case leftAside = "left_aside"
            case protocolName = "protocol"
            case notJudged = "not_judged"
            case unsupportedCommands = "unsupported_commands"
        }
    }
}
