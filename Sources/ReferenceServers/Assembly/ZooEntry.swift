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

    /// All servers without a defect or with one, on the default transport and state of each.
    public static var all: [ZooEntry] {
        ServerSpec.all.map { spec in
            let defect = Defects.all.first { spec.defects.contains($0.name) }
            return ZooEntry(
                server: spec, oracle: defect?.oracle, otherOracles: defect?.alsoShownBy ?? [], grade: defect?.grade)
        }
    }

    /// The wire protocol by which a campaign speaks to it; nil where clients have none.
    public var protocolName: String? {
        guard server.transport == Transports.all[0].name else { return nil }
        switch server.service {
        case "kv": return "resp"
        case "echo", "echo-length": return server.service
        default: return nil
        }
    }
}
