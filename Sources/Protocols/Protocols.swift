public import Wire

/// The protocols that this build speaks, by name.
public enum WireProtocols {
    /// All protocols, in the order in which help lists them. A new one is a folder here and an entry in this list.
    public static let all: [any WireCodec] = [
        EchoLineCodec(), EchoLengthCodec(), TaggedLineCodec(), RESPCodec(), HTTPCodec(), BeanstalkCodec(),
        MemcachedCodec(),
    ]

    /// The protocol with this name, or nil.
    public static func named(_ name: String) -> (any WireCodec)? {
        all.first { $0.name == name }
    }

    /// The protocol that a scenario names: one of this build's, or a file that describes it.
    ///
    /// - Parameter folder: where the scenario is.
    /// - Throws: `UnknownProtocol`, `DescriptionError`.
    public static func resolve(_ name: String, in folder: String) throws -> any WireCodec {
        guard !isFile(name) else {
            return try DescribedProtocol.read(path: name.hasPrefix("/") ? name : "\(folder)/\(name)")
        }
        guard let found = named(name) else { throw UnknownProtocol(name: name) }
        return found
    }

    /// Whether a name is that of a file that describes a protocol.
    public static func isFile(_ name: String) -> Bool {
        name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml")
    }

    /// `echo, echo-length, tagged, resp, http, …`: for help and error messages.
    public static var names: String {
        all.map(\.name).joined(separator: ", ")
    }
}

/// No protocol of this build has such a name.
public struct UnknownProtocol: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name.
    public var name: String

    package init(name: String) {
        self.name = name
    }

    /// `unknown protocol 'x'; expected one of …`.
    public var description: String { "unknown protocol '\(name)'; expected one of \(WireProtocols.names)" }
}
