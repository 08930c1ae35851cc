/// A target as a report names it, so that it can be started again.
public enum TargetDescription: Equatable, Sendable {
    /// A built-in reference server: `threaded/kv+lost-update`.
    case server(String)
    /// A command with its places not filled in.
    case command([String])
    /// A server that runs already.
    case connect(port: UInt16)

    /// The arguments that name this target on the command line.
    public var arguments: [String] {
        switch self {
        case .server(let spec): ["--server", spec]
        case .command(let words): ["--"] + words
        case .connect(let port): ["--connect", "127.0.0.1:\(port)"]
        }
    }

    /// For people.
    public var text: String {
        switch self {
        case .server(let spec): spec
        case .command(let words): words.joined(separator: " ")
        case .connect(let port): "127.0.0.1:\(port)"
        }
    }
}

extension TargetDescription: Codable {
    private enum Key: String, CodingKey {
        case server
        case command
        case connect
    }

    /// Reads `{"server": …}`, `{"command": […]}` or `{"connect": PORT}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let server = try container.decodeIfPresent(String.self, forKey: .server) {
            self = .server(server)
        } else if let command = try container.decodeIfPresent([String].self, forKey: .command) {
            self = .command(command)
        } else {
            self = .connect(port: try container.decode(UInt16.self, forKey: .connect))
        }
    }

    /// Writes one of the three forms.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .server(let server): try container.encode(server, forKey: .server)
        case .command(let command): try container.encode(command, forKey: .command)
        case .connect(let port): try container.encode(port, forKey: .connect)
        }
    }
}
