public import Capture
public import Verification
public import Wire

/// A violation that a campaign found, with all that is needed to believe it and to see it again.
public struct Finding: Sendable {
    /// `linearizability-1f3a9c20`: the oracle, and a hash of protocol and signature. The same fault has the same id in
    /// every campaign.
    public var id: String
    /// What was broken, and the evidence.
    public var violation: Violation
    /// The test case, as found.
    public var scenario: Scenario
    /// A smaller test case that still shows it; nil if none was found or looked for.
    public var minimized: Scenario?
    /// The first execution that showed it.
    public var firstExecution: Int
    /// How long after the start of the campaign it was seen.
    public var firstSeen: Duration
    /// How often it was seen again on fresh targets.
    public var reproduced: Reproduction?
    /// What its requests show without their concurrency; nil where it was not shown again, or nobody wanted to know.
    public var control: FindingControl?
    /// The packets of that execution.
    public var packets: PacketBatch
    /// The end of what the target printed.
    public var targetOutput: [UInt8]

    package init(
        id: String, violation: Violation, scenario: Scenario, minimized: Scenario? = nil, firstExecution: Int,
        firstSeen: Duration, reproduced: Reproduction? = nil, packets: PacketBatch, targetOutput: [UInt8]
    ) {
        self.id = id
        self.violation = violation
        self.scenario = scenario
        self.minimized = minimized
        self.firstExecution = firstExecution
        self.firstSeen = firstSeen
        self.reproduced = reproduced
        self.packets = packets
        self.targetOutput = targetOutput
    }

    /// What kind of finding it is. Clients together beside each alone is what serial equivalence compares: it is a race. One client
    /// has nobody beside it.
    public var level: FindingLevel {
        if violation.isSeenAsRace { return .race }
        if let control { return control.level(mayBePolicy: violation.policy != nil) }
        if violation.policy != nil { return .policy }
        if scenario.clientCount == 1 { return .fault }
        let isCompared = violation.oracle == .serialEquivalence && (reproduced?.hits ?? 0) > 0
        return isCompared ? .race : .unproved
    }

    /// Whether a suspicion that needs proof has it: a stall by its control runs, a spin by showing again.
    var isProved: Bool {
        switch violation.oracle {
        case .stall: control?.isStall == true
        // What a target does once, as moving its memory about, is none of its clients'.
        case .spin: (reproduced?.hits ?? 0) > 0
        default: true
        }
    }

    /// Hits among tries. One try starts a fresh target and runs the scenario up to `executionsPerTry` times.
    public struct Reproduction: Equatable, Sendable {
        /// Tries that showed the finding.
        public var hits: Int
        /// Tries made.
        public var tries: Int
        /// The most executions of the scenario in one try.
        public var executionsPerTry: Int
        /// Whether each try had a fresh target; false for a server that is only connected to.
        public var freshTarget: Bool
        /// One more try, far longer than the others; nil unless they showed nothing.
        public var longerLook: LongerLook?

        /// One long try.
        public struct LongerLook: Equatable, Sendable {
            /// Executions of the scenario until the finding was seen, or in all.
            public var executions: Int
            /// Whether the finding was seen.
            public var showed: Bool

            /// Creates the outcome of one.
            public init(executions: Int, showed: Bool) {
                self.executions = executions
                self.showed = showed
            }
        }

        /// The 95 % interval of the share of tries; nil without a try.
        public var interval: WilsonInterval? {
            tries > 0 ? WilsonInterval(hits: hits, tries: tries) : nil
        }

        /// Creates a count.
        public init(hits: Int, tries: Int, executionsPerTry: Int, freshTarget: Bool) {
            self.hits = hits
            self.tries = tries
            self.executionsPerTry = executionsPerTry
            self.freshTarget = freshTarget
        }
    }

    /// The version of how ids are made: with another, the same fault may have another id.
    public static let identityVersion = 2

    /// The id of a violation.
    public static func id(of violation: Violation, protocolName: String) -> String {
        var hash = FNV1a()
        hash.add(protocolName.utf8)
        hash.add([0])
        hash.add(violation.signature.utf8)
        if let cause = violation.cause { hash.add(":\(cause)".utf8) }
        let folded = UInt32(truncatingIfNeeded: hash.value ^ hash.value >> 32)
        let hex = String(folded, radix: 16)
        return "\(violation.oracle.rawValue)-\(String(repeating: "0", count: 8 - hex.count))\(hex)"
    }
}
