package import Glibc

/// What /proc tells of a process and its descendants: proc(5).
package enum ProcessTree {
    /// All descendants, each after its parent.
    ///
    /// - Complexity: O(descendants), through /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN).
    package static func descendants(of pid: pid_t) -> [pid_t] {
        var found: [pid_t] = []
        var next = [pid]
        while let parent = next.popLast() {
            let born = children(of: parent)
            found.append(contentsOf: born)
            next.append(contentsOf: born)
        }
        return found
    }

    /// The children that a process has now.
    static func children(of pid: pid_t) -> [pid_t] {
        tasks(of: pid).flatMap { children(of: pid, task: $0) }
    }

    /// Whether a process is one of our guards.
    static func isGuard(_ pid: pid_t) -> Bool {
        contents("/proc/\(pid)/comm").dropLast() == Array(GuardedProcess.program.utf8)[...]
    }

    /// What one process holds.
    package struct Resources: Equatable, Sendable {
        package var descriptors = 0
        package var threads = 0
        package var children = 0
        package var zombies = 0
        /// Connections that their clients have closed and the target has not; only where somebody looked.
        package var abandoned = 0

        package init() {}
    }

    /// What a process and its descendants hold together.
    package static func resources(of pid: pid_t) -> Resources {
        var sum = Resources()
        for process in [pid] + descendants(of: pid) {
            if process != pid { sum.children += 1 }
            guard let stat = Stat(process, task: process) else { continue }
            if stat.state == UInt8(ascii: "Z") {
                sum.zombies += 1
            } else {
                sum.descriptors += entries("/proc/\(process)/fd").count
                sum.threads += tasks(of: process).count
            }
        }
        return sum
    }

    /// The parent, or nil when the process is gone.
    package static func parent(of pid: pid_t) -> pid_t? {
        Stat(pid, task: pid)?.parent
    }

    /// The processor time of all threads so far, in clock ticks, and whether none of them runs or waits for a disk.
    package static func activity(of pid: pid_t) -> (ticks: UInt64, asleep: Bool) {
        var ticks: UInt64 = 0
        var asleep = true
        for process in [pid] + descendants(of: pid) {
            for task in tasks(of: process) {
                guard let stat = Stat(process, task: task) else { continue }
                ticks += stat.ticks
                if stat.state == UInt8(ascii: "R") || stat.state == UInt8(ascii: "D") { asleep = false }
            }
        }
        return (ticks, asleep)
    }

    /// Whether a process has begun to end, or is gone. PF_EXITING of include/linux/sched.h
    static func isExiting(_ pid: pid_t) -> Bool {
        let tasks = tasks(of: pid)
        return tasks.isEmpty
            || tasks.contains { task in
                Stat(pid, task: task).map { $0.flags & 4 != 0 || $0.state == UInt8(ascii: "Z") } ?? true
            }
    }

    /// The fields of /proc/PID/task/TID/stat that are used here.
    private struct Stat {
        var state: UInt8
        var parent: pid_t
        var flags: UInt64
        var ticks: UInt64

        init?(_ pid: pid_t, task: pid_t) {
            // The name may hold spaces and brackets; the fields start behind its last bracket.
            let text = contents("/proc/\(pid)/task/\(task)/stat")
            guard let bracket = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
            let fields = text[(bracket + 1)...].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 12, let state = fields[0].utf8.first, let parent = pid_t(fields[1]),
                let flags = UInt64(fields[6]), let user = UInt64(fields[11]), let kernel = UInt64(fields[12])
            else { return nil }
            self.state = state
            self.parent = parent
            self.flags = flags
            ticks = user + kernel
        }
    }

    private static func tasks(of pid: pid_t) -> [pid_t] {
        entries("/proc/\(pid)/task").compactMap { pid_t($0) }
    }

    private static func children(of pid: pid_t, task: pid_t) -> [pid_t] {
        contents("/proc/\(pid)/task/\(task)/children").split(separator: 0x20)
            .compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }

    static func entries(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// How often the threads of a process and its descendants were switched, willingly or not.
    static func contextSwitches(of pid: pid_t) -> Int {
        var sum = 0
        for process in [pid] + descendants(of: pid) {
            for task in tasks(of: process) {
                sum += numbers(
                    "/proc/\(process)/task/\(task)/status", ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"])
            }
        }
        return sum
    }

    /// The memory of a process and its descendants, shared pages counted in parts (Pss). Bytes.
    static func proportionalBytes(of pid: pid_t) -> Int {
        ([pid] + descendants(of: pid)).reduce(0) { $0 + 1024 * numbers("/proc/\($1)/smaps_rollup", ["Pss:"]) }
    }

    /// The sum of the numbers in the lines of a file that begin with these words.
    private static func numbers(_ path: String, _ words: [String]) -> Int {
        contents(path).split(separator: 0x0A).reduce(0) { sum, line in
            let fields = line.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 1, words.contains(fields[0]), let number = Int(fields[1]) else { return sum }
            return sum + number
        }
    }

    /// What the descriptors of a process are: `socket:[4711]`, a path…
    static func descriptorTargets(of pid: pid_t) -> [String] {
        entries("/proc/\(pid)/fd").compactMap { name in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
                let length = readlink("/proc/\(pid)/fd/\(name)", buffer.baseAddress!, buffer.count)
                guard length > 0 else { return nil }
                return String(
                    decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<length]), as: UTF8.self
                )
            }
        }
    }

    static func contents(_ path: String) -> [UInt8] {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return [] }
        defer { close(raw) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(raw, &chunk, chunk.count)
            guard count > 0 else { return text }
            text.append(contentsOf: chunk[..<count])
        }
    }
}
