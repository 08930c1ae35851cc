import ArgumentParser
import ReferenceServers
import Report
import Verification

/// `crossfire explain`: what an oracle demands.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what must hold, by the name that a finding has.",
        discussion: """
            Examples:
              crossfire explain crosstalk
              crossfire explain crossfire-out/findings/crosstalk-1f3a9c20
            """)

    @Argument(help: "An oracle, a finding's id as crosstalk-1f3a9c20, or its folder; all oracles without one.")
    var name: String?

    func run() throws {
        guard let name else { return print(OracleText.list()) }
        guard let oracle = OracleText.oracle(named: name) else {
            let names = OracleID.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.usage, "no oracle is called '\(name)'; there are \(names)")
        }
        print(OracleText(oracle).text(Self.examples(of: oracle)))
    }

    /// Of each defect that the oracle finds, the first server of the zoo; what is hit soonest comes first.
    private static func examples(of oracle: OracleID) -> [OracleText.Example] {
        let entries = ZooEntry.all.filter { $0.isUsual && $0.oracle == oracle.rawValue }
        var examples: [OracleText.Example] = []
        for entry in Grade.allCases.flatMap({ grade in entries.filter { $0.grade == grade } }) {
            guard let defect = entry.server.defects.first, !examples.contains(where: { $0.defect == defect }) else {
                continue
            }
            let server = entry.server.arguments.joined(separator: " ")
            examples.append(
                .init(
                    defect: defect, summary: entry.fault ?? "",
                    command:
                        "crossfire fuzz --server \(server) --protocol \(entry.protocolName) --stop-on \(oracle.rawValue)"
                ))
        }
        return examples
    }
}
