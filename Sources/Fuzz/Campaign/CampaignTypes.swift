public import Perturbation
public import Verification
public import Wire

/// What a campaign is to do.
public struct CampaignOptions: Sendable {
    /// The server under test.
    public var target: TargetSpec
    /// How it lives.
    public var life = TargetLife()
    /// The wire protocol.
    public var codec: any WireCodec
    /// How clients log in, and what is secret; its codec takes the place of the one before.
    public var credentials: Credentials? {
        didSet { codec = credentials?.codec ?? codec }
    }
    /// What generated scenarios look like.
    public var generator = GeneratorOptions()
    /// Runs the generator's hammer instead of its drawn scenarios, and compares nothing.
    public var hammers = false
    /// Scenarios to run besides generated ones: each once at the beginning, then now and then.
    public var corpus: [Scenario] = []
    /// The seed of everything drawn.
    public var seed: UInt64 = 0
    /// Ends after so many executions; nil: no such limit.
    public var executionLimit: Int?
    /// Ends after this time; nil: no such limit.
    public var duration: Duration? = .seconds(60)
    /// Whose violations are looked at; nil: all.
    public var oracles: Set<OracleID>?
    /// Ends at the first finding that is wanted, once it is confirmed.
    public var stopOnFirst = false
    /// Ends at the first finding of one of these oracles that is wanted, once it is confirmed.
    public var stopOnOracles: [OracleID] = []
    /// Which findings are wanted: the others are told, and neither fail nor end a campaign. A policy that is not wanted is
    /// no finding; `unproved` counts as a race.
    public var wanted: Set<FindingLevel> = [.race, .fault]
    /// How many fresh targets confirm a finding, and how many each of its control runs has.
    public var confirmations = 20
    /// How long the search for a smaller scenario of a finding may take; zero: none.
    public var minimizing: Duration = .seconds(1)
    /// The network of a target that we start.
    public var network = TargetNetwork.isolated
    /// The noise in the target.
    public var perturbation: PerturbationPlan

    /// A campaign of a minute, of four clients.
    ///
    /// - Parameters:
    ///   - codec: the protocol, one of `WireProtocols` or a `RequestReplyProtocol` of your own.
    ///   - noise: which noise there is to be in the target; what it does not allow is not there.
    public init(target: TargetSpec, codec: any WireCodec, noise: PerturbationMode = .auto) {
        self.target = target
        self.codec = codec
        perturbation = target.plan(noise)
    }
}

extension CampaignOptions {
    /// The commands that drawn scenarios may say, as the protocol writes them.
    public var sayableCommands: Set<String> { codec.spoken.vocabulary?.commands ?? [] }
}

/// Where a campaign stands.
public struct CampaignStatus: Sendable {
    /// Executions run, without those that introduce the target.
    public var executions = 0
    /// Executions judged.
    public var judged = 0
    /// Executions whose evidence was incomplete.
    public var inconclusive = 0
    /// What was exercised.
    public var exercised = Exercised()
    /// How hard executions were to judge.
    public var difficulty = Difficulty()
    /// The time since the start.
    public var elapsed: Duration = .zero
    /// The time spent in executions, confirmation and waiting left out.
    public var fuzzing: Duration = .zero
    /// Packets captured for the executions.
    public var packets = 0
    /// Packets that the kernel dropped.
    public var dropped = 0
    /// Whether no capture made these packets but the clients, as over Unix sockets.
    public var recordedByClients = false
    /// What clients waited for.
    public var waits = Waits()
    /// How often the target was started.
    public var starts = 0
    /// How often it died by itself.
    public var crashes = 0
    /// Findings so far.
    public var findings = 0
    /// Commands that the target does not know.
    public var unsupportedCommands: [String] = []
    /// The refusal that came in most executions first.
    public var commonestRefusal: String?
    /// What is said no more, since a finding or a policy is understood: a command, `half-close`.
    public var avoided: [String] = []
    /// What the target does that its protocol lets it do, and somebody may not expect; a sentence each.
    public var policies: [String] = []

    /// A campaign before its first execution.
    public init() {}
}

/// What happens in a campaign, in order.
public enum CampaignEvent: Sendable {
    /// The target listens, and the recording runs.
    case ready(TargetAddress)
    /// A few times a second.
    case progress(CampaignStatus)
    /// What is done now in place of executions, in a few words.
    case activity(String)
    /// The target is known as well as a campaign gets to know it before it begins.
    case acquainted(Acquaintance)
    /// The target does not know this command; it is used no more.
    case unsupportedCommand(String)
    /// A violation was seen; it is being confirmed.
    case suspected(Violation, execution: Int)
    /// A finding is complete.
    case finding(Finding)
    /// A command, or `half-close`, is said no more: what it leads to is understood.
    case avoided(String)
    /// What was seen is what the protocol lets a server do: noted.
    case policy(Finding)
    /// Something that does not end the campaign, in a sentence.
    case warning(String)
}

/// How a campaign ended.
public struct CampaignResult: Sendable {
    /// The worst of all.
    public var verdict: Verdict
    /// The counts.
    public var status: CampaignStatus
    /// All findings, in order of discovery.
    public var findings: [Finding]
    /// Why executions were inconclusive: the first few reasons.
    public var inconclusiveReasons: [String]
    /// The signal that ended it early, or nil.
    public var interruptedBy: Int32?
    /// What the target was seen to do before it began.
    public var acquaintance = Acquaintance()

    package init(
        verdict: Verdict, status: CampaignStatus, findings: [Finding], inconclusiveReasons: [String],
        interruptedBy: Int32?
    ) {
        self.verdict = verdict
        self.status = status
        self.findings = findings
        self.inconclusiveReasons = inconclusiveReasons
        self.interruptedBy = interruptedBy
    }
}

/// A campaign that cannot begin.
public enum CampaignError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No scenarios are drawn for the protocol of this name, and no corpus is there that its target can be told.
    case nothingToSay(protocolName: String)
    /// There is no place for temporary files, which TMPDIR names: a folder, and why it cannot hold them.
    case noTemporaryFolder(path: String, reason: String)

    /// One line for a person.
    public var description: String {
        switch self {
        case .nothingToSay(let name):
            "no scenarios are drawn for \(name), and there is no corpus of it: nothing can be said"
        case .noTemporaryFolder(let path, let reason):
            "cannot make a folder for temporary files in '\(path)' (TMPDIR): \(reason)"
        }
    }
}
