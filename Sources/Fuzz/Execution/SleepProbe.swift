import Glibc
import System

/// Whether all threads of a target sleep, from two looks at /proc.
final class SleepProbe {
    var pid: pid_t? {
        didSet { last = nil }
    }
    private var last: (ticks: UInt64, time: Int64)?
    private var answer = false

    /// Nil without a process to look at; false until two looks are 100 ms apart. Work of less than a tenth of the time
    /// between is taken for the housekeeping of a sleeping server. The answer counts for the next 100 ms.
    func isAsleep() -> Bool? {
        guard let pid else { return nil }
        let (ticks, asleep) = ProcessTree.activity(of: pid)
        let now = Clock.monotonic
        guard let last, now - last.time < 2_000_000_000 else {
            self.last = (ticks, now)
            answer = false
            return false
        }
        guard now - last.time >= 100_000_000 else { return asleep && answer }
        self.last = (ticks, now)
        let elapsedTicks = Double(now - last.time) / 1e9 * Double(sysconf(Int32(_SC_CLK_TCK)))
        answer = asleep && Double(ticks - min(ticks, last.ticks)) <= max(1, elapsedTicks / 10)
        return answer
    }
}
