import CLinux
import Glibc

/// What the parent of a forking server does with its copy of a socket that a child serves.
package protocol ParentCopies: Sendable {
    /// After the fork, in the parent.
    func forked(_ number: Int32)
}

/// Closes it at once: the client sees a FIN when all copies are closed, and no later child may inherit this one.
package struct ClosedCopies: ParentCopies {
    package init() {}

    package func forked(_ number: Int32) { _ = close(number) }
}
