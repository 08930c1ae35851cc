import CLinux
import Glibc

/// Lets an accepted socket go.
package protocol Closer: Sendable {
    /// Closes a socket that nobody will use again; `failed` tells whether the client broke the connection off.
    func close(_ number: Int32, failed: Bool)
}

/// Closes every socket once.
package struct OnceCloser: Closer {
    package init() {}

    package func close(_ number: Int32, failed: Bool) {
        // Not retried on EINTR: Linux has closed the descriptor by then, and another thread may own the number.
        _ = Glibc.close(number)
    }
}
