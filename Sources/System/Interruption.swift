import Glibc
import Synchronization

/// Whether the user asked for an end: SIGINT, SIGTERM, or what counts as that: SIGHUP, and SIGXCPU, the user's limit of
/// processor time. Loops look here; nothing is torn down inside the handler.
public enum Interruption {
    private static let received = Atomic<Int32>(0)

    /// The signal that arrived first, or nil.
    public static var signal: Int32? {
        let value = received.load(ordering: .relaxed)
        return value == 0 ? nil : value
    }

    /// The signals that ask for an end. SIGHUP is none where it was ignored when we were started, as by nohup(1).
    public static let signals: [Int32] = {
        var current = sigaction()
        sigaction(SIGHUP, nil, &current)
        // SIG_IGN, a cast in C, is the number 1.
        let isIgnored = unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 1
        return [SIGINT, SIGTERM, SIGXCPU] + (isIgnored ? [] : [SIGHUP])
    }()

    /// From now on these signals are noted instead of ending the process, and SIGPIPE is ignored. sigaction(2),
    /// without SA_RESTART, so that waits return.
    public static func watch() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let counted = number == SIGINT ? SIGINT : SIGTERM
            _ = Interruption.received.compareExchange(expected: 0, desired: counted, ordering: .relaxed)
        }
        for number in signals { sigaction(number, &action, nil) }
        Glibc.signal(SIGPIPE, SIG_IGN)
        // Whoever started us may have blocked them, as threads of Dispatch do.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in Self.signals { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
