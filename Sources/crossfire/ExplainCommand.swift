import ArgumentParser
import Foundation
import Report
import Verification

/// `crossfire explain`: what an oracle demands.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what must hold, by the name that a finding has.",
        discussion: """
            Example:
              crossfire explain crosstalk
            """)

    @Argument(help: "An oracle, or a finding's id as crosstalk-1f3a9c20; all oracles without one.")
    var name: String?

    func run() throws {
        guard let name else {
            let width = OracleID.allCases.map(\.rawValue.count).max() ?? 0
            for oracle in OracleID.allCases {
                print(oracle.rawValue.padding(toLength: width + 2, withPad: " ", startingAt: 0) + oracle.requirement)
            }
            return
        }
        guard let oracle = OracleID.allCases.first(where: { name == $0.rawValue || name.hasPrefix($0.rawValue + "-") })
        else {
            let names = OracleID.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.usage, "no oracle is called '\(name)'; there are \(names)")
        }
        print("\(oracle.rawValue): \(oracle.requirement)")
    }
}
