public import Wire

/// The protocols that this build speaks, by name.
public enum WireProtocols {
    /// All protocols, in the order in which help lists them. A new one is a folder here and an entry in this list.
    public static let all: [any WireCodec] = [
        EchoLineCodec(), EchoLengthCodec(), TaggedLineCodec(), RESPCodec(), HTTPCodec(),
    ]

    /// The protocol with this name, or nil.
    public static func named(_ name: String) -> (any WireCodec)? {
        all.first { $0.name == name }
    }

    /// `echo, echo-length, tagged, resp, http`: for help and error messages.
    public static var names: String {
        all.map(\.name).joined(separator: ", ")
    }
}
