/// One property broken, with the evidence for it.
public struct Violation: Sendable {
    /// The property.
    public var oracle: OracleID
    /// One sentence for a person, with packet numbers.
    public var summary: String
    /// The packets that show it, by number, in the order of the story.
    public var packets: [Int]
    /// What each of `packets` shows, one note a packet: the text of its pcapng comment.
    public var notes: [String]
    /// The same for two violations of one kind, whatever values, keys or times they have: what findings are told
    /// apart by.
    public var signature: String
    /// How far time stamps would have to be wrong for the violation to vanish; nil where time plays no part.
    public var margin: Duration?
    /// Whose fault it is, in words without a full stop; nil where the evidence does not tell.
    public var blame: String?
    /// What the protocol lets a server do, of which this may be a case, in words without a full stop; nil where nothing
    /// permits it.
    public var policy: String?
    /// What the target says of it itself: a sanitizer's report, the text and stack of a panic; line by line, bounded.
    public var targetWords: [String] = []
    /// A race detector within the target saw it: no run without the concurrency need tell that it is a race.
    package var isSeenAsRace = false
    /// Whether the signature names a place in the target, as the functions of a stack.
    package var hasPlace = false
    /// What the target was asked and had not answered when it died, one request of each kind.
    package var underWay: [UnansweredRequest] = []
    /// The request that was not answered, where the violation is that.
    package var unanswered: UnansweredRequest?
    /// The server closed, and owed a reply, or the rest of one.
    package var isClosing = false
    /// What alone suffices for it, as runs have shown: `DEL`. Findings are told apart by it too.
    package var cause: String?
    /// It tells processes of the server apart.
    package var blamesProcesses = false
    /// The flow of the one connection that it is about; nil where it is about several, or about none.
    package var flow: Int?
    /// Packets alone do not show it: it rests on what the clients, or whoever ran the server, saw besides.
    public var restsOnLog = false
    /// The exchange whose reply is the first that nothing explains, where one is known.
    package var culprit: ExchangeReference?
    /// The exchanges that show it, where they are known more exactly than by their packets.
    package var exchanges: [ExchangeReference] = []

    /// Creates a violation.
    public init(
        oracle: OracleID, summary: String, packets: [Int] = [], notes: [String] = [], signature: String,
        margin: Duration? = nil, blame: String? = nil
    ) {
        self.oracle = oracle
        self.summary = summary
        self.packets = packets
        self.notes = notes
        self.signature = signature
        self.margin = margin
        self.blame = blame
    }
}

/// A request that a server left unanswered.
package struct UnansweredRequest: Sendable {
    /// What it is called: `DEL`.
    package var command: String
    /// Written as the protocol's codec writes requests.
    package var isPlain: Bool
    package var bytes: [UInt8]
    /// Nothing was answered on its connection but by errors: as of one that is too many.
    package var isTurnedAway = false
}

/// A place in `Evidence`: an exchange of a conversation.
package struct ExchangeReference: Hashable, Sendable {
    /// Its index in `Evidence.conversations`.
    package var conversation: Int
    /// Its index in `Conversation.exchanges`.
    package var exchange: Int

    package init(conversation: Int, exchange: Int) {
        self.conversation = conversation
        self.exchange = exchange
    }
}

/// What the oracles say of one capture or one execution.
public struct Judgement: Sendable {
    /// What follows from the rest.
    public var verdict: Verdict {
        Verdict(
            isViolated: !violations.isEmpty, isUndecided: !inconclusive.isEmpty, isTested: exercised.answered > 0)
    }
    /// All that was found, most specific oracle first.
    public var violations: [Violation]
    /// Why the verdict is (or, beside a violation, would have been) inconclusive, one sentence each.
    public var inconclusive: [String]
    /// The kinds of operation to blame where no search found, within its budget, whether an order explains a key: `DEL`.
    public var undecided: [String] = []
    /// What was exercised.
    public var exercised: Exercised
    /// Commands that the target answered with an error as unknown, upper case, sorted.
    public var unsupportedCommands: [String]
    /// What a campaign's target was asked and did not answer, one request of each kind, sorted by it.
    package var unanswered: [UnansweredRequest] = []
    /// The first refusal, as it is told.
    package var refusal: String?
    /// Whether something was refused: that there is nothing is no such reply. Looked at in campaigns alone.
    package var hasRefusal = false
    /// How the methods of HTTP were answered.
    public var methods = MethodUse()
    /// What was left out of the check, and why, one sentence each. Does not change the verdict.
    public var notes: [String]
    /// What else may be meant by what was checked, one sentence each. Does not change the verdict.
    public var hints: [String] = []
    /// The flows of a capture that do not speak the protocol, one sentence each. Does not change the verdict.
    public var leftAside: [String] = []
    /// What a server says in other words than the standard's, and clients understand, one sentence each. Does not change
    /// the verdict.
    public var remarks: [String] = []

    /// Creates a judgement.
    public init(
        violations: [Violation] = [], inconclusive: [String] = [], exercised: Exercised = Exercised(),
        unsupportedCommands: [String] = [], notes: [String] = []
    ) {
        self.violations = violations
        self.inconclusive = inconclusive
        self.exercised = exercised
        self.unsupportedCommands = unsupportedCommands
        self.notes = notes
    }
}

/// How much a green answer is worth.
public struct Exercised: Sendable, Equatable {
    /// Connections with at least one request.
    public var connections = 0
    /// Requests seen.
    public var operations = 0
    /// Requests with a reply.
    public var answered = 0
    /// Requests whose reply was a refusal, or said that there is nothing; counted in campaigns alone.
    public var refused = 0
    /// Pairs of operations of different connections that overlapped in time; for a protocol with shared state, on
    /// one key.
    public var overlaps = 0
    /// The most clients that had an operation on one and the same key under way at once.
    public var meeting = 0
    /// The wire's intervals beside the clients', where the clients kept a log.
    public var intervals = IntervalComparison()

    /// Whether nearly all replies were refusals: then nothing was tested.
    public var isMostlyRefused: Bool { refused * 20 > answered * 19 }

    /// Creates an empty count.
    public init() {}

    /// Adds another count.
    public static func += (left: inout Exercised, right: Exercised) {
        left.connections += right.connections
        left.operations += right.operations
        left.answered += right.answered
        left.refused += right.refused
        left.overlaps += right.overlaps
        left.meeting = max(left.meeting, right.meeting)
        left.intervals += right.intervals
    }
}
