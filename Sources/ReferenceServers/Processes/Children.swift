import CLinux
import Glibc
import Synchronization

/// The children of a forking server.
struct Children: ~Copyable {
    private var alive: Set<pid_t> = []

    /// Forks. The child runs `body`, which must end in `_exit`; nil when the kernel has no room for a process now.
    ///
    /// The caller has no other threads: only then may a child of `fork(2)` do more than async-signal-safe calls.
    mutating func fork(_ body: () -> Never) -> pid_t? {
        let parent = getpid()
        let child = Glibc.fork()
        if child == 0 {
            // A killed server leaves no children.
            _ = cf_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
            if getppid() != parent { _exit(0) }
            body()
        }
        guard child > 0 else { return nil }
        alive.insert(child)
        return child
    }

    /// Forgets children that a reaper has waited for.
    mutating func remove(_ ended: [pid_t]) {
        alive.subtract(ended)
    }

    /// Asks all children to finish, gives them `Limits.drainMilliseconds`, kills the rest, and waits for every one.
    mutating func drain(_ signals: borrowing Signals) {
        for child in alive { kill(child, SIGTERM) }
        let reaper = ThoroughReaper()
        remove(reaper.childrenEnded())
        let drain = Drain()
        while drain.goesOn(for: alive.count) {
            _ = signals.wait(or: -1, milliseconds: drain.patience)
            remove(reaper.childrenEnded())
        }
        for child in alive { kill(child, SIGKILL) }
        for child in alive { waitpid(child, nil, 0) }
    }
}

/// The socket whose reading side SIGTERM shuts down in a worker process.
private let drained = Atomic<Int32>(-1)

/// In a worker process with one blocking connection: SIGTERM and SIGINT end the connection as the client's FIN would,
/// so that every request that was read is answered. `shutdown(2)` is async-signal-safe.
func endConnectionOnTermination(_ descriptor: Int32) {
    drained.store(descriptor, ordering: .sequentiallyConsistent)
    for number in [SIGTERM, SIGINT] {
        signal(number) { _ in shutdown(drained.load(ordering: .sequentiallyConsistent), Int32(SHUT_RD)) }
    }
}
