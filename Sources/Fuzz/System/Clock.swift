import Glibc

/// The two clocks that executions need, in nanoseconds.
enum Clock {
    /// Time that never jumps: for waiting and measuring. clock_gettime(CLOCK_MONOTONIC).
    static var monotonic: Int64 { read(CLOCK_MONOTONIC) }

    /// The clock that packets are stamped with. clock_gettime(CLOCK_REALTIME).
    static var wall: Int64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Sleeps, cut short by a signal. usleep(3).
    static func sleep(milliseconds: Int) {
        sleep(microseconds: milliseconds * 1000)
    }

    /// Sleeps, cut short by a signal. usleep(3).
    static func sleep(microseconds: Int) {
        usleep(UInt32(clamping: microseconds))
    }
}
