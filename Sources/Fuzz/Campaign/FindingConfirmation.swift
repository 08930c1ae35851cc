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
        var others: [JudgedExecution] = []
        let oracle = finding.violation.oracle
        if let outcome = try shownAgain(&finding, or: earlier), outcome.reproduction.tries > 0 {
            finding.reproduced = outcome.reproduction
            finding.violation.blame = outcome.blame?.text ?? finding.violation.blame
            others = outcome.others
        }
        let mayShrink = oracle != .serialEquivalence && options.minimizing > .zero
        if mayShrink, (finding.reproduced?.hits ?? 0) > 0 {
            try tell(.activity("minimizing \(finding.id)"))
            finding.minimized = try smaller(finding.scenario, oracle)
        }
        return others
    }

    /// Adds to a finding how often it shows again, and nothing else.
    mutating func count(_ finding: inout Finding) throws {
        guard options.confirmations > 0 else { return }
        begin = Clock.monotonic
        defer { nanoseconds += Clock.monotonic - begin }
        if let outcome = try shownAgain(&finding, or: nil), outcome.reproduction.tries > 0 {
            finding.reproduced = outcome.reproduction
        }
    }

    /// What replays on fresh targets show; nil, with a warning, where none can be started.
    private func shownAgain(
        _ finding: inout Finding, or earlier: Scenario?
    ) throws -> ReproductionTrials.Outcome? {
        let (scenario, oracle, times) = (finding.scenario, finding.violation.oracle, options.confirmations)
        let id = finding.id
        let outcome = try onFreshTargets(or: "cannot confirm \(id) on a fresh target") { setup in
            try ReproductionTrials(setup, times: times).run(scenario, expecting: oracle) { tries in
                try tell(.activity("confirming \(id): \(tries) of \(times) tries"))
            }
        }
        guard var outcome, outcome.reproduction.hits == 0 else { return outcome }
        let more: ReproductionTrials.Outcome? = try onFreshTargets(or: "cannot confirm \(id) on a fresh target") {
            setup in
            if let earlier {
                try tell(.activity("confirming \(id): what was run before"))
                let other = try ReproductionTrials(setup, times: times).run(earlier, expecting: oracle)
                if let hit = other.hit {
                    (finding.scenario, finding.packets) = (earlier, hit.packets)
                    return other
                }
            }
            // A narrow window wants more than the tries of a confirmation.
            if !freshSetup.patience.isOver {
                try tell(.activity("confirming \(id): one longer look"))
                outcome.addLongerLook(
                    try ReproductionTrials.longerLook(freshSetup).run(scenario, expecting: oracle))
            }
            return outcome
        }
        return more ?? outcome
    }

    /// A smaller scenario that has shown the fault on a fresh target as well; nil without one.
    private func smaller(_ scenario: Scenario, _ oracle: OracleID) throws -> Scenario? {
        try onFreshTargets(or: "no smaller scenario was looked for") { setup in
            let minimizer = Minimizer(setup, within: options.minimizing)
            guard let smaller = try minimizer.minimize(scenario, expecting: oracle) else { return nil }
            let again = try ReproductionTrials(freshSetup, times: 1).run(smaller, expecting: oracle)
            return again.reproduction.hits > 0 ? smaller : nil
        }
    }

    /// Nil where the time is over, the user wants an end, or, with a warning, no target can be started.
    private func onFreshTargets<Found>(
        or warning: String, _ body: (Harness.Setup) throws -> Found?
    ) throws -> Found? {
        let setup = freshSetup
        do {
            return try body(setup)
        } catch TargetError.interrupted {
            return nil
        } catch TargetError.notReady where setup.patience.isOver {
            return nil
        } catch let error as TargetError {
            try tell(.warning("\(warning): \(error)"))
            return nil
        }
    }

    /// The campaign's setup for another target, with a name of its own: how slow the target was seen to be is known.
    private var freshSetup: Harness.Setup {
        var setup = setup
        setup.campaign = CampaignName.fresh()
        if let limit = options.duration?.nanoseconds, !endsWithThisFinding {
            setup.patience = setup.patience.until(begin + limit / Self.share - nanoseconds)
        }
        return setup
    }

    /// Nothing is looked for besides: all of the time may go to confirming.
    private var endsWithThisFinding: Bool { options.stopOnFirst || !options.stopOnOracles.isEmpty }
}
