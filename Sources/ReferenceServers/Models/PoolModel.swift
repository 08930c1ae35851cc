import CLinux
import Glibc
import Synchronization

/// A fixed number of threads that take ready connections from a bounded queue, which one dispatcher fills.
///
/// `EPOLLONESHOT` makes a connection belong to one thread at a time: nobody hears of it again until its thread is done
/// and arms it anew. When the queue is full the dispatcher waits, and so in the end do the clients.
package struct PoolModel: Model {
    package let name = "pool"
    package let summary = "a pool of threads behind a bounded queue"
    package let workers = Workers.threads

    package init() {}

    package func run(_ server: Server) {
        let pool = Pool(server)
        for _ in 0..<Limits.poolThreads {
            guard startThread({ pool.work() }) else {
                complain("no room for the threads of the pool")
                return
            }
        }
        pool.dispatch(server.signals)
    }
}

private final class Pool: Sendable {
    /// A connection that passes from thread to thread. The lock is never waited for; it proves the hand-over.
    private final class Member: Sendable {
        let connection: Mutex<Connection>

        init(_ number: Int32, _ parts: ConnectionParts) {
            connection = Mutex(Connection(number, parts))
        }
    }

    private let server: Server
    private let epoll: Descriptor
    private let members = Guarded<[Int32: Member]>([:])

    init(_ server: Server) {
        self.server = server
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(number >= 0, "epoll_create1: error \(errno)")
        epoll = Descriptor(owning: number)
    }

    /// The life of a worker.
    func work() {
        while true {
            let number = server.queue.take()
            guard let member = members.withLock({ $0[number] }) else { continue }
            switch member.connection.withLock({ $0.pump(turns: 1) }) {
            case .readable, .turn: control(EPOLL_CTL_MOD, number, EPOLLIN.rawValue | EPOLLONESHOT.rawValue)
            case .writable: control(EPOLL_CTL_MOD, number, EPOLLOUT.rawValue | EPOLLONESHOT.rawValue)
            case .finished:
                // Closed when `member` goes; the number cannot come again before.
                members.withLock { $0[number] = nil }
            }
        }
    }

    /// The life of the dispatcher: until SIGTERM, and until the connections are finished.
    func dispatch(_ signals: borrowing Signals) {
        let listener = server.listener.descriptor.number
        control(EPOLL_CTL_ADD, listener, EPOLLIN.rawValue)
        control(EPOLL_CTL_ADD, signals.number, EPOLLIN.rawValue)
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        var drain: Drain?
        var pausing = false
        while drain?.goesOn(for: count) ?? true {
            let patience = pausing || drain != nil ? Limits.exhaustedPauseMilliseconds : -1
            let ready = epoll_wait(epoll.number, &events, Int32(events.count), patience)
            if pausing, drain == nil {
                pausing = false
                control(EPOLL_CTL_ADD, listener, EPOLLIN.rawValue)
            }
            for event in events.prefix(max(0, Int(ready))) {
                if event.data.fd == signals.number {
                    guard signals.take() == .terminate, drain == nil else { continue }
                    drain = Drain()
                    control(EPOLL_CTL_DEL, listener, 0)
                    endAll()
                } else if event.data.fd == listener {
                    pausing = !accept()
                } else if !server.queue.put(event.data.fd) {
                    members.withLock { $0[event.data.fd] = nil }
                }
            }
        }
    }

    private var count: Int { members.withLock { $0.count } }

    /// False when accepting must pause; then the listener is not watched.
    private func accept() -> Bool {
        switch server.accept(nonBlocking: true) {
        case .connection(let number):
            members.withLock { $0[number] = Member(number, server.parts) }
            control(EPOLL_CTL_ADD, number, EPOLLIN.rawValue | EPOLLONESHOT.rawValue)
        case .nothing: break
        case .stop: control(EPOLL_CTL_DEL, server.listener.descriptor.number, 0)
        case .exhausted:
            control(EPOLL_CTL_DEL, server.listener.descriptor.number, 0)
            return false
        }
        return true
    }

    /// Ends every connection as its client's FIN would; under the lock, so that none of the numbers is used anew.
    private func endAll() {
        members.withLock { for number in $0.keys { shutdown(number, Int32(SHUT_RD)) } }
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32) {
        var event = epoll_event()
        event.events = events
        event.data.fd = descriptor
        epoll_ctl(epoll.number, operation, descriptor, &event)
    }
}
