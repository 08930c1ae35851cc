import Capture
import Glibc
import Synchronization
import Verification
import System
import Wire

/// Runs one scenario, or several in turn, again and again on fresh targets, and counts how often they show a fault.
struct ReproductionTrials: Sendable {
    private var setup: Harness.Setup
    private let times: Int
    private let executionsPerTry: Int
    private let durationPerTry: Duration
    /// A try in which the target broke otherwise goes on with another target.
    private var goesOn = false

    /// - Parameters:
    ///   - times: how many fresh targets.
    ///   - executionsPerTry: how often the scenario runs on each, until it shows the fault.
    ///   - durationPerTry: the time after which a try without a hit ends.
    init(_ setup: Harness.Setup, times: Int, executionsPerTry: Int = 100, durationPerTry: Duration = .milliseconds(500))
    {
        self.setup = setup
        self.setup.patience = setup.patience.confirming
        self.setup.ringBytes = 8 << 20
        self.setup.findsServingProcesses = true
        self.times = times
        self.executionsPerTry = executionsPerTry
        self.durationPerTry = durationPerTry
    }

    /// One try that is far longer than those of a confirmation, and does not end where the target breaks otherwise.
    static func longerLook(_ setup: Harness.Setup) -> ReproductionTrials {
        var look = ReproductionTrials(setup, times: 1, executionsPerTry: 5_000, durationPerTry: .seconds(5))
        look.goesOn = true
        return look
    }

    /// Executions between two looks at a target at rest, where a leak is looked for.
    static let executionsBeforeRest = 25

    /// From so many tries on, two targets work side by side: a try of a hang is mostly waiting.
    static let triesOfTwoLanes = 4

    struct Outcome: Sendable {
        var reproduction: Finding.Reproduction
        /// An execution that showed what was expected; nil without a hit.
        var hit: JudgedExecution?
        /// Whose fault it is, where a hit tells; the processes of the target rather than connections.
        var blame: (text: String, isOfProcesses: Bool)?
        /// Executions that were violated in another way: one for each signature.
        var others: [JudgedExecution]
        /// The kinds of request that were under way whenever the target died as in the first hit; nil where it did not.
        var underWay: Set<String>?
        /// After how many executions each try that hit did.
        var executionsToHit: [Int] = []
        /// What was exercised, and in how many executions.
        var exercised = Exercised()
        var executions = 0
        var inconclusive: [String] = []
    }

    /// Runs the tries.
    ///
    /// - Parameters:
    ///   - scenarios: one, or several that take turns.
    ///   - suspicion: what counts as a hit.
    ///   - tell: told about how many tries are over, on this thread.
    func run(
        _ scenarios: [Scenario], expecting suspicion: Suspicion, tell: (Int) throws -> Void = { _ in }
    ) throws -> Outcome {
        guard setup.target.isCommand, times >= Self.triesOfTwoLanes else {
            return try lane(times, scenarios, suspicion, tell)
        }
        let second = Lane()
        let half = times / 2
        let thread = try JoinableThread("replay") {
            let result = Result { try lane(half, scenarios, suspicion) }
            second.outcome.withLock { $0 = result }
        }
        // The other lane is about as far.
        let first = Result { try lane(times - half, scenarios, suspicion) { try tell(min(times, 2 * $0)) } }
        thread.join()
        var outcome = try first.get()
        if let other = try second.outcome.withLock({ $0 })?.get() { outcome.add(other) }
        return outcome
    }

    /// What the second thread brings back.
    private final class Lane: Sendable {
        let outcome = Mutex<Result<Outcome, any Error>?>(nil)
    }

    /// Runs tries one after the other, on a harness of their own.
    private func lane(
        _ times: Int, _ scenarios: [Scenario], _ suspicion: Suspicion, _ tell: (Int) throws -> Void = { _ in }
    ) throws -> Outcome {
        var outcome = Outcome(
            reproduction: .init(hits: 0, tries: 0, executionsPerTry: executionsPerTry, freshTarget: setup.startsAnew),
            others: [])
        var harness = try Harness(renamed)
        defer { harness.stop() }
        var seen: Set<String> = []
        for number in 0..<times {
            if setup.patience.isOver { break }
            try tell(number)
            if number > 0 { try refresh(&harness) }
            let first = harness.executions + 1
            let judged = try attempt(&harness, scenarios, suspicion)
            outcome.reproduction.tries += 1
            outcome.executions += judged.count
            var hit = false
            for execution in judged {
                outcome.exercised += execution.judgement.exercised
                outcome.inconclusive += execution.judgement.inconclusive.prefix(1)
                let matches = suspicion.matches(execution)
                if matches, outcome.hit == nil { outcome.hit = execution }
                if matches, !hit { outcome.executionsToHit.append(max(1, execution.log.execution - first + 1)) }
                if matches { outcome.noteDeath(in: execution) }
                hit = hit || matches
                if matches, let blamed = execution.judgement.violations.first(where: { $0.blame != nil }) {
                    outcome.note(blamed.blame.map { ($0, blamed.blamesProcesses) })
                }
                let isNew = execution.accusations.contains {
                    (suspicion.isAny || !suspicion.matches($0)) && seen.insert($0.signature).inserted
                }
                if isNew { outcome.others.append(execution) }
            }
            if hit { outcome.reproduction.hits += 1 }
        }
        return outcome
    }

    /// A fresh target on the same port; on another where a server cannot bind the old one again so soon.
    private func refresh(_ harness: inout Harness) throws {
        guard setup.startsAnew else { return }
        do {
            try harness.startTarget()
        } catch TargetError.endedEarly {
            harness.stop()
            harness = try Harness(renamed)
        }
    }

    /// The setup with a name of its own: two harnesses' targets may keep what they are told in one place.
    private var renamed: Harness.Setup {
        var setup = setup
        setup.campaign = CampaignName.fresh()
        return setup
    }

    /// Runs the scenarios in turn until one shows the fault or the try is over.
    private func attempt(
        _ harness: inout Harness, _ scenarios: [Scenario], _ suspicion: Suspicion
    ) throws -> [JudgedExecution] {
        let oracle = suspicion.oracle
        let looksForLeaks = suspicion.mayBeLeak
        var before = harness.resources()
        let deadline = durationPerTry.fromNow
        var judged: [JudgedExecution] = []
        var count = 0
        if oracle == .spin { return try spin(harness, scenarios, deadline) }
        if oracle == .serialEquivalence { return try compare(harness, scenarios[0], deadline) }
        while count < executionsPerTry, Clock.monotonic < deadline, !setup.patience.isOver {
            let (log, ending) = try harness.execute(scenarios[count % scenarios.count])
            count += 1
            let broke = ending != nil || log.outcome != .completed || harness.isGone
            // A small window: a hit ends the try soon, and the judge still runs beside the clients.
            let ready = try harness.judgements(all: broke || count % 4 == 0)
            // Packets of what held are not looked at again: thousands of executions of a longer look would fill the memory.
            judged += ready.map { $0.judgement.verdict == .violated ? $0 : $0.withoutPackets }
            if ready.contains(where: suspicion.matches) { break }
            if broke {
                guard goesOn, Clock.monotonic < deadline, !setup.patience.isOver else { break }
                try refresh(&harness)
                before = harness.resources()
            }
            // What a target opens for its first clients, as workers and connections to servers behind it, is no leak.
            if count == 1, looksForLeaks { before = harness.restingResources() ?? before }
            // A leak is looked for at rest, now and then.
            if oracle == .resources, count % Self.executionsBeforeRest == 0 {
                judged += try harness.judgements(all: true)
                if Self.addLeaks(to: &judged, harness, before, count - 1) { return judged }
            }
        }
        judged += try harness.judgements(all: true)
        if looksForLeaks { Self.addLeaks(to: &judged, harness, before, max(1, count - 1)) }
        return judged
    }

    /// Looks whether the target goes on using a processor, while its clients pause or once they are gone.
    private func spin(_ harness: Harness, _ scenarios: [Scenario], _ deadline: Int64) throws -> [JudgedExecution] {
        var judged: [JudgedExecution] = []
        var isSeen = false
        for count in 0..<min(executionsPerTry, Self.executionsBeforeRest) where Clock.monotonic < deadline && !isSeen {
            let scenario = scenarios[count % scenarios.count]
            let (ended, load) = try harness.load { try harness.execute(scenario) }
            judged += try harness.judgements(all: true)
            guard ended.ending == nil else { return judged }
            isSeen = scenario.pauses >= .seconds(1) && load ?? 0 >= RestLoad.spinning
        }
        isSeen = isSeen || harness.spinsAtRest(windows: RestLoad.windowsAgain)
        if isSeen, !judged.isEmpty { judged[judged.count - 1].judgement.add(SpinWatch.violation(.gone)) }
        return judged
    }

    /// Compares what clients get together and alone, again and again.
    private func compare(_ harness: Harness, _ scenario: Scenario, _ deadline: Int64) throws -> [JudgedExecution] {
        var judged: [JudgedExecution] = []
        while judged.count < executionsPerTry, Clock.monotonic < deadline, !setup.patience.isOver {
            let compared = try SerialComparison(harness).run(scenario)
            judged += compared
            if compared.contains(where: Suspicion(of: .serialEquivalence).matches) { break }
        }
        return judged
    }

    /// Notes what the target at rest holds more than `before` as violations of the last execution; false without any.
    @discardableResult
    private static func addLeaks(
        to judged: inout [JudgedExecution], _ harness: Harness, _ before: ProcessTree.Resources?, _ count: Int
    ) -> Bool {
        guard let before, let held = harness.restingResources(), !judged.isEmpty else { return false }
        let leaks = ResourceWatch.compare(held, with: before, executions: count)
        for leak in leaks { judged[judged.count - 1].judgement.add(leak) }
        return !leaks.isEmpty
    }
}

extension ReproductionTrials.Outcome {
    /// Keeps the blame that says most.
    fileprivate mutating func note(_ blame: (text: String, isOfProcesses: Bool)?) {
        guard let blame, self.blame == nil || blame.isOfProcesses else { return }
        self.blame = blame
    }

    /// Notes what was under way when the target died.
    fileprivate mutating func noteDeath(in execution: JudgedExecution) {
        let signature = hit?.judgement.violations.first { $0.oracle == .crash }?.signature
        guard let crash = execution.judgement.violations.first(where: { $0.oracle == .crash }),
            crash.signature == signature
        else { return }
        let kinds = Set(crash.underWay.map(\.command))
        underWay = underWay?.intersection(kinds) ?? kinds
    }

    /// Adds what a longer look has shown, which is no try like the others.
    mutating func addLongerLook(_ other: ReproductionTrials.Outcome) {
        var counts = reproduction
        counts.longerLook = .init(executions: other.executions, showed: other.reproduction.hits > 0)
        add(other)
        reproduction = counts
    }

    /// Adds the tries of another lane.
    mutating func add(_ other: ReproductionTrials.Outcome) {
        reproduction.hits += other.reproduction.hits
        reproduction.tries += other.reproduction.tries
        hit = hit ?? other.hit
        underWay = other.underWay.map { underWay?.intersection($0) ?? $0 } ?? underWay
        executionsToHit += other.executionsToHit
        note(other.blame)
        let known = Set(others.flatMap(\.judgement.violations).map(\.signature))
        others += other.others.filter { execution in
            execution.judgement.violations.contains { !known.contains($0.signature) }
        }
        exercised += other.exercised
        executions += other.executions
        inconclusive += other.inconclusive
    }
}
