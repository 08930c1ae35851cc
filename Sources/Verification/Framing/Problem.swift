/// Something wrong with the replies of one connection, found by `Diagnosis`; the oracle of its kind reports it.
struct Problem {
    var violation: Violation
    var conversation: Int
    /// A unique token shows it, so that no packet missing from the capture elsewhere could explain it.
    var isProvenByToken = false
    /// How long the client had waited when it gave up or the capture ended; nil where waiting plays no part.
    var silence: Silence?

    struct Silence {
        var nanoseconds: Int64
        /// The client closed; otherwise the capture just ended.
        var clientClosed: Bool
    }
}

/// How long a client must have waited in vain before silence counts against the server.
public struct Patience: Sendable, Equatable {
    /// In nanoseconds, where the client then closed the connection.
    public var untilClose: Int64
    /// In nanoseconds, where the capture ended first.
    public var untilEnd: Int64

    /// Creates a patience: 250 ms to the client's close and 1 s to the capture's end unless told otherwise.
    public init(untilClose: Int64 = 250_000_000, untilEnd: Int64 = 1_000_000_000) {
        self.untilClose = untilClose
        self.untilEnd = untilEnd
    }

    func isExhausted(_ silence: Problem.Silence?) -> Bool {
        guard let silence else { return true }
        return silence.nanoseconds >= (silence.clientClosed ? untilClose : untilEnd)
    }
}
