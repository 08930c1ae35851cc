import Glibc
import System

/// What the threads of a process and its descendants had and wanted of the processors so far: /proc/PID/task/TID/schedstat
/// (Documentation/scheduler/sched-stats.rst). Load of the machine is told from work of theirs.
struct ProcessorTime {
    /// Nanoseconds on a processor.
    private(set) var running: Int64 = 0
    /// Nanoseconds in which they could have run, and others did.
    private(set) var waiting: Int64 = 0

    /// - Complexity: O(threads), a file each.
    init(of pid: pid_t) {
        for process in [pid] + ProcessTree.descendants(of: pid) {
            for task in ProcessTree.entries("/proc/\(process)/task") {
                let fields = ProcessTree.contents("/proc/\(process)/task/\(task)/schedstat").split(separator: 0x20)
                guard fields.count >= 2, let running = Int64(String(decoding: fields[0], as: UTF8.self)),
                    let waiting = Int64(String(decoding: fields[1], as: UTF8.self))
                else { continue }
                self.running += running
                self.waiting += waiting
            }
        }
    }

    /// Which part of the time since `before` they ran or wanted to, of all processors together; threads that ended are left out.
    ///
    /// - Parameter nanoseconds: the time since.
    func wanted(since before: ProcessorTime, in nanoseconds: Int64) -> Double {
        Double(max(0, running + waiting - before.running - before.waiting)) / Double(max(1, nanoseconds))
    }
}
