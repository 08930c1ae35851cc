public import Perturbation
public import Verification
public import Wire
import System

/// Shows a scenario's fault again, or that it is gone: for `replay`, `gate` and library users.
public struct ScenarioReplayer: Sendable {
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
    /// How many fresh targets.
    public var times = 20
    /// How often the scenario runs on each until it shows the fault.
    public var executionsPerTry = 100
    /// The time after which a try without a hit ends.
    public var durationPerTry: Duration = .milliseconds(500)
    /// The network of a target that we start.
    public var network = TargetNetwork.isolated
    /// The noise in the target.
    public var perturbation: PerturbationPlan
    /// The seed of that noise.
    public var seed: UInt64 = 0
    /// Whether what the protocol lets a server do is a violation where any is looked for.
    public var isStrict = false
    /// What one run has learnt of the target holds in the next.
    private var patience = ClientPatience()
    private let greeting = HeardGreeting()

    /// A replayer with the numbers of a confirmation.
    ///
    /// - Parameter noise: which noise there is to be in the target; what it does not allow is not there.
    public init(target: TargetSpec, codec: any WireCodec, noise: PerturbationMode = .auto) {
        self.target = target
        self.codec = codec
        perturbation = target.plan(noise)
    }

    /// A replayer for what a campaign with these options has found.
    public init(_ options: CampaignOptions) {
        self.init(target: options.target, codec: options.codec, noise: .off)
        life = options.life
        credentials = options.credentials
        perturbation = options.perturbation
        seed = options.seed
        network = options.network
    }

    /// The time that is left for all runs together; nil: as long as they take. What a run has not tried by then it
    /// leaves out, which `Result.reproduction` tells.
    public var timeLeft: Duration? {
        get { patience.deadline.map { .nanoseconds($0 - Clock.monotonic) } }
        set { patience.deadline = newValue?.fromNow }
    }

    /// Whether no time is left, or the user wants an end.
    public var isOver: Bool { patience.isOver }

    /// What replays of one scenario showed.
    public struct Result: Sendable {
        /// Hits among tries.
        public var reproduction: Finding.Reproduction
        /// The violations seen, one of each signature, with the execution's packets.
        public var violations: [Violation]
        /// What the target did that the protocol lets it do, as `violations`: they do not count.
        public var policies: [Violation] = []
        /// What was exercised.
        public var exercised: Exercised
        /// How many executions it took.
        public var executions: Int
        /// Why executions could not be judged, the first few reasons.
        public var inconclusive: [String]
        /// The worst of all.
        public var verdict: Verdict

        package init(
            reproduction: Finding.Reproduction, violations: [Violation], exercised: Exercised, executions: Int,
            inconclusive: [String], verdict: Verdict
        ) {
            self.reproduction = reproduction
            self.violations = violations
            self.exercised = exercised
            self.executions = executions
            self.inconclusive = inconclusive
            self.verdict = verdict
        }
    }

    /// Runs the scenario.
    ///
    /// - Parameter oracle: what counts as a hit; nil: any violation.
    /// - Throws: `TargetError`, `CaptureError`, `SystemError`.
    public func run(_ scenario: Scenario, expecting oracle: OracleID?) throws -> Result {
        var suspicion = Suspicion(of: oracle)
        if oracle == nil, !isStrict { suspicion.mayBePolicy = false }
        let outcome = try ReproductionTrials(
            try setup(), times: times, executionsPerTry: executionsPerTry, durationPerTry: durationPerTry
        ).run([scenario], expecting: suspicion)
        let seen = ([outcome.hit].compactMap { $0 } + outcome.others).flatMap(\.judgement.violations)
        var signatures: Set<String> = []
        let distinct = seen.filter { signatures.insert($0.signature).inserted }
        // What was looked for counts, whatever it is.
        let violations = distinct.filter { isStrict || $0.policy == nil || oracle != nil && $0.oracle == oracle }
        let verdict = Verdict(
            isViolated: !violations.isEmpty,
            isUndecided: outcome.inconclusive.count * Campaign.toleratedInconclusive > outcome.executions,
            isTested: outcome.exercised.answered > 0)
        var result = Result(
            reproduction: outcome.reproduction, violations: violations, exercised: outcome.exercised,
            executions: outcome.executions, inconclusive: Array(outcome.inconclusive.prefix(10)), verdict: verdict)
        result.policies = distinct.filter { policy in !violations.contains { $0.signature == policy.signature } }
        return credentials?.secrets.hidden(result) ?? result
    }

    private func setup() throws -> Harness.Setup {
        var setup = Harness.Setup(
            target: target, life: life, codec: codec, patience: patience, campaign: CampaignName.fresh(),
            perturbation: perturbation, seed: seed)
        setup.credentials = credentials
        setup.network = network.namespaces(for: target) { _ in }
        setup.codec = try greeting.spoken(setup)
        return setup
    }

    /// Looks for a smaller scenario that still shows the fault.
    ///
    /// - Parameter time: how long to look.
    /// - Returns: the smallest found; nil where nothing smaller shows it.
    /// - Throws: `TargetError`, `CaptureError`, `SystemError`.
    public func minimize(_ scenario: Scenario, expecting oracle: OracleID, within time: Duration) throws -> Scenario? {
        try Minimizer(try setup(), within: time).minimize(scenario, expecting: Suspicion(of: oracle))
    }
}
