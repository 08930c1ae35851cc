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
    /// In nanoseconds, where the client then closed the connection.
    public var untilClose: Int64
    /// In nanoseconds, where the capture ended first.
    public var untilEnd: Int64

    /// Creates limits: 250 ms to the client's close and 1 s to the capture's end unless told otherwise.
    public init(untilClose: Int64 = 250_000_000, untilEnd: Int64 = 1_000_000_000) {
        self.untilClose = untilClose
        self.untilEnd = untilEnd
    }

    /// The limits for the server of a capture, whose clients wait as they like: so long, in nanoseconds, whoever ended
    /// the wait.
    public static func capture(hangAfter: Int64 = 10_000_000_000) -> SilenceLimits {
        SilenceLimits(untilClose: hangAfter, untilEnd: hangAfter)
    }

    /// Whether the client waited long enough, and twice as long as `slowest`, after which a request was answered.
    func isExhausted(_ silence: Problem.Silence?, slowest: Int64 = 0) -> Bool {
        guard let silence else { return true }
        return silence.nanoseconds >= max(silence.clientClosed ? untilClose : untilEnd, 2 * slowest)
    }

    /// As `isExhausted`, if the client waited until the capture's end.
    func mayBeExhausted(_ silence: Problem.Silence, slowest: Int64) -> Bool {
        silence.nanoseconds + silence.unseen >= max(silence.clientClosed ? untilClose : untilEnd, 2 * slowest)
    }
}
