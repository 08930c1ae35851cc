public import Wire

/// How a target lives: what it is given, what is run around it, and when it is ready.
///
/// In its commands, and in the values of its variables, the places of the target's own command are filled in: `{port}`, `{dir}` …
public struct TargetLife: Equatable, Sendable {
    /// How long it may take to be ready, and each of the commands to end; nil: ten seconds, and no time at all for a server
    /// that is said to run already.
    public var startTimeout: Duration?
    /// A first request: the target is ready once it is answered, and not by an error. Nil: once it takes a connection.
    public var ready: RequestText?
    /// Variables for the target and the commands, beside what they inherit.
    public var environment: [String: String] = [:]
    /// Run by sh before each start. What it leaves running ends with the target.
    public var setup: String?
    /// Run by sh between executions, which wait for it.
    public var reset: String?
    /// Run by sh in place of a start, for a server that somebody else starts. What it leaves running ends when it runs again, or
    /// with us.
    public var restart: String?

    /// The life of a target of which nothing is said.
    public init() {}

    /// Whether a server that runs already may take some time.
    var mayTakeTime: Bool { startTimeout != nil || ready != nil || restart != nil }

    /// Seconds, where nothing is said.
    static let usualSeconds = 10

    var timeout: Duration { startTimeout ?? .seconds(Self.usualSeconds) }

    /// A command that is run around a target.
    public enum Role: String, Sendable {
        case setup
        case reset
        case restart

        /// The option that gives it.
        public var option: String { "--\(rawValue)" }
    }

    /// The commands that there are.
    var commands: [String] { [setup, reset, restart].compactMap { $0 } }
}

/// Where a target is, as its command is told: `{port}`, `{host}`, `{socket}` and `{dir}`.
package struct TargetPlaces {
    let address: TargetAddress
    let directory: String
    let secrets: Secrets

    /// - Parameters:
    ///   - directory: what `{dir}` stands for.
    ///   - secrets: what may stand in a text besides.
    package init(address: TargetAddress, directory: String, secrets: Secrets = Secrets()) {
        self.address = address
        self.directory = directory
        self.secrets = secrets
    }

    /// The text with the places filled in, those of secrets too: for nobody to read.
    func fill(_ text: String) -> String { secrets.filled(shown(text)) }

    /// The text with the places filled in, but for those of secrets.
    func shown(_ text: String) -> String {
        let path = if case .unix(let path) = address { path } else { "" }
        return text.replacing("{port}", with: String(address.port)).replacing("{host}", with: address.transport.host)
            .replacing("{socket}", with: path).replacing("{dir}", with: directory)
    }
}
