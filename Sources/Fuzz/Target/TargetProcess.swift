package import CLinux
package import Glibc
package import System

/// A target that we started, in a process group of its own.
package final class TargetProcess {
    /// The command, for messages.
    let command: String
    private(set) var ending: ProcessEnding?
    private let logPath: String
    private let guarded: GuardedProcess

    /// The process id.
    package var pid: pid_t { guarded.pid }

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - words: the program, looked up in PATH, and its arguments.
    ///   - directory: where it runs.
    ///   - logPath: the file that gets its standard output and error.
    ///   - environment: its whole environment.
    ///   - name: the command, for messages.
    ///   - network: what it is in; nil for our own.
    ///   - others: commands that are run around it, and share its folders.
    /// - Throws: `TargetError.cannotStart`.
    package init(
        words: [String], directory: String, logPath: String, environment: [String: String], name: String,
        network: NetworkNamespaces? = nil, beside others: [String] = []
    ) throws(TargetError) {
        command = name
        self.logPath = logPath
        var start = GuardedProcess.Start(words, name: name, environment: environment)
        start.directory = directory
        start.keeping = SharedMemoryFolder.keeping(
            for: words + others, in: [directory, logPath], isPrivate: network != nil || PrivateNetwork.isEntered)
        start.network = network
        (start.input, start.output, start.errors) = ("/dev/null", logPath, logPath)
        guarded = try GuardedProcess(start)
    }

    /// How it ended, or nil while it runs.
    package func poll() -> ProcessEnding? {
        if ending == nil, let status = guarded.status() { ending = ProcessEnding(waitStatus: status) }
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

    /// Whether it ends within the time, or is about to by then, and then ends.
    func endsSoon(milliseconds: Int) -> Bool {
        if ends(withinMilliseconds: milliseconds) { return true }
        return ProcessTree.isExiting(pid) && ends(withinMilliseconds: Self.exitMilliseconds)
    }

    /// What the kernel may take to end a process that has begun to.
    private static let exitMilliseconds = 2_000

    /// Ends it and all that it started: SIGTERM, and SIGKILL for what is left after `graceMilliseconds`.
    package func stop(graceMilliseconds: Int) {
        if graceMilliseconds > 0, poll() == nil {
            kill(pid, SIGTERM)
            _ = ends(withinMilliseconds: graceMilliseconds)
        }
        guarded.end()
        _ = poll()
    }

    /// The last `limit` bytes that it printed.
    package func output(limit: Int = 64 << 10) -> String {
        String(decoding: (try? readTail(of: logPath, limit: limit)) ?? [], as: UTF8.self)
    }
}

extension ProcessEnding {
    /// What waitpid(2) says of a process that has ended.
    package init(waitStatus status: Int32) {
        self =
            cf_signaled(status) != 0 ? .killed(signal: cf_term_signal(status)) : .exited(status: cf_exit_status(status))
    }
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
