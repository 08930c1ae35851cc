import Foundation
public import Verification

/// What `crossfire explain` says of an oracle.
public struct OracleText: Sendable {
    private let oracle: OracleID

    /// A server that breaks what the oracle wants on purpose, so that people can see what that looks like.
    public struct Example: Sendable {
        /// The defect's name.
        public var defect: String
        /// What is wrong, in one clause.
        public var summary: String
        /// A command that shows it.
        public var command: String

        /// Creates an example.
        public init(defect: String, summary: String, command: String) {
            self.defect = defect
            self.summary = summary
            self.command = command
        }
    }

    /// Text about an oracle.
    public init(_ oracle: OracleID) {
        self.oracle = oracle
    }

    /// The oracle of this name, of a finding's id (`crosstalk-1f3a9c20`), or of a finding's folder; nil where there is none.
    public static func oracle(named name: String) -> OracleID? {
        let last = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
        return OracleID.allCases.first { last == $0.rawValue || last.hasPrefix($0.rawValue + "-") }
    }

    /// What must hold, and who breaks it on purpose.
    public func text(_ examples: [Example]) -> String {
        var lines = ["\(oracle.rawValue): \(oracle.requirement)"]
        guard let first = examples.first else { return lines[0] }
        lines += ["", "Reference servers break it on purpose:"]
        let width = examples.map(\.defect.count).max() ?? 0
        lines += examples.map { "  \(Self.padded($0.defect, width))  \($0.summary)" }
        return (lines + ["Try one: \(first.command)"]).joined(separator: "\n")
    }

    /// All oracles, one a line.
    public static func list() -> String {
        let width = OracleID.allCases.map(\.rawValue.count).max() ?? 0
        return OracleID.allCases.map { "\(padded($0.rawValue, width))  \($0.requirement)" }.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text.padding(toLength: width, withPad: " ", startingAt: 0)
    }
}
