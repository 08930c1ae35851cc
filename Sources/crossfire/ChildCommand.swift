import Foundation
import Synchronization

/// A command that runs beside this program and does not outlive it: what `capture record` records, the campaigns of `zoo`.
///
/// Started with posix_spawnp(3): Foundation's `Process` wakes itself with datagrams over loopback, which would be
/// recorded.
final class ChildCommand: Sendable {
    private let id: pid_t
    /// What waitpid(2) says, once the command has ended.
    private let status = Mutex<Int32?>(nil)

    /// Starts the command, which inherits none of the signals that this program holds back. `ended` is called once, from
    /// another thread.
    ///
    /// - Parameter output: the file that gets its standard output, and beside it, with `.log`, its standard error; nil:
    ///   both are this program's.
    ///
    /// Throws a `Failure`, 69, where it cannot be started.
    init(_ words: [String], output: String? = nil, _ ended: @escaping @Sendable () -> Void = {}) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let output {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            posix_spawn_file_actions_addopen(&actions, 2, output + ".log", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var spawned: pid_t = 0
        let code = posix_spawnp(&spawned, words[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else {
            throw Failure(.noTarget, "cannot start \(words[0]): \(String(cString: strerror(code)))")
        }
        id = spawned
        Thread.detachNewThread { [self] in
            var raw: Int32 = 0
            while waitpid(id, &raw, 0) < 0, errno == EINTR {}
            let result = raw
            status.withLock { $0 = result }
            ended()
        }
    }

    /// Whether it has ended.
    var hasEnded: Bool { status.withLock { $0 } != nil }

    /// Ends it, if it still runs, and waits for it. Returns how it ended where that was not well.
    func finish() -> String? {
        if status.withLock({ $0 }) == nil { kill(id, SIGTERM) }
        let deadline = Date().addingTimeInterval(Self.graceSeconds)
        while status.withLock({ $0 }) == nil {
            if Date() > deadline { kill(id, SIGKILL) }
            usleep(Self.pollMicroseconds)
        }
        guard let raw = status.withLock({ $0 }), raw != 0 else { return nil }
        let signal = raw & 0x7F
        return signal != 0
            ? "the command was ended by signal \(signal)" : "the command ended with \((raw >> 8) & 0xFF)"
    }

    /// What it has to end in after SIGTERM.
    private static let graceSeconds = 5.0
    private static let pollMicroseconds: UInt32 = 2000
}

/// SIGINT and SIGTERM, taken by a thread of their own in place of ending the process. (sigwait(3))
enum StopSignals {
    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }

    /// Holds the signals back, in this thread and those that it starts; one that comes now is not lost.
    static func block() {
        var set = set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `stop` at the first signal, also at one that came since `block`.
    static func wait(_ stop: @escaping @Sendable () -> Void) {
        Thread.detachNewThread {
            var set = set
            var number: Int32 = 0
            sigwait(&set, &number)
            stop()
        }
    }
}
