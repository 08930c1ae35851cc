/// A finding's scenario beside the same requests without their concurrency, each on fresh targets.
public struct FindingControl: Equatable, Sendable {
    /// Hits among tries.
    public struct Arm: Equatable, Sendable {
        /// Tries that showed the finding.
        public var hits: Int
        /// Tries made.
        public var tries: Int

        /// Creates a count.
        public init(hits: Int, tries: Int) {
            (self.hits, self.tries) = (hits, tries)
        }

        mutating func add(_ more: Arm) {
            hits += more.hits
            tries += more.tries
        }
    }

    /// As found, with its clients at the same time.
    public var together: Arm
    /// The same requests, the clients one after the other.
    public var oneAfterTheOther: Arm
    /// One client alone with the target, each in turn.
    public var alone: Arm
    /// The most executions of a scenario in one try: as many as the finding took.
    public var executionsPerTry: Int

    package init(together: Arm, oneAfterTheOther: Arm, alone: Arm, executionsPerTry: Int) {
        self.together = together
        self.oneAfterTheOther = oneAfterTheOther
        self.alone = alone
        self.executionsPerTry = executionsPerTry
    }

    /// The control arms as one: what either shows needs no overlap.
    private var apart: Arm {
        oneAfterTheOther.hits * alone.tries >= alone.hits * oneAfterTheOther.tries ? oneAfterTheOther : alone
    }

    /// How likely the arms differ as much if the overlap plays no part.
    public var test: FisherExact {
        FisherExact((together.hits, together.tries), against: (apart.hits, apart.tries))
    }

    /// By how much the share of tries that show it is greater with the overlap; nil where an arm was not tried.
    public var difference: ShareDifference? {
        guard together.tries > 0, apart.tries > 0 else { return nil }
        return ShareDifference((together.hits, together.tries), (apart.hits, apart.tries))
    }

    /// Whether a wait is one for other clients: it is there with them, at the same time or before, and not for a client alone.
    public var isStall: Bool {
        [together, oneAfterTheOther].contains { arm in
            alone.tries > 0 && FisherExact((arm.hits, arm.tries), against: (alone.hits, alone.tries)).isSignificant
        }
    }

    /// What follows for a finding that may be a policy, or not.
    public func level(mayBePolicy: Bool) -> FindingLevel {
        if oneAfterTheOther.hits + alone.hits > 0 { return mayBePolicy ? .policy : .fault }
        let isShown = oneAfterTheOther.tries > 0 && alone.tries > 0 && test.isSignificant
        return isShown ? .race : mayBePolicy ? .policy : .unproved
    }
}
