import CLinux
import Glibc

/// A POSIX thread that is joined or detached exactly once: pthread_create(3).
package struct JoinableThread: ~Copyable {
    private let handle: pthread_t

    /// Starts `body` on a new thread that `ps -L` shows as `name` (at most 15 bytes are kept).
    ///
    /// - Throws: the error of pthread_create, EAGAIN when the system is out of threads.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = Unmanaged.passRetained(
            Body {
                name.withCString { _ = cf_prctl(PR_SET_NAME, UInt(bitPattern: $0)) }
                body()
            })
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw SystemError("pthread_create", code: status)
        }
        handle = thread
    }

    /// Waits for the thread to end.
    package consuming func join() {
        pthread_join(handle, nil)
        discard self
    }

    /// Nobody waits for its end: pthread_detach(3).
    package consuming func detach() {
        pthread_detach(handle)
        discard self
    }

    deinit {
        precondition(handle == 0, "a thread was dropped without being joined")
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
