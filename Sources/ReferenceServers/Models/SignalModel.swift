import CLinux
import Glibc

/// One thread and signal-driven I/O: each socket sends a real-time signal when it becomes ready, `O_ASYNC` in `fcntl(2)`.
package struct SignalModel: Model {
    package let name = "signal"
    package let summary = "one thread with signal-driven I/O"
    package let workers = Workers.one

    package init() {}

    package func run(_ server: Server) { server.runEventLoop(on: SignalPoller()) }
}

/// Signal-driven I/O. A signal is queued for each event and names its descriptor, like an edge-triggered event.
///
/// The queue is bounded (`RLIMIT_SIGPENDING`); when it is full the kernel sends one plain SIGIO instead, and then every
/// descriptor is taken for ready. Signals are blocked and read from a `signalfd(2)`, so no handler interrupts anything.
struct SignalPoller: Poller, ~Copyable {
    static var isEdgeTriggered: Bool { true }
    /// `F_SETSIG` of `<fcntl.h>`, which only `_GNU_SOURCE` shows.
    private static var setSignal: Int32 { 10 }
    /// The first real-time signal that glibc leaves free; `SIGRTMIN` is a macro with a call in it.
    private static var number: Int32 { 40 }

    private let signals: Descriptor
    private var sockets: Set<Int32> = []
    /// Descriptors that send no signals.
    private var others: Set<Int32> = []
    /// Sockets that may have become ready before they were watched.
    private var fresh: [Int32] = []

    init() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, Self.number)
        sigaddset(&set, SIGIO)
        sigprocmask(SIG_BLOCK, &set, nil)
        let descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        precondition(descriptor >= 0, "signalfd: error \(errno)")
        signals = Descriptor(owning: descriptor)
    }

    mutating func watch(_ descriptor: Int32, for interest: Interest) -> Bool {
        var type: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 else {
            others.insert(descriptor)
            return true
        }
        let armed =
            fcntl(descriptor, F_SETOWN, getpid()) == 0 && fcntl(descriptor, Self.setSignal, Self.number) == 0
            && fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_ASYNC) == 0
        guard armed else { return false }
        sockets.insert(descriptor)
        fresh.append(descriptor)
        return true
    }

    mutating func change(_ descriptor: Int32, to interest: Interest) {
        // The signal comes for both directions.
    }

    mutating func forget(_ descriptor: Int32) {
        if sockets.remove(descriptor) != nil {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_ASYNC)
        } else {
            others.remove(descriptor)
        }
    }

    mutating func wait(milliseconds: Int32, _ ready: inout [Int32]) {
        ready = fresh
        fresh.removeAll(keepingCapacity: true)
        var waiting = ([signals.number] + others).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&waiting, UInt(waiting.count), ready.isEmpty ? milliseconds : 0) > 0 else { return }
        for entry in waiting.dropFirst() where entry.revents != 0 { ready.append(entry.fd) }
        if waiting[0].revents != 0 { takeSignals(&ready) }
    }

    /// A number that was closed and used again may be named by an old signal; its owner finds nothing to do, no more.
    private func takeSignals(_ ready: inout [Int32]) {
        var batch = [signalfd_siginfo](repeating: signalfd_siginfo(), count: 64)
        let size = MemoryLayout<signalfd_siginfo>.size
        let count = read(signals.number, &batch, batch.count * size) / size
        for info in batch.prefix(max(0, count)) {
            if Int32(info.ssi_signo) == SIGIO {
                ready.append(contentsOf: sockets)
            } else if sockets.contains(info.ssi_fd) {
                ready.append(info.ssi_fd)
            }
        }
    }
}
