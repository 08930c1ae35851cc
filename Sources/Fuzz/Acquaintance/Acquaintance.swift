/// What a target was seen to do before a campaign began, with one client and with a few that are in nobody's way. What is nil was
/// not looked at, or could not be told.
public struct Acquaintance: Sendable, Equatable {
    /// Connections that are served at once; nil where as many as the campaign has were.
    public var connections: Connections?
    /// Requests that are answered on one connection, after which the server closes it; nil where none of those that were tried
    /// was the last.
    public var requestsPerConnection: Int?
    /// The longest value that was taken, and the shortest that was not.
    public var values: Values?
    /// The longest value that is given back, where longer ones are taken and not given back. Bytes.
    public var replies: Int?
    /// So long requests may be together that are sent at once; nil where no such limit was seen. Bytes.
    public var together: Int?
    /// What is said to each client that connects, before it has asked for anything.
    public var greeting: [UInt8] = []
    /// What is said to clients that wait for nothing, now and then.
    public var unasked: [[UInt8]] = []
    /// Requests in one segment that were all answered.
    public var pipelined: Int?
    /// Whether who says that it will send no more is answered still.
    public var servesHalfClosed: Bool?
    /// Whether a connection on which nothing was said for so long was closed.
    public var closesIdle: Bool?
    /// How long clients were idle.
    public var idle: Duration = .zero
    /// Where it ends connections that are in use; nil where that was not looked at, or is not so.
    public var closing: ClosingHabit?
    /// Whether it forgets what it holds by itself; nil where that was not looked at.
    public var forgets: Bool?
    /// Until a lone client is answered, the median.
    public var thinking: Duration?
    /// Whether its threads sleep when nobody asks for anything.
    public var sleeps: Bool?
    /// The longest reply that was got. Bytes.
    public var longestReply = 0
    /// Commands that were answered where they came alone.
    public var known: [String] = []
    /// Commands that were refused, and how; a command that the target does not know is one of them.
    public var refused: [Refusal] = []
    /// Commands that were not answered at all.
    public var unanswered: [String] = []

    /// A target of which nothing is known.
    public init() {}

    /// How many are served at once.
    public struct Connections: Sendable, Equatable {
        /// So many.
        public var served: Int
        /// What becomes of the others.
        public var others: Others

        /// What becomes of a connection too many.
        public enum Others: String, Sendable {
            /// It waits until one of the others has left.
            case wait
            /// It is closed.
            case closed
            /// It is served, and the one that came first, or was idle longest, is closed.
            case oldestClosed = "oldest_closed"
        }

        package init(served: Int, others: Others) {
            self.served = served
            self.others = others
        }
    }

    /// How long a value may be. Bytes.
    public struct Values: Sendable, Equatable {
        /// So long a value was taken.
        public var taken: Int
        /// So long a value was not; nil where none was tried.
        public var refused: Int?
        /// Whether it was refused in words; else the server closed.
        public var inWords = false

        package init(taken: Int, refused: Int? = nil, inWords: Bool = false) {
            self.taken = taken
            self.refused = refused
            self.inWords = inWords
        }
    }

    /// A command that was refused.
    public struct Refusal: Sendable, Equatable {
        /// Its name.
        public var command: String
        /// The reply, as it is told.
        public var reply: String

        package init(command: String, reply: String) {
            self.command = command
            self.reply = reply
        }
    }
}
