import System
import Verification
import Wire

/// Shows findings again on fresh targets, and looks for smaller scenarios, within its share of the campaign's time.
struct FindingConfirmation {
    private let options: CampaignOptions
    private let setup: Harness.Setup
    private let tell: (CampaignEvent) throws -> Void
    /// The time spent so far.
    private(set) var nanoseconds: Int64 = 0
    /// When the finding that is being confirmed was seen.
    private var begin: Int64 = 0
    /// How much of the time that is left may be used for what is being done.
    private var part = FindingConfirmation.most
    /// That may be used for it anyway.
    private var least = Duration.zero

    /// Of a campaign's time, one part in so many goes to confirming at most.
    private static let share: Int64 = 3

    /// - Parameters:
    ///   - setup: the campaign's own.
    ///   - tell: told what is done.
    init(_ options: CampaignOptions, _ setup: Harness.Setup, tell: @escaping (CampaignEvent) throws -> Void) {
        self.options = options
        self.setup = setup
        self.tell = tell
    }

    /// Adds to a finding how often it shows again, whose fault it is, and a smaller scenario.
    ///
    /// - Parameter earlier: a scenario to try where the finding's own shows nothing; it takes its place if it does.
    /// - Returns: executions of the replays that broke something else.
    mutating func confirm(_ finding: inout Finding, or earlier: Scenario?) throws -> [JudgedExecution] {
        guard options.confirmations > 0 else { return [] }
        begin = Clock.monotonic
        defer { nanoseconds += Clock.monotonic - begin }
        part = finding.violation.isTriedAlone ? Self.mostAlone : Self.mostTries
        var (first, control) = try firstTries(&finding, or: earlier)
        guard var outcome = first.take() else { return [] }
        let rest = options.confirmations - outcome.reproduction.tries
        if rest > 0, let more = try again(finding, rest) {
            outcome.add(more)
            if var trials = control.take() {
                try advance(&trials, rest, outcome, finding)
                control = trials
            }
        }
        finding.control = control?.counts
        if outcome.reproduction.tries > 0 {
            finding.reproduced = outcome.reproduction
            finding.violation.blame = outcome.blame?.text ?? finding.violation.blame
        }
        let mayShrink = ![.serialEquivalence, .spin].contains(finding.violation.oracle) && options.minimizing > .zero
        if mayShrink, (finding.reproduced?.hits ?? 0) > 0 {
            if !finding.violation.isTriedAlone { part = Self.most }
            try tell(.activity("minimizing \(finding.id)"))
            finding.minimized = try smaller(finding.scenario, finding.violation)
        }
        if let kinds = outcome.underWay {
            if finding.violation.underWay.isEmpty { finding.violation.underWay = outcome.hit?.underWay ?? [] }
            finding.violation = finding.violation.narrowed(to: finding.kindsThatCrash(kinds), in: finding.minimized)
        }
        return outcome.others
    }

    /// Where the time is short, all arms have had some tries after these.
    private static let firstTries = 5

    private mutating func firstTries(
        _ finding: inout Finding, or earlier: Scenario?
    ) throws -> (ReproductionTrials.Outcome?, ControlTrials?) {
        guard var outcome = try again(finding, min(options.confirmations, Self.firstTries)) else { return (nil, nil) }
        if outcome.reproduction.hits == 0 { outcome = try anotherWay(&finding, or: earlier, outcome) }
        guard outcome.reproduction.hits > 0 else { return (outcome, nil) }
        // Clients together beside each alone is what serial equivalence has compared already.
        guard finding.violation.oracle != .serialEquivalence, !finding.violation.isSeenAsRace,
            finding.scenario.clientCount > 1
        else {
            return (outcome, nil)
        }
        var control = ControlTrials(
            finding.scenario, Suspicion(like: finding.violation), options.codec, executions: outcome.executionsToHit)
        try advance(&control, outcome.reproduction.tries, outcome, finding)
        return (outcome, control)
    }

    /// Where three tries show a stall, so many of a client alone tell it apart (1 / 286).
    private static let leastOfStall = 10

    /// So many tries more of the control runs.
    private func advance(
        _ control: inout ControlTrials, _ tries: Int, _ outcome: ReproductionTrials.Outcome, _ finding: Finding
    ) throws {
        try tell(.activity("running \(finding.id) without its concurrency"))
        // A stall is nothing unless the arms differ, also where few tries were asked for.
        let tries = finding.violation.oracle == .stall ? max(tries, Self.leastOfStall) : tries
        var copy = control
        let done: Void? = try onFreshTargets(or: "cannot run \(finding.id) without its concurrency") { setup in
            try copy.run(setup, tries)
        }
        if done != nil { control = copy }
        control.note(together: outcome)
    }

    /// What so many replays on fresh targets show; nil, with a warning, where none can be started.
    private func again(_ finding: Finding, _ tries: Int) throws -> ReproductionTrials.Outcome? {
        try onFreshTargets(or: "cannot confirm \(finding.id) on a fresh target") { setup in
            try ReproductionTrials(setup, times: tries).run(
                [finding.scenario], expecting: Suspicion(like: finding.violation)
            ) { done in
                try tell(.activity("confirming \(finding.id): \(done) of \(tries) tries"))
            }
        }
    }

    /// Where the first tries have shown nothing: what was run before, or, with all tries that are left, a longer look.
    private func anotherWay(
        _ finding: inout Finding, or earlier: Scenario?, _ before: ReproductionTrials.Outcome
    ) throws -> ReproductionTrials.Outcome {
        var outcome = before
        let suspicion = Suspicion(like: finding.violation)
        if let earlier {
            try tell(.activity("confirming \(finding.id): what was run before"))
            let other = try onFreshTargets(or: "cannot confirm \(finding.id) on a fresh target") { setup in
                try ReproductionTrials(setup, times: options.confirmations).run([earlier], expecting: suspicion)
            }
            if let other, let hit = other.hit {
                (finding.scenario, finding.packets) = (earlier, hit.packets)
                return other
            }
        }
        let rest = options.confirmations - outcome.reproduction.tries
        if rest > 0, let more = try again(finding, rest) { outcome.add(more) }
        guard outcome.reproduction.hits == 0, !freshSetup.patience.isOver else { return outcome }
        // A narrow window wants more than the tries of a confirmation.
        try tell(.activity("confirming \(finding.id): one longer look"))
        let look = try onFreshTargets(or: "cannot look longer for \(finding.id)") { setup in
            try ReproductionTrials.longerLook(setup).run([finding.scenario], expecting: suspicion)
        }
        if let look { outcome.addLongerLook(look) }
        return outcome
    }

    /// What a request does that was not answered, alone with a fresh target.
    enum Alone {
        /// It is not answered either, or ends the target, as in this execution.
        case shown(JudgedExecution)
        case answered
    }

    /// Asks a fresh target for a request that was not answered, and nothing else; nil where there is no time, or nobody wants to
    /// know.
    mutating func alone(
        _ request: UnansweredRequest, expecting suspicion: Suspicion = .unanswered
    ) throws -> Alone? {
        guard options.confirmations > 0 else { return nil }
        begin = Clock.monotonic
        defer { nanoseconds += Clock.monotonic - begin }
        let steps: [Scenario.Action] = [
            .connect(receiveBuffer: nil), .send(.raw(Template([.bytes(request.bytes)]))), .expect(count: 1),
        ]
        part = Self.most
        let alone = Scenario(
            protocolName: options.codec.name, blocks: steps.map { .step(Scenario.Step(client: 0, $0)) })
        try tell(.activity("asking a fresh target for \(request.command) alone"))
        let outcome = try onFreshTargets(or: "cannot ask a fresh target for \(request.command) alone") { setup in
            try ReproductionTrials(setup, times: Self.triesAlone, executionsPerTry: 1).run(
                [alone], expecting: suspicion)
        }
        guard let outcome, outcome.reproduction.tries == Self.triesAlone else { return nil }
        guard outcome.reproduction.hits == Self.triesAlone, let hit = outcome.hit else { return .answered }
        return .shown(hit)
    }

    /// What one request does alone it does each time.
    private static let triesAlone = 2

    /// Adds to a finding how often it shows again, and nothing else.
    mutating func count(_ finding: inout Finding) throws {
        guard options.confirmations > 0 else { return }
        begin = Clock.monotonic
        defer { nanoseconds += Clock.monotonic - begin }
        part = Self.most
        if let outcome = try again(finding, options.confirmations), outcome.reproduction.tries > 0 {
            finding.reproduced = outcome.reproduction
        }
    }

    /// A smaller scenario that has shown the fault on a fresh target as well; nil without one.
    private func smaller(_ scenario: Scenario, _ violation: Violation) throws -> Scenario? {
        try onFreshTargets(or: "no smaller scenario was looked for") { setup in
            let minimizer = Minimizer(setup, within: options.minimizing)
            guard let smaller = try minimizer.minimize(scenario, expecting: Suspicion(same: violation)) else {
                return nil
            }
            let again = try ReproductionTrials(freshSetup, times: 1).run(
                [smaller], expecting: Suspicion(like: violation))
            return again.reproduction.hits > 0 ? smaller : nil
        }
    }

    /// What is looked for besides, in the time for confirming.
    mutating func look<Found>(or warning: String, _ body: (Harness.Setup) throws -> Found?) throws -> Found? {
        begin = Clock.monotonic
        defer { nanoseconds += Clock.monotonic - begin }
        (part, least) = (Self.most, Self.leastForLooking)
        defer { least = .zero }
        return try onFreshTargets(or: warning, body)
    }

    /// What is looked for once, and explains what would be accused again and again, is worth some time.
    private static let leastForLooking: Duration = .seconds(10)

    /// Nil where the time is over, the user wants an end, or, with a warning, no target can be started.
    private func onFreshTargets<Found>(
        or warning: String, _ body: (Harness.Setup) throws -> Found?
    ) throws -> Found? {
        let setup = freshSetup
        do {
            return try body(setup)
        } catch TargetError.interrupted {
            return nil
        } catch let error as TargetError {
            if error.isLate, setup.patience.isOver { return nil }
            try tell(.warning("\(warning): \(error)"))
            return nil
        }
    }

    /// The campaign's setup for another target, with a name of its own: how slow the target was seen to be is known.
    private var freshSetup: Harness.Setup {
        var setup = setup
        setup.campaign = CampaignName.fresh()
        if let limit = options.duration?.nanoseconds, !endsWithThisFinding {
            // A finding leaves some to the next, and its tries some to what comes after them.
            let left = Double(limit / Self.share - nanoseconds)
            setup.patience = setup.patience.until(begin + max(Int64(left * part), least.nanoseconds))
        }
        return setup
    }

    /// What one finding may take of the time that is left, its tries without the search for a smaller scenario, and one request
    /// that is never answered, of which there may be many.
    private static let (most, mostTries, mostAlone) = (0.7, 0.6, 0.25)

    /// Nothing is looked for besides: all of the time may go to confirming.
    private var endsWithThisFinding: Bool { options.stopOnFirst || !options.stopOnOracles.isEmpty }
}
