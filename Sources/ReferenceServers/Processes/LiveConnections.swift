import CLinux
import Glibc

/// The connections that threads serve, so that a drain can end them and wait for them.
package final class LiveConnections: Sendable {
    private struct State {
        var descriptors: Set<Int32> = []
        var draining = false
    }

    private let state = Guarded(State())
    private let changed: Descriptor

    package init() {
        let number = eventfd(0, Int32(EFD_CLOEXEC))
        precondition(number >= 0, "eventfd: error \(errno)")
        changed = Descriptor(owning: number)
    }

    /// Before a connection is served.
    package func add(_ descriptor: Int32) {
        state.withLock { state in
            _ = state.descriptors.insert(descriptor)
            if state.draining { shutdown(descriptor, Int32(SHUT_RD)) }
        }
    }

    /// When it is finished and before its descriptor is closed: a closed number may be somebody else's at once.
    package func remove(_ descriptor: Int32) {
        let draining = state.withLock { state in
            _ = state.descriptors.remove(descriptor)
            return state.draining
        }
        if draining { eventfd_write(changed.number, 1) }
    }

    /// Ends all connections as their client's FIN would, and waits up to `Limits.drainMilliseconds` for them.
    package func drain(_ signals: borrowing Signals) {
        state.withLock { state in
            state.draining = true
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RD)) }
        }
        let drain = Drain()
        while drain.goesOn(for: count) {
            guard signals.wait(or: changed.number, milliseconds: drain.patience) == .readable else { continue }
            var wakeups: eventfd_t = 0
            eventfd_read(changed.number, &wakeups)
        }
    }

    private var count: Int { state.withLock { $0.descriptors.count } }
}
