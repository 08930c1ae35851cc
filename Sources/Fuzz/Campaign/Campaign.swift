import Capture
import System
import Verification
import Wire

/// Executions with a corpus, a budget and findings: it runs what its `ScenarioSource` draws, has suspicions confirmed
/// (`FindingConfirmation`), looks at the target's rest (`TargetWatch`), and counts (`CampaignTally`).
public final class Campaign {
    let options: CampaignOptions
    let emit: (CampaignEvent) throws -> Void
    let harness: Harness
    var source: ScenarioSource
    private var tally = CampaignTally()
    var watch: TargetWatch
    var confirmation: FindingConfirmation
    private var findings: [Finding] = []
    private var known: Set<String> = []
    /// What was tried alone since it was not answered.
    private var causes: [Habit: FindingConfirmation.Alone] = [:]
    private var crashes = CrashCauses()
    private var spin: SpinWatch
    private var pace = CampaignPace()
    /// Up to this execution nobody knew that the target forgets.
    private var judgedUnknowing = 0
    /// Whether it was looked whether the target ends connections by itself.
    private var hasLookedForClosing = false
    /// Suspicions of a stall that were compared.
    private var stalls = 0
    private let start = Clock.monotonic
    /// When nothing new begins.
    private let end: Int64
    private var nextProgress: Int64 = 0
    var introduction = Introduction()
    var isIntroducing = false
    var acquaintance = Acquaintance()
    /// A server that somebody else starts was no more, and the user was told.
    private var wasGone = false

    /// One execution in so many may be inconclusive without making the campaign so; each is counted in the summary.
    public static let toleratedInconclusive = 1000
    /// The time between two progress events. Nanoseconds.
    private static let progressInterval: Int64 = 250_000_000
    /// So many suspicions of a stall are compared.
    private static let mostStalls = 3
    /// How long a hammer's last execution may take beyond the end.
    private static let hammerNanoseconds: Int64 = 1_000_000_000

    /// Starts the capture and the target.
    ///
    /// - Parameter emit: told what happens; what it throws ends the campaign.
    /// - Throws: `CampaignError`, `TargetError`, `CaptureError`, `SystemError`.
    public init(_ options: CampaignOptions, emit: @escaping (CampaignEvent) throws -> Void = { _ in }) throws {
        self.options = options
        let emit =
            options.credentials.map { credentials in
                { try emit(credentials.secrets.hidden($0)) }
            } ?? emit
        self.emit = emit
        source = try ScenarioSource(options)
        end = options.duration?.fromNow ?? .max
        var setup = Self.setup(options, end: end)
        setup.network = try options.network.namespaces(for: options.target) { error in
            try emit(.warning("no private network (\(error)); capturing in this process's own"))
        }
        let greeting: Greeting
        (harness, greeting) = try Self.greeted(setup, options, source.introductions.first)
        for _ in 0..<harness.executions { introduction.noteProbe() }
        acquaintance.greeting = Array(greeting.messages.joined())
        acquaintance.unasked = greeting.unasked
        spin = SpinWatch(options.hammers ? nil : source.introductions.first)
        watch = TargetWatch(harness)
        confirmation = FindingConfirmation(options, harness.setup, tell: emit)
        let transport = harness.address.transport
        tally.status.recordedByClients = transport == .unix
        try emit(.ready(harness.address))
        if source.leftOut > 0 {
            try emit(.warning("\(source.leftOut) scenarios of the corpus need a connection and are left out"))
        }
        if transport == .unix {
            try emit(.warning("nothing captures Unix sockets: the recording is what the clients sent and received"))
        }
        if harness.sources == .oneAddress, transport == .tcp {
            try emit(.warning("the target turns clients away that do not come from 127.0.0.1; all come from there"))
        }
    }

    /// A harness that knows what its target says unasked.
    private static func greeted(
        _ setup: Harness.Setup, _ options: CampaignOptions, _ first: Scenario?
    ) throws -> (Harness, Greeting) {
        guard !options.hammers else { return (try Harness(setup), Greeting()) }
        var silent = setup
        silent.logsIn = false
        let harness = try Harness(silent)
        let greeting = try Greeting.heard(on: harness, trying: first)
        let logsIn = !(setup.credentials?.steps.isEmpty ?? true)
        guard greeting != Greeting() || logsIn else { return (harness, greeting) }
        harness.stop()
        var knowing = setup
        knowing.codec = greeting.spoken(setup.codec)
        return (try Harness(knowing), greeting)
    }

    private static func setup(_ options: CampaignOptions, end: Int64) -> Harness.Setup {
        var setup = Harness.Setup(
            target: options.target, life: options.life, codec: options.codec, campaign: CampaignName.fresh(),
            perturbation: options.perturbation, seed: options.seed)
        setup.credentials = options.credentials
        // A hammer's clients never leave early.
        if end < .max { setup.patience.deadline = end + (options.hammers ? hammerNanoseconds : 0) }
        // A yardstick measures the server, not our patience.
        if options.hammers { setup.patience.firstMilliseconds = setup.patience.asleepMilliseconds }
        return setup
    }

    /// Runs to the limit, to the first finding if so asked, or to the user's interruption, and ends the target.
    ///
    /// - Throws: what ended it: `TargetError` when the target cannot be started again, `CaptureError`, `SystemError`.
    public func run() throws -> CampaignResult {
        defer { harness.stop() }
        watch.looked()
        do {
            try introduce()
            while !isOver { try step() }
        } catch TargetError.interrupted {
            // What was found so far stands.
        } catch let error as TargetError where error.isLate && isOutOfTime {
            // It was started anew, or reset, and the time was over before it was ready.
        }
        try emit(.activity("judging the last executions, then ending the target"))
        harness.hurryJudge()
        try settle(try harness.judgements(all: true))
        if !stopsNow, !isOutOfTime { try lookAtResources() }
        try tellProgress(force: true)
        var result = tally.result(findings, wanted: options.wanted, interruptedBy: Interruption.signal)
        result.acquaintance = acquaintance
        // Who serves one connection after the other has nobody beside anybody.
        if result.verdict == .held, acquaintance.connections?.served == 1 { result.verdict = .nothingTested }
        return options.credentials?.secrets.hidden(result) ?? result
    }

    /// Gets to know the target, as a campaign does before it begins, and ends it.
    ///
    /// - Throws: as `run()`.
    public func acquaint() throws -> Acquaintance {
        defer { harness.stop() }
        watch.looked()
        try introduce()
        return options.credentials?.secrets.hidden(acquaintance) ?? acquaintance
    }

    @discardableResult
    func perform(_ scenario: Scenario) throws -> ExecutionLog {
        watch.begins(scenario)
        let (log, ending) = try harness.execute(scenario)
        switch log.outcome {
        case .completed where ending == nil, .interrupted where ending == nil:
            try settle(try harness.judgements(all: false))
            if harness.isGone, !isOutOfTime { try restart() }
        default:
            try conclude(scenario, log, ending)
        }
        return log
    }

    /// A server that somebody else starts is no more: what it left unanswered was judged as it came.
    private func restart() throws {
        if !wasGone { try emit(.warning("nothing listens on \(harness.address) any more; it is restarted, each time")) }
        wasGone = true
        try harness.startTarget()
    }

    private func step() throws {
        if pace.pause > .zero { Clock.sleep(milliseconds: Int(pace.pause / .milliseconds(1))) }
        try perform(source.next())
        if watch.isDue {
            try lookAtResources()
            if let warning = watch.queueWarning(harness, clients: source.options.clients) {
                try emit(.warning(warning))
            }
            try compareWithAlone()
            watch.looked()
        }
        try tellProgress(force: false)
    }

    /// After an execution that the target did not survive, or in which it hung or did not come to an end: that is judged,
    /// and a fresh target takes its place.
    private func conclude(_ scenario: Scenario, _ log: ExecutionLog, _ ending: ProcessEnding?) throws {
        let judged = try harness.judgements(all: true)
        try settle(judged)
        if let ending, !judged.contains(where: { $0.log.execution == log.execution }) {
            // The end of the time may have come before the judge: the target has died all the same.
            var performed = PerformedExecution(scenario: scenario, log: log, ending: ending)
            performed.output = harness.targetOutput
            let unjudged = JudgedExecution(unjudged: performed)
            for violation in unjudged.accusations { try suspect(violation, unjudged) }
        }
        if !isOutOfTime { try harness.startTarget() }
    }

    // MARK: When it ends

    var isOver: Bool {
        if stopsNow { return true }
        if let limit = options.executionLimit, executions >= limit { return true }
        return Clock.monotonic >= end || isOutOfTime
    }

    /// Of a short time half is for the campaign itself.
    var isAcquaintanceOver: Bool { isOver || options.duration.map { elapsed >= $0 / 2 } ?? false }

    var stopsNow: Bool {
        Interruption.signal != nil || (options.stopOnFirst && findings.contains(where: isWanted))
            || findings.contains { options.stopOnOracles.contains($0.violation.oracle) && isWanted($0) }
    }

    private func isWanted(_ finding: Finding) -> Bool { options.wanted.contains(finding.level.asked) }

    /// The target's introduction is none.
    private var executions: Int { harness.executions - introduction.executions }

    var isOutOfTime: Bool { harness.setup.patience.isOver }
    private var elapsed: Duration { .nanoseconds(Clock.monotonic - start) }

    // MARK: What was seen

    func settle(_ judged: some Sequence<JudgedExecution>) throws {
        for execution in judged {
            tally.count(execution)
            source.adapt(to: tally.status.difficulty)
            for command in tally.unsupportedCommands(execution.judgement) where source.exclude(command) {
                tally.status.unsupportedCommands = (tally.status.unsupportedCommands + [command]).sorted()
                try emit(.unsupportedCommand(command))
            }
            if isIntroducing {
                introduction.judged.append(execution)
            } else {
                try keepPace(execution)
                try accuse(execution)
            }
        }
    }

    /// Asks more slowly where nearly all is turned away that was taken when it came alone.
    private func keepPace(_ execution: JudgedExecution) throws {
        let before = pace.pause
        guard pace.note(isTurnedAway: acquaintance.turnsAway(execution)) else { return }
        let reason = execution.judgement.refusal.map { " (\($0))" } ?? ""
        try emit(
            .warning(
                pace.pause > before
                    ? "nearly all is turned away\(reason) that was taken alone: executions are "
                        + "\(Int(pace.pause / .milliseconds(1))) ms apart from now on"
                    : "nearly all is turned away\(reason), however slowly it is asked for"))
    }

    func accuse(_ execution: JudgedExecution) throws {
        // It was under way when what it says was understood.
        guard execution.ending != nil || !source.isAvoided(execution.scenario) else { return }
        let connections = execution.log.connections.count
        for violation in execution.accusations where !isUnderstood(violation, connections) {
            try suspect(violation, execution)
        }
        if let stall = execution.stall, !isUnderstood(stall) { try compare(stall, execution) }
    }

    /// A wait may have been one for other clients, or one that nobody sees again: then the next may.
    private func compare(_ stall: Violation, _ seen: JudgedExecution) throws {
        guard !stopsNow, stalls < Self.mostStalls, !findings.contains(where: { $0.violation.oracle == .stall })
        else { return }
        stalls += 1
        known.remove(Finding.id(of: stall, protocolName: options.codec.name))
        try suspect(stall, seen)
    }

    /// Whether it is what a server does that was seen to close connections which are too many, or by itself.
    func isUnderstood(_ violation: Violation, _ connections: Int = .max) -> Bool {
        if let wanted = options.oracles, !wanted.contains(violation.oracle) { return true }
        return acquaintance.explains(violation, connections: connections)
    }

    private func lookAtResources() throws {
        let (held, load) = harness.load { watch.leaks(harness) }
        let leaks = try held.filter { try !isUnderstood($0) && !isReapedLater($0) }
        try lookForSpin(load)
        guard !leaks.isEmpty else { return }
        _ = try harness.execute(watch.lastDeparture ?? source.next())
        let judged = try harness.judgements(all: true)
        if let own = judged.last { for leak in leaks { try suspect(leak, own) } }
        try settle(judged)
    }

    /// Who waits for its children when the next client comes has left none for ever.
    private func isReapedLater(_ leak: Violation) throws -> Bool {
        guard leak.isOfZombies, let next = source.introductions.first, !isOutOfTime else { return false }
        try perform(next)
        return harness.restingResources().map { $0.zombies <= 1 } ?? true
    }

    /// Does the target at rest go on using a processor? Then a fresh one takes its place: it would slow down all that follows.
    private func lookForSpin(_ load: Double?) throws {
        let notice = try spin.look(harness, load: load)
        if case .none = notice { return }
        spin.settle()
        try emit(.activity("looking whether a target that nobody has talked to uses a processor, too"))
        guard !isUnderstood(SpinWatch.violation(notice)), try !SpinWatch.isHabit(harness.setup) else { return }
        let scenario = if case .idle(let idle) = notice { idle } else { watch.lastDeparture ?? source.next() }
        _ = try harness.execute(scenario)
        let judged = try harness.judgements(all: true)
        try settle(judged.dropLast())
        if let own = judged.last { try suspect(SpinWatch.violation(notice), own) }
        try harness.startTarget()
    }

    /// Now and then: do clients get together what each gets alone?
    private func compareWithAlone() throws {
        guard !stopsNow, !options.hammers, harness.address.transport != .udp, !options.codec.hasSharedState,
            let scenario = source.comparable()
        else { return }
        try settle(try harness.judgements(all: true))
        try settle(try SerialComparison(harness).run(scenario))
    }

    // MARK: Findings

    func suspect(_ violation: Violation, _ seen: JudgedExecution) throws {
        // The first finding ends the campaign; what else the same execution shows is kept as it is.
        guard !(options.stopOnFirst && stopsNow) else { return try adopt(violation, seen) }
        guard !crashes.explain(violation) else { return }
        guard try !isForgotten(violation, seen.log.execution) else { return }
        var (violation, shown) = try caused(violation, seen)
        if try isOfHabit(violation) {
            (violation.policy, violation.cause) = (acquaintance.closing?.policy, "closing")
        }
        guard var finding = fresh(violation, shown, seen.log.execution) else { return }
        // What one client was seen to get, and a server may do, is noted.
        let isSeen = shown.scenario.clientCount == 1 || acquaintance.explains(violation)
        if finding.level == .policy, isSeen, !isWanted(finding) { return try add(finding) }
        finding.targetOutput = harness.targetOutput
        try emit(.suspected(violation, execution: seen.log.execution))
        let others = try confirmation.confirm(&finding, or: seen.earlier)
        if finding.isProved, isNamedAnew(&finding) { try add(finding) }
        // A replay that breaks another property, as a reply that names another client, is a finding too.
        var oracles = Set(findings.map(\.violation.oracle))
        for other in others {
            for violation in other.accusations
            where !isUnderstood(violation, other.log.connections.count) && oracles.insert(violation.oracle).inserted {
                try adopt(violation, other)
            }
        }
    }

    /// Takes a finding without another round of replays, unless the campaign looks for just this.
    private func adopt(_ violation: Violation, _ seen: JudgedExecution) throws {
        guard var finding = fresh(violation, seen, harness.executions) else { return }
        if options.stopOnOracles.contains(violation.oracle) { try confirmation.count(&finding) }
        try add(finding)
    }

    /// A request that is not answered where it comes alone is the cause, and that is the finding: `DEL` never answered is
    /// another fault than `ECHO` never answered, and a server may close on who asks for what it does not know.
    private func caused(
        _ violation: Violation, _ seen: JudgedExecution
    ) throws -> (Violation, JudgedExecution) {
        if violation.isWithoutPlace {
            let alone = try crashes.requestAlone(violation) {
                try confirmation.alone($0, expecting: Suspicion(of: .crash))
            }
            return alone ?? (crashes.comesWithAny(violation) ? violation : violation.withCause, seen)
        }
        guard let request = violation.unanswered else { return (violation, seen) }
        let habit = Habit(of: request)
        let found = try causes[habit] ?? confirmation.alone(request)
        causes[habit] = found
        guard case .shown(let alone) = found,
            var shown = alone.judgement.violations.first(where: { $0.unanswered != nil })
        else {
            return (violation, seen)
        }
        shown.cause = "\(habit)"
        if shown.oracle == .loss { shown.policy = "a server may close instead of refusing a request" }
        return (shown, alone)
    }

    /// Whether the target forgets by itself, of which nobody knew when this was judged; it is looked, once.
    private func isForgotten(_ violation: Violation, _ execution: Int) throws -> Bool {
        guard violation.oracle == .linearizability, options.confirmations > 0 else { return false }
        guard acquaintance.forgets == nil else { return acquaintance.forgets == true && execution <= judgedUnknowing }
        acquaintance.forgets = false
        judgedUnknowing = harness.executions
        try lookForForgetting()
        guard acquaintance.forgets == true else { return false }
        let policy = "a server may forget what it holds, as caches do: a lone client does not find again what it wrote"
        tally.status.policies.append(policy)
        try emit(.warning(policy))
        return true
    }

    /// Whether a connection was ended as the target ends them by itself; it is looked, once, where that is.
    private func isOfHabit(_ violation: Violation) throws -> Bool {
        guard violation.cause == nil, violation.isClosing else { return false }
        if !hasLookedForClosing, options.confirmations > 0 {
            hasLookedForClosing = true
            try lookForClosing()
        }
        return acquaintance.closing != nil
    }

    /// An introduction asks for one command and nothing else: what is not answered there was tried alone.
    func noteAlone(_ execution: JudgedExecution) {
        for request in execution.judgement.violations.compactMap(\.unanswered) {
            causes[Habit(of: request)] = .shown(execution)
        }
    }

    /// A finding that is not known yet; nil for one that is.
    private func fresh(_ violation: Violation, _ seen: JudgedExecution, _ execution: Int) -> Finding? {
        let id = Finding.id(of: violation, protocolName: options.codec.name)
        guard known.insert(id).inserted else { return nil }
        return Finding(
            id: id, violation: violation, scenario: seen.scenario, firstExecution: execution, firstSeen: elapsed,
            packets: seen.packets, targetOutput: seen.targetOutput)
    }

    /// Names a finding by what confirming has shown of its cause; false where that is known already.
    private func isNamedAnew(_ finding: inout Finding) -> Bool {
        crashes.note(finding.violation)
        let id = Finding.id(of: finding.violation, protocolName: options.codec.name)
        defer { finding.id = id }
        return id == finding.id || known.insert(id).inserted
    }

    private func add(_ finding: Finding) throws {
        if finding.level == .policy, !isWanted(finding) {
            tally.status.policies.append(finding.violation.summary)
            try emit(.policy(finding))
        } else {
            findings.append(finding)
            tally.status.findings = findings.count
            try emit(.finding(finding))
        }
        try avoid(finding)
    }

    /// What is understood is not provoked again: it would hide what lies behind it.
    private func avoid(_ finding: Finding) throws {
        let violation = finding.violation
        // Another cause than the request's own is avoided by who knows it.
        let habit = violation.unanswered.map(Habit.init(of:)).flatMap { "\($0)" == violation.cause ? $0 : nil }
        // The other policy that a campaign sees.
        let isHalfClose = finding.level == .policy && violation.oracle == .loss && violation.cause == nil
        if let habit = habit ?? (isHalfClose ? .halfClose : nil) { try avoid(habit) }
    }

    func avoid(_ habit: Habit) throws {
        guard source.avoid(habit) else { return }
        tally.status.avoided.append("\(habit)")
        try emit(.avoided("\(habit)"))
    }

    // MARK: Reporting

    private func tellProgress(force: Bool) throws {
        let now = Clock.monotonic
        guard force || now >= nextProgress else { return }
        nextProgress = now + Self.progressInterval
        tally.status.executions = executions
        tally.status.elapsed = elapsed
        tally.status.fuzzing = elapsed - .nanoseconds(confirmation.nanoseconds)
        tally.status.dropped = Int(harness.captureStatistics.dropped)
        tally.status.starts = harness.starts
        tally.status.waits = harness.waits
        tally.status.crashes = harness.crashes
        try emit(.progress(tally.status))
    }
}
