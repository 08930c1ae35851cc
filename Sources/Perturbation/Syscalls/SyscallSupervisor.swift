import CLinux
import CNoise
import Glibc
import Synchronization
import System

/// The thread that answers the system calls of supervised targets.
///
/// While it lives, every supervised call of a target waits for it. When it ends, or our process is killed, the kernel
/// answers those calls with `ENOSYS`: the target fails, it does not hang.
final class SyscallSupervisor: Sendable {
    /// What the launcher connects to: an abstract socket, which lives in our network namespace and leaves no file.
    let name: String

    private let socket: Int32
    private let wake: Int32
    private let scheduler = Mutex(SyscallScheduler())
    private let stopping = Atomic(false)
    private let thread = Mutex<JoinableThread?>(nil)

    /// Throws if no socket or thread is to be had. The owner must call `stop()` at the end.
    static func start(in network: NetworkNamespaces?) throws(SystemError) -> SyscallSupervisor {
        let supervisor = try network.inside { () throws(SystemError) in try SyscallSupervisor() }
        try supervisor.thread.withLock { thread throws(SystemError) in
            thread = try JoinableThread("supervisor") { supervisor.run() }
        }
        return supervisor
    }

    private init() throws(SystemError) {
        var random = SystemRandomNumberGenerator()
        name = "crossfire-\(getpid())-\(random.next())"
        socket = cf_notify_listen(name)
        guard socket >= 0 else { throw SystemError("Unix socket for the launcher") }
        do throws(SystemError) {
            wake = try system("eventfd") { cf_eventfd() }
        } catch {
            _ = close(socket)
            throw error
        }
    }

    deinit {
        _ = close(socket)
        _ = close(wake)
    }

    func set(_ noise: Noise, _ faults: SyscallFaults) {
        scheduler.withLock { $0.begin(noise, faults) }
    }

    var counters: PerturbationCounters {
        scheduler.withLock { $0.counters }
    }

    /// Ends the thread, and waits for its end.
    func stop() {
        stopping.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
        thread.withLock { $0.take()?.join() }
    }

    /// The thread's loop.
    private func run() {
        // The program's signals are for its other threads.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        cf_notify_sharp_timer()
        var files = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
        ]
        while !stopping.load(ordering: .acquiring) {
            let code = cf_notify_wait(&files, UInt32(files.count), timeout())
            if code != 0 { break }
            for index in files.indices.dropFirst(2) where files[index].revents & Int16(POLLIN) != 0 {
                receive(from: files[index].fd)
            }
            answer(scheduler.withLock { $0.expired(at: now()) })
            files.removeAll { file in
                guard file.fd != wake, file.fd != socket, file.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 else {
                    return false
                }
                scheduler.withLock { $0.detached(listener: file.fd) }
                _ = close(file.fd)
                return true
            }
            if files[1].revents & Int16(POLLIN) != 0 {
                let listener = cf_notify_take(socket)
                if listener >= 0 {
                    scheduler.withLock { $0.attached() }
                    files.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
                }
            }
        }
        for file in files.dropFirst(2) { _ = close(file.fd) }
    }

    private func receive(from listener: Int32) {
        var call = cf_call()
        // ENOENT: the caller was killed before we looked.
        guard cf_notify_receive(listener, &call) == 0 else { return }
        let event = SyscallScheduler.Call(
            id: call.id, listener: listener, thread: call.thread, sites: NoiseSites(rawValue: call.sites))
        answer(scheduler.withLock { $0.received(event, at: now()) })
    }

    private func answer(_ answers: [SyscallScheduler.Answer]) {
        for answer in answers {
            // An error means that the caller is gone: nobody waits.
            if let failure = answer.failure {
                _ = cf_notify_fail(answer.call.listener, answer.call.id, failure)
            } else {
                _ = cf_notify_continue(answer.call.listener, answer.call.id)
            }
        }
    }

    /// Nanoseconds until a held call is due; -1 for ever.
    private func timeout() -> Int64 {
        guard let deadline = scheduler.withLock({ $0.deadline }) else { return -1 }
        let time = now()
        return deadline > time ? Int64(deadline - time) : 0
    }

    private func now() -> UInt64 { UInt64(Clock.monotonic) }
}
