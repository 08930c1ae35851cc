import CLinux
package import Glibc
import Synchronization

/// A target that we started, in a process group of its own. posix_spawn(3).
///
/// We are its subreaper (prctl(2), PR_SET_CHILD_SUBREAPER), so descendants that daemonise become our children; a variable
/// in their environment tells them from others.
package final class TargetProcess {
    /// The process id.
    package let pid: pid_t
    /// The command, for messages.
    let command: String
    private(set) var ending: ProcessEnding?
    private let logPath: String
    /// Unique in this process: `CROSSFIRE_TARGET=7`.
    private let mark: String
    private static let markName = "CROSSFIRE_TARGET"
    private static let count = Atomic<Int>(0)

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - words: the program, looked up in PATH, and its arguments.
    ///   - directory: where it runs.
    ///   - logPath: the file that gets its standard output and error.
    ///   - environment: its whole environment.
    ///   - name: the command, for messages.
    /// - Throws: `TargetError.cannotStart`.
    package init(
        words: [String], directory: String, logPath: String, environment: [String: String], name: String
    ) throws(TargetError) {
        command = name
        self.logPath = logPath
        let number = Self.count.add(1, ordering: .relaxed).newValue
        let value = "\(getpid()).\(number)"
        mark = "\(Self.markName)=\(value)"
        let environment = environment.merging([Self.markName: value]) { $1 }
        _ = cf_prctl(PR_SET_CHILD_SUBREAPER, 1)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        _ = cf_spawn_addchdir(&actions, directory)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)

        var pid = pid_t()
        let status = withCStrings(words) { arguments in
            withCStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }) { variables in
                posix_spawnp(&pid, words[0], &actions, &attributes, arguments, variables)
            }
        }
        guard status == 0 else {
            throw .cannotStart(command: command, reason: String(cString: strerror(status)))
        }
        self.pid = pid
    }

    /// How it ended, or nil while it runs. waitpid(2), WNOHANG.
    package func poll() -> ProcessEnding? {
        if ending == nil {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid { note(status) }
        }
        return ending
    }

    /// Whether it ends within the time.
    package func ends(withinMilliseconds milliseconds: Int) -> Bool {
        let deadline = Clock.monotonic + Int64(milliseconds) * 1_000_000
        while poll() == nil {
            guard Clock.monotonic < deadline else { return false }
            Clock.sleep(milliseconds: 1)
        }
        return true
    }

    /// Ends it and all its descendants: SIGTERM, and SIGKILL for what is left after `graceMilliseconds`.
    package func stop(graceMilliseconds: Int) {
        let descendants = ProcessTree.descendants(of: pid)
        if poll() == nil {
            if graceMilliseconds > 0 { kill(pid, SIGTERM) }
            if graceMilliseconds == 0 || !ends(withinMilliseconds: graceMilliseconds) {
                kill(-pid, SIGKILL)
                var status: Int32 = 0
                while waitpid(pid, &status, 0) == -1, errno == EINTR {}
                note(status)
            }
        }
        kill(-pid, SIGKILL)
        // What left the group, as a daemon does, is our child now that its parent is gone.
        for process in descendants where ProcessTree.parent(of: process) == getpid() {
            kill(process, SIGKILL)
            var status: Int32 = 0
            while waitpid(process, &status, 0) == -1, errno == EINTR {}
        }
        endDaemons()
    }

    /// Ends what lost its parent before we looked: its environment says whose it is. What it forked meanwhile is found
    /// in the next turn.
    private func endDaemons() {
        while true {
            let daemons = ProcessTree.orphans(of: getpid(), environment: mark)
            guard !daemons.isEmpty else { return }
            for process in daemons {
                kill(process, SIGKILL)
                var status: Int32 = 0
                while waitpid(process, &status, 0) == -1, errno == EINTR {}
            }
        }
    }

    /// The last `limit` bytes that it printed.
    package func output(limit: Int = 64 << 10) -> String {
        String(decoding: (try? readTail(of: logPath, limit: limit)) ?? [], as: UTF8.self)
    }

    private func note(_ status: Int32) {
        ending =
            cf_signaled(status) != 0 ? .killed(signal: cf_term_signal(status)) : .exited(status: cf_exit_status(status))
    }

    /// Our own environment.
    package static var inheritedEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var next = cf_environ()!
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            variables[String(name)] = String(text.dropFirst(name.count + 1))
            next += 1
        }
        return variables
    }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}

/// The last `limit` bytes of a file.
func readTail(of path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let descriptor = Descriptor(try system("open") { open(path, O_RDONLY | O_CLOEXEC) }, "tail of a file")
    let raw = descriptor.raw
    let size = lseek(raw, 0, SEEK_END)
    lseek(raw, max(0, size - limit), SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: min(limit, max(0, size)))
    let count = read(raw, &bytes, bytes.count)
    descriptor.close()
    return Array(bytes.prefix(max(0, count)))
}
