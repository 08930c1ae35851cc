public import Fuzz
import Verification
import System

/// `finding.json`: a finding as its folder keeps it.
public struct FindingRecord: Codable, Sendable {
    /// The version of this format.
    public var schema = 1
    /// The id, which is also the folder's name.
    public var id: String
    /// How the id was made (`Finding.identityVersion`); absent where an older version wrote the record, which is 1.
    public var identity: Int?
    /// The oracle's id.
    public var oracle: String
    /// One sentence.
    public var summary: String
    /// What must hold and does not; absent where an older version wrote the record.
    public var requirement: String?
    /// What findings are told apart by.
    public var signature: String
    /// The packets of `capture.pcapng` that show it, each with a note.
    public var evidence: [Note]
    /// What the target says of it itself, a line each: a sanitizer's report, the text and stack of a panic; absent without any.
    public var targetWords: [String]?
    /// How far time stamps would have to be wrong for it to vanish; absent where time plays no part.
    public var marginNanoseconds: Int64?
    /// Whose fault it is; absent where the evidence does not tell.
    public var blame: String?
    /// The wire protocol's name.
    public var protocolName: String
    /// The server under test.
    public var target: TargetDescription
    /// How it lives; absent where nothing was said of that.
    public var life: TargetLife?
    /// How clients log in, with places for secrets; absent where they do not.
    public var login: Login?
    /// The run's seed.
    public var seed: UInt64
    /// How many clients generated scenarios had.
    public var clients: Int
    /// The kind of noise in the target.
    public var perturbation: String
    /// The execution in which it was first seen.
    public var firstExecution: Int
    /// How long after the start it was first seen. Seconds.
    public var firstSeconds: Double
    /// How often replays on fresh targets showed it.
    public var reproduced: Reproduction?
    /// What kind of finding it is; absent where an older version wrote the record.
    public var level: String?
    /// What its requests showed without their concurrency; absent where they were not run so.
    public var arms: Arms?
    /// What follows from that, in sentences.
    public var notes: [String]?
    /// Whether there is a `minimized.crossfire`.
    public var minimized: Bool
    /// The version that wrote it.
    public var version: String

    /// A packet with what it shows.
    public struct Note: Codable, Sendable {
        /// The packet's number in `capture.pcapng`.
        public var packet: Int
        /// What it shows.
        public var note: String
    }

    /// Hits and tries of the three arms.
    public struct Arms: Codable, Sendable {
        /// k of n.
        public struct Arm: Codable, Sendable {
            /// Tries that showed it.
            public var hits: Int
            /// Tries made.
            public var tries: Int

            init(_ arm: FindingControl.Arm) { (hits, tries) = (arm.hits, arm.tries) }
        }

        /// A difference of shares, and its 95 % interval.
        public struct Interval: Codable, Sendable {
            /// The lower bound.
            public var low: Double
            /// The upper bound.
            public var high: Double
        }

        /// As found.
        public var asFound: Arm
        /// The clients one after the other.
        public var oneAfterTheOther: Arm
        /// Each client alone.
        public var alone: Arm
        /// Fisher's exact test, one-sided.
        public var p: Double
        /// By how much the share of tries that show it is greater as found.
        public var difference: Interval?
        /// The most executions in one try.
        public var executionsPerTry: Int

        enum CodingKeys: String, CodingKey {
            case alone, p, difference
            case asFound = "as_found"
            case oneAfterTheOther = "one_after_the_other"
            case executionsPerTry = "executions_per_try"
        }

        init?(_ control: FindingControl?) {
            guard let control else { return nil }
            asFound = Arm(control.together)
            oneAfterTheOther = Arm(control.oneAfterTheOther)
            alone = Arm(control.alone)
            p = control.test.p
            difference = control.difference.map { Interval(low: $0.low, high: $0.high) }
            executionsPerTry = control.executionsPerTry
        }
    }

    /// k of n, with the 95 % Wilson interval.
    public struct Reproduction: Codable, Sendable {
        /// Tries that showed it.
        public var hits: Int
        /// Tries made.
        public var tries: Int
        /// The lower bound of the share of tries that show it.
        public var low: Double
        /// The upper bound.
        public var high: Double
        /// The most executions in one try.
        public var executionsPerTry: Int
        /// Whether each try had a target of its own.
        public var freshTarget: Bool
        /// The executions of one more, longer try, and whether it showed the finding; only where the others did not.
        public var longerLook: LongerLook?

        /// One long try.
        public struct LongerLook: Codable, Sendable {
            /// Executions until the finding was seen, or in all.
            public var executions: Int
            /// Whether the finding was seen.
            public var showed: Bool
        }

        enum CodingKeys: String, CodingKey {
            case hits, tries, low, high
            case executionsPerTry = "executions_per_try"
            case freshTarget = "fresh_target"
            case longerLook = "longer_look"
        }

        init?(_ reproduction: Finding.Reproduction?) {
            guard let reproduction, let interval = reproduction.interval else { return nil }
            hits = reproduction.hits
            tries = reproduction.tries
            low = interval.low
            high = interval.high
            executionsPerTry = reproduction.executionsPerTry
            freshTarget = reproduction.freshTarget
            longerLook = reproduction.longerLook.map { LongerLook(executions: $0.executions, showed: $0.showed) }
        }
    }

    enum CodingKeys: String, CodingKey {
        case schema, id, identity, oracle, summary, requirement, signature, evidence, blame, target, life, login, seed,
            clients,
            perturbation,
            reproduced, level, arms, notes
        case minimized, version
        case targetWords = "target_words"
        case marginNanoseconds = "margin_ns"
        case protocolName = "protocol"
        case firstExecution = "first_execution"
        case firstSeconds = "first_s"
    }

    /// The record of a finding.
    public init(_ finding: Finding, _ context: RunContext) {
        id = finding.id
        identity = Finding.identityVersion
        oracle = finding.violation.oracle.rawValue
        summary = finding.violation.summary
        requirement = finding.violation.oracle.requirement
        signature = finding.violation.signature
        evidence = zip(finding.violation.packets, finding.violation.notes).map { Note(packet: $0, note: $1) }
        if !finding.violation.targetWords.isEmpty { targetWords = finding.violation.targetWords }
        marginNanoseconds = finding.violation.margin?.nanoseconds
        blame = finding.violation.blame
        protocolName = context.protocolName
        target = context.target
        life = context.life == TargetLife() ? nil : context.life
        login = context.login.isEmpty ? nil : context.login
        seed = context.seed
        clients = context.clients
        perturbation = context.perturbation
        firstExecution = finding.firstExecution
        firstSeconds = finding.firstSeen.seconds
        reproduced = Reproduction(finding.reproduced)
        level = finding.level.rawValue
        arms = Arms(finding.control)
        notes = [LevelText(finding).sentence]
        minimized = finding.minimized != nil
        version = Version.text
    }
}
