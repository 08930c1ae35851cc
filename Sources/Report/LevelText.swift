import Foundation
public import Fuzz
import Verification

/// What kind of finding one is, and why, in a sentence without a full stop.
public struct LevelText: Sendable {
    private let finding: Finding

    /// Words on a finding.
    public init(_ finding: Finding) {
        self.finding = finding
    }

    /// `race: 20 of 20 as found, 0 of 20 with the clients one after the other, …`.
    public var sentence: String {
        [words, counts].compactMap { $0 }.joined(separator: "; ")
    }

    private var words: String {
        switch finding.level {
        case .race where finding.violation.isSeenAsRace: "race: a race detector in the target saw it"
        case .race: "race: it needs clients at the same time"
        case .fault:
            finding.control == nil
                ? "fault: one client suffices for it" : "fault: it shows without clients at the same time"
        case .policy: "policy: \(finding.violation.policy ?? "the protocol lets a server do this")"
        case .unproved:
            finding.control == nil
                ? "unproved: it was not run without its concurrency"
                : "unproved: too few tries tell whether it needs clients at the same time"
        }
    }

    private var counts: String? {
        guard let control = finding.control else { return nil }
        let arms = [
            (control.together, "as found"), (control.oneAfterTheOther, "with the clients one after the other"),
            (control.alone, "with each client alone"),
        ]
        let tries = arms.map { "\($0.hits) of \($0.tries) \($1)" }.joined(separator: ", ")
        guard finding.level == .race, let difference = control.difference else { return tries }
        return tries
            + String(
                format: ": %.0f to %.0f %% more of the tries, %@ (Fisher)", difference.low * 100,
                difference.high * 100, Self.text(control.test.p))
    }

    /// `p < 0.0001`, `p = 0.0037`.
    private static func text(_ p: Double) -> String {
        p < 0.0001 ? "p < 0.0001" : String(format: "p = %.4f", p)
    }
}
