import Glibc

/// A parser, what it is fed with, and what must hold of what it says.
protocol ParserTarget: Sendable {
    /// The name of its corpus.
    var name: String { get }
    /// Parses one input; stops the process where a property does not hold.
    func run(_ input: [UInt8])
    /// Sound inputs to begin with, made by the project's own writers where there are any.
    func seeds() -> [[UInt8]]
}

enum ParserTargets {
    static let all: [any ParserTarget] = [
        PcapTarget(), PcapngTarget(), SnoopTarget(), PacketsTarget(), FlowsTarget(), DatagramsTarget(),
        FragmentsTarget(), WireTarget(), ConversationTarget(), CutRepliesTarget(), ScenarioTarget(), ScriptTarget(),
        LinhistTarget(), EDNTarget(), JSONJournalTarget(), TextJournalTarget(), ModelFileTarget(), HistoryPageTarget(),
        FindingTarget(), BaselineTarget(), ELFTarget(), DescriptionTarget(),
    ]

    /// The target that the environment's `PARSER` names.
    static let chosen: any ParserTarget = {
        let name = getenv("PARSER").map { String(cString: $0) } ?? ""
        guard let target = all.first(where: { $0.name == name }) else {
            fatalError("PARSER must be one of \(all.map(\.name).joined(separator: ", "))")
        }
        return target
    }()
}

/// Stops the process, so that libFuzzer keeps the input.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { fatalError("property: \(property())") }
}

/// As `require(a == b)`, with both sides told.
func requireEqual<T: Equatable>(_ left: T, _ right: T, _ property: @autoclosure () -> String) {
    if left != right { fatalError("property: \(property())\n  \(left)\n  \(right)") }
}
