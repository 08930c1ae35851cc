import System

/// The time that connections have to finish after SIGTERM: `Limits.drainMilliseconds` from its making.
struct Drain {
    private let deadline = Clock.milliseconds + Int(Limits.drainMilliseconds)

    /// How long one may still wait for a connection to finish, in milliseconds; at least 1.
    var patience: Int32 { Int32(max(1, deadline - Clock.milliseconds)) }

    /// Whether to go on waiting for `left` connections; when the time is over, says that these are cut off.
    func goesOn(for left: Int) -> Bool {
        guard left > 0 else { return false }
        guard Clock.milliseconds >= deadline else { return true }
        complain("\(left) connections did not end in time and were cut off")
        return false
    }
}
