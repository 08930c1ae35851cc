import Glibc

/// A file descriptor with one owner. Dropping it open is our own bug, and traps.
package struct Descriptor: ~Copyable {
    /// The number, for system calls.
    package let raw: Int32
    private let purpose: StaticString

    /// Takes ownership of an open descriptor.
    package init(_ raw: Int32, _ purpose: StaticString) {
        self.raw = raw
        self.purpose = purpose
    }

    /// Gives the number back: close(2). Linux frees it even where close reports EINTR or EIO, so nothing is thrown.
    package consuming func close() {
        _ = Glibc.close(raw)
        discard self
    }

    deinit {
        precondition(raw < 0, "descriptor \(raw) (\(purpose)) was dropped open")
    }
}
