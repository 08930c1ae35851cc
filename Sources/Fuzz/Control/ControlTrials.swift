import System
import Verification
import Wire

/// Runs a finding's requests without their concurrency, on fresh targets: does it need the overlap?
struct ControlTrials {
    private let apart: Scenario
    private let alone: [Scenario]
    private let suspicion: Suspicion
    /// How often they showed it so far.
    private(set) var counts: FindingControl

    /// - Parameters:
    ///   - scenario: what showed the finding.
    ///   - executions: after how many executions tries with its concurrency did. A try of a control run is as long as the longest
    ///     of these, and no longer: else the arms differ.
    init(_ scenario: Scenario, _ suspicion: Suspicion, _ codec: any WireCodec, executions: [Int]) {
        self.suspicion = suspicion
        apart = scenario.oneAfterTheOther(codec)
        alone = scenario.eachAlone(codec)
        let none = FindingControl.Arm(hits: 0, tries: 0)
        counts = FindingControl(
            together: none, oneAfterTheOther: none, alone: none, executionsPerTry: max(1, executions.max() ?? 1))
    }

    /// Runs so many tries more of each arm.
    mutating func run(_ setup: Harness.Setup, _ tries: Int) throws {
        // What tells a stall from a slow server comes first: the other arm waits as long as the finding does.
        let other = try arm(tries, alone, setup)
        counts.alone.add(other)
        let one = try arm(tries, [apart], setup)
        counts.oneAfterTheOther.add(one)
    }

    /// Counts the tries with the concurrency: what came later than a control run is long does not count.
    mutating func note(together outcome: ReproductionTrials.Outcome) {
        let hits = outcome.executionsToHit.count { $0 <= counts.executionsPerTry }
        counts.together = .init(hits: hits, tries: outcome.reproduction.tries)
    }

    private func arm(_ tries: Int, _ scenarios: [Scenario], _ setup: Harness.Setup) throws -> FindingControl.Arm {
        guard !setup.patience.isOver, !scenarios.isEmpty else { return .init(hits: 0, tries: 0) }
        let shown = try ReproductionTrials(
            setup, times: tries, executionsPerTry: counts.executionsPerTry * scenarios.count,
            durationPerTry: Self.durationPerTry
        ).run(scenarios, expecting: suspicion).reproduction
        return .init(hits: shown.hits, tries: shown.tries)
    }

    /// Clients one after the other need more time for the same requests.
    private static let durationPerTry: Duration = .seconds(1)
}
