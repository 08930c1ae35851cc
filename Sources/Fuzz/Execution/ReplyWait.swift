/// How long a client waits for one reply, as a value: it is told what is seen and when, and says when that is long enough. All
/// times are of one monotonic clock, in nanoseconds.
package struct ReplyWait {
    /// Where the client's connection and requests are.
    package enum Standing {
        /// The target has accepted the connection, and its kernel has all that was sent.
        case taken
        /// The target's kernel does not have all that was sent. Where the connection may be in the listen queue, somebody
        /// last left that at `queueMoved`.
        case unheard(queueMoved: Int64?)
        /// The connection waits in the target's listen queue, which somebody last left at `moved`.
        case queued(moved: Int64)

        /// The target owes nothing yet.
        package var isUntaken: Bool { if case .taken = self { false } else { true } }
    }

    /// What to do next.
    package enum Decision: Equatable {
        case goOn
        /// The target owed a reply, or was to accept the connection, and it has been long enough.
        case stalled
    }

    private let patience: ClientPatience
    private let begin: Int64
    private var heard: Int
    private var quietSince: Int64
    private var takenSince: Int64
    private var connectedSince: Int64
    private var sleeps = false

    /// - Parameter heard: bytes that the client has read so far.
    package init(_ patience: ClientPatience, heard: Int, at now: Int64) {
        self.patience = patience
        self.heard = heard
        (begin, quietSince, takenSince, connectedSince) = (now, now, now, now)
    }

    /// The client has now read so many bytes; true if these are more than before.
    package mutating func hears(_ bytes: Int, at now: Int64) -> Bool {
        guard bytes != heard else { return false }
        if sleeps { patience.answered(after: Self.milliseconds(from: max(quietSince, takenSince), to: now)) }
        sleeps = false
        heard = bytes
        quietSince = now
        return true
    }

    /// Whether it has been silent long enough for a look at the target. Two looks are needed, so the first comes early.
    package func wantsLook(at now: Int64) -> Bool {
        Self.milliseconds(from: quietSince, to: now) >= patience.asleepMilliseconds / 3
    }

    /// What a look has shown.
    ///
    /// - Parameter sleeps: whether all threads of the target sleep.
    package mutating func looked(_ standing: Standing, sleeps: Bool, at now: Int64) -> Decision {
        self.sleeps = sleeps
        switch standing {
        case .unheard(let moved):
            takenSince = now
            let since = moved.map { max(quietSince, $0) } ?? quietSince
            return hasPassed(patience.longestMilliseconds, since: since, now) ? .stalled : .goOn
        case .queued(let moved):
            takenSince = now
            guard hasPassed(patience.queueMilliseconds, since: max(quietSince, moved), now) else { return .goOn }
            patience.stoodStill()
            return .stalled
        case .taken:
            // Who has just been heard and accepted may be answered in a moment.
            let owedSince = max(quietSince, takenSince)
            if sleeps, hasPassed(patience.silenceMilliseconds, since: owedSince, now) {
                patience.hung()
                return .stalled
            }
            return hasPassed(patience.longestMilliseconds, since: owedSince, now) ? .stalled : .goOn
        }
    }

    /// Whether the client has waited long enough for anybody to want to know for what.
    package func isNoticed(at now: Int64) -> Bool { now - begin >= Waits.noticed }

    /// Whether the client has waited so long that it is worth a look why.
    package func isLong(at now: Int64) -> Bool { now - begin >= Self.long }

    private static let long: Int64 = 50_000_000

    /// The target has still not taken the connection and what was sent: until now it was that which the client waited for.
    package mutating func isUntaken(at now: Int64) { connectedSince = now }

    /// The wait is over: what it was for, if it was long.
    package func end(at now: Int64) -> Waits {
        var waits = Waits()
        guard isNoticed(at: now) else { return waits }
        // Who takes connections slowly may be as slow with the next one.
        patience.answered(after: Self.milliseconds(from: begin, to: connectedSince))
        waits.connecting = connectedSince - begin
        waits.replying = now - connectedSince
        return waits
    }

    private func hasPassed(_ milliseconds: Int, since begin: Int64, _ now: Int64) -> Bool {
        Self.milliseconds(from: begin, to: now) >= milliseconds
    }

    private static func milliseconds(from begin: Int64, to end: Int64) -> Int { Int((end - begin) / 1_000_000) }
}
