public import Fuzz

/// A target as a report names it, so that it can be started again.
public enum TargetDescription: Equatable, Sendable {
    /// A built-in reference server, with the options that are not the usual ones: `threaded/kv+lost-update`,
    /// `threaded/kv --transport udp`.
    case server(String)
    /// A command with its places not filled in, and how its clients reach it.
    case command([String], over: TargetTransport = .tcp)
    /// A server that runs already.
    case connect(TargetAddress)

    /// The description of a target that is no reference server.
    public init(_ target: TargetSpec) {
        self =
            switch target {
            case .command(let words, let transport): .command(words, over: transport)
            case .address(let address): .connect(address)
            }
    }

    /// The arguments that name this target on the command line.
    public var arguments: [String] {
        switch self {
        case .server(let spec): ["--server"] + spec.split(separator: " ").map(String.init)
        case .command(let words, .tcp): ["--"] + words
        case .command(let words, let transport): ["--transport", transport.rawValue, "--"] + words
        case .connect(let address): ["--connect", "\(address)"]
        }
    }

    /// For people.
    public var text: String {
        switch self {
        case .server(let spec): spec
        case .command(let words, .tcp): words.joined(separator: " ")
        case .command(let words, let transport): words.joined(separator: " ") + " (\(transport.rawValue))"
        case .connect(let address): "\(address)"
        }
    }
}

extension TargetDescription: Codable {
    private enum Key: String, CodingKey {
        case server
        case command
        case transport
        case connect
    }

    /// Reads `{"server": …}`, `{"command": […]}`, with `"transport"` if it is not TCP, or `{"connect": PORT}` or
    /// `{"connect": ADDRESS}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let server = try container.decodeIfPresent(String.self, forKey: .server) {
            self = .server(server)
        } else if let command = try container.decodeIfPresent([String].self, forKey: .command) {
            let name = try container.decodeIfPresent(String.self, forKey: .transport) ?? TargetTransport.tcp.rawValue
            guard let transport = TargetTransport(rawValue: name) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .transport, in: container, debugDescription: "no transport is called '\(name)'")
            }
            self = .command(command, over: transport)
        } else if let port = try? container.decode(UInt16.self, forKey: .connect) {
            self = .connect(.tcp(port: port))
        } else {
            let text = try container.decode(String.self, forKey: .connect)
            guard let address = TargetAddress(text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .connect, in: container, debugDescription: "'\(text)' is no address")
            }
            self = .connect(address)
        }
    }

    /// Writes one of these forms.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .server(let server): try container.encode(server, forKey: .server)
        case .command(let command, let transport):
            try container.encode(command, forKey: .command)
            if transport != .tcp { try container.encode(transport.rawValue, forKey: .transport) }
        case .connect(.tcp(let port)): try container.encode(port, forKey: .connect)
        case .connect(let address): try container.encode("\(address)", forKey: .connect)
        }
    }
}
