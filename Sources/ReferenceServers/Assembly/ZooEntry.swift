/// One exhibit of the zoo: a reference server, what is wrong with it, and who must notice.
public struct ZooEntry: Sendable {
    /// The server.
    public let server: ServerSpec
    /// The oracle that must find what is wrong, by its id; nil for a correct server.
    public let oracle: String?

    /// All servers without a defect or with one, on the default transport and state of each.
    public static var all: [ZooEntry] {
        ServerSpec.all.map { spec in
            ZooEntry(server: spec, oracle: Defects.all.first { spec.defects.contains($0.name) }?.oracle)
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
