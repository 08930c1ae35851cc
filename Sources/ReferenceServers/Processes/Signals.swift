import CLinux
import Glibc

/// The signals of a server's main thread, read from a descriptor, so that none comes at a bad moment.
///
/// `signalfd(2)`. The signals are blocked in all threads; a child unblocks them with `unblock`.
package struct Signals: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// What a server's main thread waits for.
    package enum Event: Equatable, Sendable {
        /// The other descriptor is readable.
        case readable
        /// SIGTERM or SIGINT.
        case terminate
        /// SIGCHLD; one may stand for several children.
        case child
        case timeout
    }

    /// Blocks SIGTERM, SIGINT and SIGCHLD.
    package init() {
        var set = Self.set
        sigprocmask(SIG_BLOCK, &set, nil)
        let number = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        precondition(number >= 0, "signalfd: error \(errno)")
        descriptor = Descriptor(owning: number)
    }

    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGCHLD] { sigaddset(&set, signal) }
        return set
    }

    /// The descriptor, for event loops.
    package var number: Int32 { descriptor.number }

    /// Waits for a signal, until `other` is readable, or `another` readable or writable, as `interest` says (-1: none).
    /// Negative milliseconds wait for ever.
    package func wait(
        or other: Int32, or another: Int32 = -1, _ interest: Interest = .readable, milliseconds: Int32
    ) -> Event {
        wait(or: other, or: another, interest, microseconds: milliseconds < 0 ? -1 : Int(milliseconds) * 1000)
    }

    /// The same in microseconds.
    package func wait(
        or other: Int32, or another: Int32, _ interest: Interest, microseconds: Int
    ) -> Event {
        var waiting = [
            pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            pollfd(fd: another, events: Int16(interest == .writable ? POLLOUT : POLLIN), revents: 0),
        ]
        while true {
            let ready = cf_poll_microseconds(&waiting, 3, microseconds)
            if ready == 0 { return .timeout }
            if ready < 0 { continue }  // EINTR: a stop and a continue from outside.
            if waiting[0].revents != 0, let event = take() { return event }
            if waiting[1].revents != 0 || waiting[2].revents != 0 { return .readable }
        }
    }

    /// Takes one pending signal.
    package func take() -> Event? {
        var info = signalfd_siginfo()
        guard read(descriptor.number, &info, MemoryLayout<signalfd_siginfo>.size) > 0 else { return nil }
        return Int32(info.ssi_signo) == SIGCHLD ? .child : .terminate
    }

    /// In a forked child: gives the descriptor up and lets signals come as usual.
    package func unblock() {
        close(descriptor.number)
        var set = Self.set
        sigprocmask(SIG_UNBLOCK, &set, nil)
    }
}
