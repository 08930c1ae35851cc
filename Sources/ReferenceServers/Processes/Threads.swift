import CLinux
import Glibc

/// Starts a detached thread; false when the kernel has no room for one now. One of the few files with unsafe pointers.
///
/// Signals to the process are the main thread's: another thread takes only those that its own doing raises.
/// `pthread_create(3)`, `pthread_sigmask(3)`.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, Limits.threadStackBytes)
    var before = sigset_t()
    var others = sigset_t()
    sigfillset(&others)
    for own in [SIGPIPE, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP] { sigdelset(&others, own) }
    pthread_sigmask(SIG_BLOCK, &others, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let error = pthread_create(
        &thread, &attributes,
        { argument in
            Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().run()
            return nil
        }, box.toOpaque())
    if error != 0 { box.release() }
    return error == 0
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
