import Foundation
import Fuzz
import System

/// A command that runs beside this program and does not outlive it, also where this program is killed: what `capture
/// record` records, the campaigns of `zoo`.
final class ChildCommand: Sendable {
    private let process: GuardedProcess

    /// Starts the command, which inherits none of the signals that this program holds back. `ended` is called once, from
    /// another thread.
    ///
    /// - Parameter output: the file that gets its standard output, and beside it, with `.log`, its standard error; nil:
    ///   both are this program's.
    /// - Parameter environment: its whole environment.
    ///
    /// Throws `TargetError` where it cannot be started.
    init(
        _ words: [String], output: String? = nil,
        environment: [String: String] = GuardedProcess.inheritedEnvironment,
        _ ended: @escaping @Sendable () -> Void = {}
    ) throws {
        var start = GuardedProcess.Start(words, environment: environment)
        start.keeping = .nothing
        if let output {
            for path in [output, output + ".log"] { unlink(path) }
            (start.input, start.output, start.errors) = ("/dev/null", output, output + ".log")
        }
        process = try GuardedProcess(start)
        Thread.detachNewThread { [process] in
            _ = process.wait()
            ended()
        }
    }

    /// Whether it has ended.
    var hasEnded: Bool { process.status() != nil }

    /// Ends it, if it still runs, with all that it started, and waits for it. Returns how it ended where that was not well.
    func finish() -> String? {
        if !hasEnded { kill(process.pid, SIGTERM) }
        let deadline = Date().addingTimeInterval(Self.graceSeconds)
        while !hasEnded, Date() < deadline { usleep(Self.pollMicroseconds) }
        process.end()
        switch ProcessEnding(waitStatus: process.wait()) {
        case .exited(status: 0): return nil
        case .exited(let status): return "the command ended with \(status)"
        case .killed(let signal): return "the command was ended by signal \(signal)"
        }
    }

    /// What it has to end in after SIGTERM.
    private static let graceSeconds = 5.0
    private static let pollMicroseconds: UInt32 = 2000
}

/// The signals that ask for an end, taken by a thread of their own in place of ending the process. (sigwait(3))
enum StopSignals {
    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in Interruption.signals { sigaddset(&set, number) }
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
