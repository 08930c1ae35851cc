public import Fuzz
import Perturbation
public import Wire

/// What a run was asked to do: what every report says beside its results.
public struct RunContext: Sendable {
    /// The server under test.
    public var target: TargetDescription
    /// How it lives.
    public var life: TargetLife
    /// How clients log in; secrets are places in it.
    public var login: Login
    /// The wire protocol's name.
    public var protocolName: String
    /// The file that describes the protocol, if one does: findings hold a copy.
    public var protocolFile: ProtocolFile?
    /// The seed of everything drawn.
    public var seed: UInt64
    /// How many clients generated scenarios have.
    public var clients: Int
    /// The kind of perturbation in force.
    public var perturbation: String

    /// Creates a context.
    public init(
        target: TargetDescription, life: TargetLife = TargetLife(), login: Login = Login(), protocolName: String,
        protocolFile: ProtocolFile? = nil, seed: UInt64, clients: Int, perturbation: String
    ) {
        self.target = target
        self.life = life
        self.login = login
        self.protocolName = protocolName
        self.protocolFile = protocolFile
        self.seed = seed
        self.clients = clients
        self.perturbation = perturbation
    }
}

extension RunContext {
    /// What a campaign is asked to do.
    public init(_ options: CampaignOptions) {
        let secrets = options.credentials?.secrets ?? Secrets()
        self.init(
            target: secrets.hidden(TargetDescription(options.target)), life: secrets.hidden(options.life),
            login: options.credentials?.login ?? Login(), protocolName: options.codec.name,
            protocolFile: options.codec.file, seed: options.seed, clients: options.generator.clients,
            perturbation: options.perturbation.kind.rawValue)
    }
}

extension RunContext {
    /// What `--protocol` takes for a finding in a folder: the protocol's name, or the finding's copy of the file that
    /// describes it.
    func protocolArgument(in folder: String) -> String {
        protocolFile.map { "\(folder)/\($0.name)" } ?? protocolName
    }
}

/// This build's version.
public enum Version {
    /// As in `crossfire --version`.
    public static let text = "0.1.0"
}
