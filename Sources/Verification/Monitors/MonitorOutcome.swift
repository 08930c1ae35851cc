/// What is wrong, in a word that stays the same: part of a finding's signature.
public enum ViolationKind: String, Sendable {
    case phantomRead = "phantom-read"
    case abortedRead = "aborted-read"
    case readFromFuture = "read-from-the-future"
    case staleRead = "stale-read"
    case replacedTwice = "replaced-twice"
    case brokenChain = "broken-chain"
    case lostUpdate = "lost-update"
    case phantomCount = "phantom-count"
    case countOrder = "count-order"
    case missingIncrement = "missing-increment"
    case lostElement = "lost-element"
    case phantomElement = "phantom-element"
    case addedTwice = "added-twice"
    case removedTwice = "removed-twice"
    case divergentReads = "divergent-reads"
    case elementOrder = "element-order"
    case dequeuedTwice = "dequeued-twice"
    case phantomDequeue = "phantom-dequeue"
    case dequeueBeforeEnqueue = "dequeued-before-enqueued"
    case totalChanged = "total-changed"
    case queueOrder = "queue-order"
    case falseEmpty = "false-empty"
    case lockHeldTwice = "lock-held-twice"
    case releaseWithoutHold = "release-without-hold"
    case offsetReused = "offset-reused"
    case offsetOrder = "offset-order"
    case wrongValueAtOffset = "wrong-value-at-offset"
    case dependencyCycle = "dependency-cycle"
    case intermediateRead = "intermediate-read"
    case brokenTransaction = "broken-transaction"
    case contraryReads = "contrary-reads"
    case shownTwice = "shown-twice"
    case brokenAppend = "broken-append"
    case unexplained = "unexplained"
}

/// A violation as rows of a history, before it is put into words.
package struct MonitorViolation: Equatable {
    package var kind: ViolationKind
    /// The operations that show it, at most four.
    package var rows: [Int]
    /// How far time stamps would have to be wrong for it to vanish; nil where time plays no part.
    package var margin: Int64?
    /// Of two values each of which would have to be older: the last use of the stale one, the use of the newer one
    /// answered before it, the last use of the newer one, and the use of the stale one answered before that; -1 for the
    /// first value.
    var conflict: [Int] = []
    /// Of transactions each of which must come before the next, and the last before the first: why.
    var cycle: [Step] = []

    /// One transaction comes before another.
    struct Step: Equatable {
        var from: Int
        var to: Int
        var reason: Reason
        var key: Int?

        /// Why one comes before another.
        enum Reason: UInt8 {
            /// The second saw what the first wrote.
            case seen
            /// What the second wrote came behind what the first wrote.
            case follows
            /// The first did not see what the second wrote.
            case unseen
            /// The first was over before the second began.
            case time
        }
    }

    init(kind: ViolationKind, rows: [Int], margin: Int64?) {
        self.kind = kind
        self.rows = rows
        self.margin = margin
    }
}

/// What a monitor says of rows of a history.
package enum MonitorOutcome: Equatable {
    case linearizable
    case violated(MonitorViolation)
    /// These keys (or elements) are outside the monitor's vocabulary: search them.
    case needsSearch([Int])
}
