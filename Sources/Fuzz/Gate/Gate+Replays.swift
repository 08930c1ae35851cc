import System
public import Verification
public import Wire

extension Gate {
    /// A finding of an earlier campaign.
    public struct SavedFinding: Sendable {
        /// Its id.
        public var id: String
        /// What showed it.
        public var scenario: Scenario
        /// What counts as seen again; nil for any violation.
        public var oracle: OracleID?
        /// What kind of finding it is; nil where nobody knows.
        public var level: FindingLevel?

        /// A finding to be looked for again.
        public init(id: String, scenario: Scenario, oracle: OracleID?, level: FindingLevel? = nil) {
            self.id = id
            self.scenario = scenario
            self.oracle = oracle
            self.level = level
        }
    }

    /// Saved findings, each on several fresh targets; `tell` is told which one, in a few words.
    ///
    /// - Throws: as `ScenarioReplayer.run`.
    public mutating func replay(
        findings: [SavedFinding], _ replayer: ScenarioReplayer, tell: (String) -> Void
    ) throws {
        var replayer = replayer
        var pace = GatePace(replayer.timeLeft, usual: replayer.durationPerTry, tries: findings.count * replayer.times)
        for (index, finding) in findings.enumerated() {
            guard !replayer.isOver else {
                leaveOut(.finding, finding.id)
                continue
            }
            replayer.durationPerTry = pace.next(replayer.timeLeft, tries: replayer.times)
            tell("replaying \(finding.id), \(index + 1) of \(findings.count)")
            let start = Clock.monotonic
            if let result = try Self.run(finding.scenario, finding.oracle, replayer) {
                note(finding, result, of: replayer.times, took: .nanoseconds(Clock.monotonic - start))
            } else {
                leaveOut(.finding, finding.id)
            }
        }
    }

    /// The scenarios of the corpus, once each on a fresh target.
    ///
    /// - Throws: as `ScenarioReplayer.run`.
    public mutating func replay(
        corpus: [(name: String, scenario: Scenario)], _ replayer: ScenarioReplayer, tell: (String) -> Void
    ) throws {
        var replayer = replayer
        replayer.times = 1
        var pace = GatePace(replayer.timeLeft, usual: replayer.durationPerTry, tries: corpus.count)
        for (index, (name, scenario)) in corpus.enumerated() {
            guard !replayer.isOver else {
                leaveOut(.corpus, name)
                continue
            }
            replayer.durationPerTry = pace.next(replayer.timeLeft, tries: 1)
            tell("running \(name), \(index + 1) of \(corpus.count)")
            let start = Clock.monotonic
            if let result = try Self.run(scenario, nil, replayer), result.executions > 0 {
                note(
                    corpus: name, result, protocolName: replayer.codec.name, took: .nanoseconds(Clock.monotonic - start)
                )
            } else {
                leaveOut(.corpus, name)
            }
        }
    }

    /// Nil where the time was over before the target was ready.
    private static func run(
        _ scenario: Scenario, _ oracle: OracleID?, _ replayer: ScenarioReplayer
    ) throws -> ScenarioReplayer.Result? {
        do {
            return try replayer.run(scenario, expecting: oracle)
        } catch let error as TargetError where error.isLate && replayer.isOver {
            return nil
        } catch TargetError.interrupted {
            return nil
        }
    }
}
