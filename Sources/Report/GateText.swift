public import Fuzz
import Verification

/// What `crossfire gate` says: a line for each case.
public struct GateText: Sendable {
    private let gate: Gate

    /// Text about a gate.
    public init(_ gate: Gate) {
        self.gate = gate
    }

    /// The lines.
    public func text() -> String { gate.cases.map(Self.line).joined(separator: "\n") }

    private static func line(_ item: GateCase) -> String {
        let words =
            switch item.outcome {
            case .held: "held      "
            case .violated(let oracle, let summary, _): "VIOLATED  \(oracle.words): \(summary):"
            case .undecided(let reason): "unknown   \(reason):"
            case .accepted(let reason): "accepted  \(reason):"
            }
        return "\(words) \(item.kind.rawValue) \(item.name)"
    }
}

extension JUnit {
    /// A gate's cases: what CI shows.
    public init(suite: String, _ gate: Gate) {
        self.init(
            suite: suite,
            cases: gate.cases.map { item in
                let outcome: Outcome =
                    switch item.outcome {
                    case .held: .passed
                    case .violated(let oracle, let summary, let details):
                        .failed(type: oracle.words, message: summary, details: oracle.requirement + details)
                    case .undecided(let reason): .error(message: reason)
                    case .accepted(let reason): .skipped(message: reason)
                    }
                return Case(group: item.kind.rawValue, name: item.name, duration: item.duration, outcome: outcome)
            })
    }
}

extension OracleID? {
    fileprivate var words: String { self?.rawValue ?? "violation" }
    /// What must hold, on a line of its own.
    fileprivate var requirement: String { map { "must hold: \($0.requirement)\n" } ?? "" }
}
