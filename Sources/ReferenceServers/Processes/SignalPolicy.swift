import CLinux
import Glibc

/// The dispositions of a server's signals, set before it listens.
package protocol SignalPolicy: Sendable {
    /// Sets them for the process and all children.
    func apply()
}

/// SIGPIPE is ignored: a client that is gone is an error of `send`, not the end of the server.
package struct IgnoredSIGPIPE: SignalPolicy {
    package init() {}

    package func apply() { signal(SIGPIPE, SIG_IGN) }
}
