import Glibc

/// The clocks, in nanoseconds.
package enum Clock {
    /// Time that never jumps: for waiting and measuring. clock_gettime(CLOCK_MONOTONIC).
    package static var monotonic: Int64 { read(CLOCK_MONOTONIC) }

    /// The same in milliseconds.
    package static var milliseconds: Int { Int(monotonic / 1_000_000) }

    /// The clock that packets are stamped with. clock_gettime(CLOCK_REALTIME).
    package static var wall: Int64 { read(CLOCK_REALTIME) }

    /// The time that the processor has spent on this thread. clock_gettime(CLOCK_THREAD_CPUTIME_ID).
    package static var thread: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Sleeps, cut short by a signal. usleep(3).
    package static func sleep(milliseconds: Int) {
        sleep(microseconds: milliseconds * 1000)
    }

    /// Sleeps, cut short by a signal. usleep(3).
    package static func sleep(microseconds: Int) {
        usleep(UInt32(clamping: microseconds))
    }
}
