/// How long a target is given to come to rest, as a value: it is told what is seen and when. A target that has something to do
/// and gets no processor is not at rest, however long that takes. All times are of one monotonic clock, in nanoseconds.
package struct RestWait {
    private let rest: Int64
    private let latest: Int64
    private var end: Int64

    /// - Parameter rest: how long a target that sleeps is waited for. Milliseconds.
    /// - Parameter longest: how long one that does not. Milliseconds.
    package init(_ rest: Int, longest: Int, at now: Int64) {
        self.rest = Int64(rest) * 1_000_000
        latest = now + Int64(max(rest, longest)) * 1_000_000
        end = now + self.rest
    }

    /// Whether it has been long enough; where the target does not sleep then, it is given the same time again.
    package mutating func isOver(at now: Int64, targetSleeps: () -> Bool) -> Bool {
        guard now >= end else { return false }
        guard now < latest, !targetSleeps() else { return true }
        end = min(latest, now + rest)
        return false
    }

    /// How long it is until the next look at the target. Milliseconds.
    package func milliseconds(at now: Int64) -> Int64 { max(0, end - now) / 1_000_000 }
}
