import System

/// Something wrong with the replies of one connection, found by `Diagnosis`; the oracle of its kind reports it.
package struct Problem {
    package var violation: Violation
    package var conversation: Int
    /// A unique token shows it, so that no packet missing from the capture elsewhere could explain it.
    var isProvenByToken = false
    /// How long the client had waited when it gave up or the capture ended; nil where waiting plays no part.
    var silence: Silence?

    /// Why the capture does not prove it, in words without a full stop; nil where it does.
    var doubt: String?

    package struct Silence {
        /// How long the client is known to have waited.
        var nanoseconds: Int64
        /// The client closed; otherwise the capture just ended.
        var clientClosed: Bool
        /// How much longer it may have waited until the capture ended: nothing of the connection was captured since.
        var unseen: Int64 = 0
    }
}

/// How long a client must have waited in vain before silence counts against the server.
public struct SilenceLimits: Sendable, Equatable {
    /// Where the client then closed the connection.
    public var untilClose: Duration
    /// Where the capture ended first.
    public var untilEnd: Duration

    /// Creates limits: 250 ms to the client's close and 1 s to the capture's end unless told otherwise.
    public init(untilClose: Duration = .milliseconds(250), untilEnd: Duration = .seconds(1)) {
        self.untilClose = untilClose
        self.untilEnd = untilEnd
    }

    /// The limits for the server of a capture, whose clients wait as they like: so long, whoever ended the wait.
    public static func capture(hangAfter: Duration = .seconds(10)) -> SilenceLimits {
        SilenceLimits(untilClose: hangAfter, untilEnd: hangAfter)
    }

    /// Whether the client waited long enough, and twice as long as `slowest`, after which a request was answered.
    func isExhausted(_ silence: Problem.Silence?, slowest: Int64 = 0) -> Bool {
        guard let silence else { return true }
        return silence.nanoseconds >= max(limit(of: silence), 2 * slowest)
    }

    /// As `isExhausted`, if the client waited until the capture's end.
    func mayBeExhausted(_ silence: Problem.Silence, slowest: Int64) -> Bool {
        silence.nanoseconds + silence.unseen >= max(limit(of: silence), 2 * slowest)
    }

    /// In nanoseconds.
    private func limit(of silence: Problem.Silence) -> Int64 {
        (silence.clientClosed ? untilClose : untilEnd).nanoseconds
    }
}
