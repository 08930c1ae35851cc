/// One exhibit of the zoo: a reference server, what is wrong with it, and who must notice.
public struct ZooEntry: Sendable {
    /// The server.
    public let server: ServerSpec
    /// The oracle that must find what is wrong, by its id; nil for a correct server.
    public let oracle: String?
    /// Other oracles that may notice it instead.
    public let otherOracles: [String]
    /// How hard the defect is to hit; nil for a correct server.
    public let grade: Grade?

    /// All oracles that may find it, its own first; none for a correct server.
    public var oracles: [String] { (oracle.map { [$0] } ?? []) + otherOracles }

    /// What is wrong with it, in one clause; nil for a correct server.
    public let fault: String?

    /// All servers without a defect or with one: first those on the default transport and state of each, then the others.
    public static var all: [ZooEntry] {
        (ServerSpec.all + ServerSpec.variants).map { spec in
            let defect = Defects.all.first { spec.defects.contains($0.name) }
            return ZooEntry(
                server: spec, oracle: defect?.oracle, otherOracles: defect?.alsoShownBy ?? [], grade: defect?.grade,
                fault: defect?.summary)
        }
    }

    /// What names it on the command line: its model, service, transport and state, its defect, and `correct` or
    /// `defective`.
    public var names: [String] {
        [server.model, server.service, server.transport, server.state]
            + (server.defects.isEmpty ? ["correct"] : server.defects + ["defective"])
    }

    /// Whether a wanted name is its own: one of `names`, or several joined by `/` or `+`, `threaded/kv+unix`.
    public func isNamed(_ wanted: String) -> Bool {
        let names = names
        return wanted.split(whereSeparator: { $0 == "/" || $0 == "+" }).allSatisfy { names.contains(String($0)) }
    }

    /// Whether it has the default transport and state.
    public var isUsual: Bool { server.isUsual }

    /// The wire protocol by which a campaign speaks to it.
    public var protocolName: String {
        guard let service = Services.all.first(where: { $0.name == server.service }) else {
            preconditionFailure("a parsed server has a known service")
        }
        return service.protocolName
    }
}
