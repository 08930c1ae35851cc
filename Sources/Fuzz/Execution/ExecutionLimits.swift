/// What one execution may take, whatever the target does; each is told where it is reached.
package enum ExecutionLimits {
    /// Bytes that all clients together read. What a target sends beyond them is not taken from it.
    package static let readBytes = 32 << 20
    /// Bytes of packets, from the beginning, that are kept and judged of an execution in which that was reached.
    package static let floodBytes = 512 << 10
    /// Beside less written than this, an unfinished reply of half of that is one that nothing explains.
    package static let modestBytes = 1 << 20
    /// Bytes of packets that are kept for the judge.
    package static let packetBytes = 96 << 20
    /// Replies of one connection that are judged; where there are more, only the beginning of the execution is.
    package static let replies = 100_000
    /// Bytes of packets that may wait for the judge; more are dropped, and counted as if the kernel had.
    package static let backlogBytes = 64 << 20
    /// Bytes of executions that may wait to be judged.
    package static let unjudgedBytes = 8 << 20
    /// The longest time; a target that sends a byte now and then is never silent. Milliseconds.
    package static let milliseconds = 60_000
    /// Bytes of what a target prints that are kept; then it begins anew.
    package static let targetLogBytes = 64 << 20
    /// How long judgements are waited for once a campaign's time is over. Nanoseconds.
    static let settlingNanoseconds: Int64 = 1_000_000_000
}
