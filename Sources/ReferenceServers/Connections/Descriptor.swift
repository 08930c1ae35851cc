import CLinux
import Glibc

/// A file descriptor with one owner; it is closed when the owner lets it go.
package struct Descriptor: ~Copyable, Sendable {
    /// The number, for system calls.
    package let number: Int32

    /// Takes over an open descriptor.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Gives the number away without closing it.
    package consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    deinit {
        // Not retried on EINTR: Linux has closed the descriptor by then, and another thread may own the number.
        _ = close(number)
    }
}
