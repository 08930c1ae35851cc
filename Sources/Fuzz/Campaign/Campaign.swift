import Capture
import Glibc
import Synchronization
import Verification
import Wire
import System

/// Executions with a corpus, a budget and findings.
public final class Campaign {
    private let options: CampaignOptions
    private let emit: (CampaignEvent) throws -> Void
    private let harness: Harness
    private var random: SeededGenerator
    /// Nil where only the corpus can be said.
    private let generator: ScenarioGenerator?
    private var generatorOptions: GeneratorOptions
    private var status = CampaignStatus()
    private var watch = ResourceWatch()
    private var running: [Int: Scenario] = [:]
    private var findings: [Finding] = []
    private var known: Set<String> = []
    private var inconclusiveReasons: [String] = []
    private var methods = MethodUse()
    private let start = Clock.monotonic
    /// When nothing new begins.
    private var end = Int64.max
    private var confirmingNanoseconds: Int64 = 0
    /// When the finding that is being confirmed was seen.
    private var suspectedAt: Int64?
    private var nextProgress: Int64 = 0
    private var nextLook: Int64 = 0
    private var corpusNext = 0
    /// Nil once the user has been told that the target's queue is short.
    private var overflowsBefore: Int? = ListenQueue.overflows()
    /// The corpus, without what cannot be said over the target's transport.
    private let corpus: [Scenario]
    /// The last scenario in which a client left early: what most leaks come from.
    private var lastDeparture: Scenario?

    /// One execution in so many may be inconclusive without making the campaign so; each is counted in the summary.
    public static let toleratedInconclusive = 1000
    /// The time between two progress events, and between two looks at the target's resources. Nanoseconds.
    private static let progressInterval: Int64 = 250_000_000
    private static let lookInterval: Int64 = 1_000_000_000
    /// How many scenarios are drawn at most until one can be compared with what each client gets alone.
    private static let drawsForComparison = 100

    /// Starts the capture and the target.
    ///
    /// - Parameter emit: told what happens; what it throws ends the campaign.
    /// - Throws: `CampaignError`, `TargetError`, `CaptureError`, `SystemError`.
    public init(_ options: CampaignOptions, emit: @escaping (CampaignEvent) throws -> Void) throws {
        self.options = options
        self.emit = emit
        generatorOptions = options.generator
        random = SeededGenerator(seed: options.seed)
        var setup = Harness.Setup(
            target: options.target, codec: options.codec, campaign: CampaignName.fresh(),
            perturbation: options.perturbation, seed: options.seed)
        if let limit = options.secondLimit {
            end = start + Int64(min(limit, Self.longestSeconds) * 1e9)
            // A hammer's clients never leave early.
            setup.patience.deadline = end + (options.hammers ? Self.hammerNanoseconds : 0)
        }
        // A yardstick measures the server, not our patience.
        if options.hammers { setup.patience.firstMilliseconds = setup.patience.asleepMilliseconds }
        corpus = options.target.transport == .udp ? options.corpus.filter(\.fitsDatagrams) : options.corpus
        generator = options.codec.spoken.vocabulary.map {
            ScenarioGenerator(protocolName: options.codec.name, vocabulary: $0)
        }
        guard !corpus.isEmpty || generator != nil else {
            throw CampaignError.nothingToSay(protocolName: options.codec.name)
        }
        harness = try Harness(setup)
        status.recordedByClients = harness.address.transport == .unix
        generatorOptions.datagrams = harness.address.transport == .udp
        try emit(.ready(harness.address))
        if corpus.count < options.corpus.count {
            let left = options.corpus.count - corpus.count
            try emit(.warning("\(left) scenarios of the corpus need a connection and are left out"))
        }
        if harness.address.transport == .unix {
            try emit(.warning("nothing captures Unix sockets: the recording is what the clients sent and received"))
        }
        if harness.sources == .oneAddress, harness.address.transport == .tcp {
            try emit(.warning("the target turns clients away that do not come from 127.0.0.1; all come from there"))
        }
    }

    /// Runs to the limit, to the first finding if so asked, or to the user's interruption, and ends the target.
    ///
    /// - Throws: what ended it: `TargetError` when the target cannot be started again, `CaptureError`, `SystemError`.
    public func run() throws -> CampaignResult {
        defer { harness.stop() }
        nextLook = Clock.monotonic + Self.lookInterval
        do {
            while !isOver { try step() }
        } catch TargetError.interrupted {
            // What was found so far stands.
        } catch TargetError.notReady where harness.setup.patience.isOver {
            // It was started anew, and the time was over before it was ready.
        }
        try emit(.activity("judging the last executions, then ending the target"))
        harness.hurryJudge()
        try settle(try harness.judgements(all: true))
        if !stopsNow, !harness.setup.patience.isOver { try lookAtResources() }
        try tellProgress(force: true)
        return result()
    }

    private func step() throws {
        let scenario = nextScenario()
        if scenario.hasDepartures { lastDeparture = scenario }
        running[harness.executions + 1] = scenario
        let (log, ending) = try harness.execute(scenario)
        if let ending { try crashed(ending, scenario, log) }
        switch log.outcome {
        case .stalled(let client): try stalled(client, scenario, log)
        case .flooded:
            try settle(try harness.judgements(all: true))
            if !harness.setup.patience.isOver { try harness.startTarget() }
        case .completed, .interrupted: break
        }
        try settle(try harness.judgements(all: false))
        if Clock.monotonic >= nextLook {
            try lookAtResources()
            try lookAtListener()
            try compareWithAlone()
            nextLook = Clock.monotonic + Self.lookInterval
        }
        try tellProgress(force: false)
    }

    // MARK: What comes next

    private var isOver: Bool {
        if stopsNow { return true }
        if let limit = options.executionLimit, harness.executions >= limit { return true }
        return Clock.monotonic >= end || harness.setup.patience.isOver
    }

    private var stopsNow: Bool {
        Interruption.signal != nil || (options.stopOnFirst && !findings.isEmpty)
            || findings.contains { options.stopOnOracles.contains($0.violation.oracle) }
    }

    private var elapsed: Double { Double(Clock.monotonic - start) / 1e9 }

    /// Every scenario of the corpus once, then one of them in four.
    private func nextScenario() -> Scenario {
        let usable = corpus
        if corpusNext < usable.count {
            corpusNext += 1
            return usable[corpusNext - 1]
        }
        guard let generator else { return random.pick(usable) }
        if !usable.isEmpty, random.oneIn(4) { return random.pick(usable) }
        return options.hammers
            ? generator.hammer(&random, generatorOptions) : generator.scenario(&random, generatorOptions)
    }

    // MARK: What was seen

    private func settle(_ judged: [JudgedExecution]) throws {
        for execution in judged {
            let scenario = running.removeValue(forKey: execution.log.execution)
            let judgement = execution.judgement
            status.judged += 1
            status.packets += execution.packets.records.count
            status.exercised += judgement.exercised
            status.difficulty.count(judgement)
            generatorOptions.hardClients = status.difficulty.hardClients
            generatorOptions.hardOperations = status.difficulty.hardOperations
            try drop(judgement.unsupportedCommands)
            methods.add(judgement.methods)
            try drop(methods.refused.filter { $0.value >= Self.tellingRefusals }.keys.sorted())
            // What the end of the time cut short is no evidence of anything.
            if !judgement.inconclusive.isEmpty, execution.log.outcome != .interrupted {
                status.inconclusive += 1
                if inconclusiveReasons.count < 10 { inconclusiveReasons += judgement.inconclusive.prefix(1) }
            }
            guard judgement.verdict == .violated, let scenario else { continue }
            for violation in judgement.violations { try suspect(violation, scenario, execution) }
        }
    }

    /// A method that was refused so often and never accepted is one that the target does not support.
    private static let tellingRefusals = 16

    private func drop(_ commands: [String]) throws {
        for command in commands where generatorOptions.excludedCommands.insert(command).inserted {
            status.unsupportedCommands = generatorOptions.excludedCommands.sorted()
            try emit(.unsupportedCommand(command))
        }
    }

    private func crashed(_ ending: ProcessEnding, _ scenario: Scenario, _ log: ExecutionLog) throws {
        let judged = try harness.judgements(all: true)
        let own = judged.last { $0.log.execution == log.execution }
        let violation = Violation(
            oracle: .crash, summary: "the target \(ending) during an execution", signature: "crash \(ending)")
        // The end of the time may have come before the judge: the target has died all the same.
        let unjudged = JudgedExecution(
            log: log, judgement: Judgement(), packets: PacketBatch(linkTypes: [.ethernet]))
        try suspect(violation, scenario, own ?? unjudged)
        // What the wire shows of a dying server is the crash, not faults of their own.
        try settle(judged.filter { $0.log.execution != log.execution })
        if !harness.setup.patience.isOver { try harness.startTarget() }
    }

    private func stalled(_ client: Int, _ scenario: Scenario, _ log: ExecutionLog) throws {
        let judged = try harness.judgements(all: true)
        try settle(judged)
        if let own = judged.last(where: { $0.log.execution == log.execution }), Self.isSilence(own, client),
            harness.address.transport != .udp  // The judge has said what can be said.
        {
            let violation = Violation(
                oracle: .hang, summary: "c\(client) waited in vain for a reply", signature: HangOracle.silence)
            try suspect(violation, scenario, own)
        }
        if !harness.setup.patience.isOver { try harness.startTarget() }
    }

    /// Whether a client waited for something that the wire does not blame on anybody: it was heard, so it is owed a reply.
    /// Who was not even connected waited for the target's listen queue.
    private static func isSilence(_ execution: JudgedExecution, _ client: Int) -> Bool {
        let last = execution.log.connections.last { $0.client == client }
        let wasHeard = last.map { $0.sentBytes > 0 && !$0.isUnheard } ?? false
        return wasHeard && execution.judgement.verdict != .violated && execution.judgement.inconclusive.isEmpty
    }

    private func lookAtResources() throws {
        guard let held = harness.restingResources() else { return }
        let violations = watch.observe(held, executions: harness.executions)
        guard !violations.isEmpty else { return }
        let scenario = lastDeparture ?? nextScenario()
        running[harness.executions + 1] = scenario
        _ = try harness.execute(scenario)
        let judged = try harness.judgements(all: true)
        if let own = judged.last { for violation in violations { try suspect(violation, scenario, own) } }
        try settle(judged)
    }

    private func lookAtListener() throws {
        guard let before = overflowsBefore, ListenQueue.overflows() > before else { return }
        overflowsBefore = nil
        try emit(
            .warning(
                "connections met a full listen queue, most likely the target's: some of \(generatorOptions.clients) clients "
                    + "wait a second or more to be connected; give it a longer backlog, or take fewer --clients"))
    }

    /// Now and then: do clients get together what each gets alone?
    private func compareWithAlone() throws {
        guard !stopsNow, !options.hammers, harness.address.transport != .udp, !options.codec.hasSharedState,
            let generator
        else { return }
        // Few scenarios are free of long messages and of clients that leave.
        for _ in 0..<Self.drawsForComparison {
            let scenario = generator.scenario(&random, generatorOptions)
            guard SerialComparison.isComparable(scenario, options.codec) else { continue }
            return try compareWithAlone(scenario)
        }
    }

    private func compareWithAlone(_ scenario: Scenario) throws {
        try settle(try harness.judgements(all: true))
        let judged = try SerialComparison(harness).run(scenario)
        for execution in judged { running[execution.log.execution] = scenario }
        try settle(judged)
    }

    // MARK: Findings

    private func suspect(_ violation: Violation, _ scenario: Scenario, _ seen: JudgedExecution) throws {
        // The first finding ends the campaign; what else the same execution shows is kept as it is.
        guard !(options.stopOnFirst && !findings.isEmpty) else { return try adopt(violation, scenario, seen) }
        let id = Finding.id(of: violation, protocolName: options.codec.name)
        guard known.insert(id).inserted else { return }
        try emit(.suspected(violation, execution: seen.log.execution))
        let before = Clock.monotonic
        suspectedAt = before
        defer {
            confirmingNanoseconds += Clock.monotonic - before
            suspectedAt = nil
        }
        var finding = Finding(
            id: id, violation: violation, scenario: scenario, firstExecution: seen.log.execution, firstSeconds: elapsed,
            packets: seen.packets, targetOutput: harness.targetOutput)
        var others: [JudgedExecution] = []
        if options.confirmations > 0 {
            if let outcome = try confirmed(id, scenario, violation.oracle), outcome.reproduction.tries > 0 {
                finding.reproduced = outcome.reproduction
                finding.violation.blame = outcome.blame?.text ?? finding.violation.blame
                others = outcome.others
            }
            let mayShrink = violation.oracle != .serialEquivalence && options.minimizeSeconds > 0
            if mayShrink, (finding.reproduced?.hits ?? 0) > 0 {
                try emit(.activity("minimizing \(id)"))
                finding.minimized = try minimized(scenario, violation.oracle)
            }
        }
        findings.append(finding)
        status.findings = findings.count
        try emit(.finding(finding))
        // A replay that breaks another property, as a reply that names another client, is a finding too.
        var oracles = Set(findings.map(\.violation.oracle))
        for other in others {
            for violation in other.judgement.violations where oracles.insert(violation.oracle).inserted {
                try adopt(violation, scenario, other)
            }
        }
    }

    /// What replays on fresh targets show; nil, with a warning, where none can be started.
    private func confirmed(_ id: String, _ scenario: Scenario, _ oracle: OracleID) throws -> ReproductionTrials.Outcome?
    {
        do {
            let times = options.confirmations
            var outcome = try ReproductionTrials(freshSetup, times: times).run(scenario, expecting: oracle) { tries in
                try emit(.activity("confirming \(id): \(tries) of \(times) tries"))
            }
            // A narrow window wants more than the tries of a confirmation.
            if outcome.reproduction.hits == 0, !freshSetup.patience.isOver {
                try emit(.activity("confirming \(id): one longer look"))
                outcome.addLongerLook(try ReproductionTrials.longerLook(freshSetup).run(scenario, expecting: oracle))
            }
            return outcome
        } catch TargetError.interrupted {
            return nil
        } catch TargetError.notReady where freshSetup.patience.isOver {
            return nil
        } catch let error as TargetError {
            try emit(.warning("cannot confirm \(id) on a fresh target: \(error)"))
            return nil
        }
    }

    /// A smaller scenario that has shown the fault on a fresh target as well; nil without one.
    private func minimized(_ scenario: Scenario, _ oracle: OracleID) throws -> Scenario? {
        do {
            let minimizer = Minimizer(freshSetup, seconds: options.minimizeSeconds)
            guard let smaller = try minimizer.minimize(scenario, expecting: oracle) else { return nil }
            let again = try ReproductionTrials(freshSetup, times: 1).run(smaller, expecting: oracle)
            return again.reproduction.hits > 0 ? smaller : nil
        } catch TargetError.interrupted {
            return nil
        } catch TargetError.notReady where freshSetup.patience.isOver {
            return nil
        } catch let error as TargetError {
            try emit(.warning("no smaller scenario was looked for: \(error)"))
            return nil
        }
    }

    /// Takes a finding without another round of replays, unless the campaign looks for just this.
    private func adopt(_ violation: Violation, _ scenario: Scenario, _ seen: JudgedExecution) throws {
        let id = Finding.id(of: violation, protocolName: options.codec.name)
        guard known.insert(id).inserted else { return }
        var finding = Finding(
            id: id, violation: violation, scenario: scenario, firstExecution: harness.executions, firstSeconds: elapsed,
            packets: seen.packets, targetOutput: seen.targetOutput)
        if options.stopOnOracles.contains(violation.oracle), options.confirmations > 0 {
            let outcome = try confirmed(id, scenario, violation.oracle)
            if let outcome, outcome.reproduction.tries > 0 { finding.reproduced = outcome.reproduction }
        }
        findings.append(finding)
        status.findings = findings.count
        try emit(.finding(finding))
    }

    // MARK: Reporting

    private func tellProgress(force: Bool) throws {
        let now = Clock.monotonic
        guard force || now >= nextProgress else { return }
        nextProgress = now + Self.progressInterval
        status.executions = harness.executions
        status.elapsedSeconds = elapsed
        status.fuzzingSeconds = elapsed - Double(confirmingNanoseconds) / 1e9
        status.dropped = Int(harness.captureStatistics.dropped)
        status.starts = harness.starts
        status.waits = harness.waits
        status.crashes = harness.crashes
        try emit(.progress(status))
    }

    private func result() -> CampaignResult {
        let verdict = Verdict(
            isViolated: !findings.isEmpty,
            isUndecided: status.inconclusive * Self.toleratedInconclusive > status.judged,
            isTested: status.exercised.answered > 0 && status.exercised.overlaps > 0)
        return CampaignResult(
            verdict: verdict, status: status, findings: findings, inconclusiveReasons: inconclusiveReasons,
            interruptedBy: Interruption.signal)
    }

    /// The campaign's setup for another target, with a name of its own: how slow the target was seen to be is known.
    private var freshSetup: Harness.Setup {
        var setup = harness.setup
        setup.campaign = CampaignName.fresh()
        if let limit = options.secondLimit, !endsWithThisFinding {
            let left = Int64(min(limit, Self.longestSeconds) * 1e9) / Self.confirmingShare - confirmingNanoseconds
            setup.patience = setup.patience.until((suspectedAt ?? Clock.monotonic) + left)
        }
        return setup
    }

    /// Nothing is looked for besides: all of the time may go to confirming.
    private var endsWithThisFinding: Bool { options.stopOnFirst || !options.stopOnOracles.isEmpty }

    /// Of a campaign's time, one part in so many goes to confirming at most.
    private static let confirmingShare: Int64 = 3
    /// A hundred years, so that nanoseconds fit in 64 bits.
    private static let longestSeconds = 100.0 * 365 * 86400
    /// How long a hammer's last execution may take beyond the end.
    private static let hammerNanoseconds: Int64 = 1_000_000_000
}

/// Names that no earlier campaign against a long-lived target can have used.
enum CampaignName {
    private static let last = Mutex<Int64>(0)

    /// Base 36 of the time in microseconds, or of the next number that this process has not used.
    static func fresh() -> String {
        let number = last.withLock { last in
            last = max(last + 1, Clock.wall / 1000)
            return last
        }
        return String(number, radix: 36)
    }
}
