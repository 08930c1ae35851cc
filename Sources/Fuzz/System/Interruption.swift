import Glibc
import Synchronization

/// Whether the user asked for an end: SIGINT or SIGTERM. Loops look here; nothing is torn down inside the handler.
public enum Interruption {
    private static let received = Atomic<Int32>(0)

    /// The signal that arrived first, or nil.
    public static var signal: Int32? {
        let value = received.load(ordering: .relaxed)
        return value == 0 ? nil : value
    }

    /// From now on SIGINT and SIGTERM are noted instead of ending the process, and SIGPIPE is ignored. sigaction(2),
    /// without SA_RESTART, so that waits return.
    public static func watch() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            _ = Interruption.received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        }
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
        Glibc.signal(SIGPIPE, SIG_IGN)
        // Whoever started us may have blocked them, as threads of Dispatch do.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
