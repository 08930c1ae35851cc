import CLinux
import Glibc

/// Buries children that have ended.
package protocol Reaper: Sendable {
    /// Called once for each SIGCHLD that arrived; returns the children it waited for.
    func childrenEnded() -> [Int32]
}

/// Waits for as many children as have ended: signals do not queue, so one SIGCHLD may stand for many.
package struct ThoroughReaper: Reaper {
    package init() {}

    package func childrenEnded() -> [Int32] {
        var ended: [Int32] = []
        while true {
            let child = waitpid(-1, nil, WNOHANG)
            guard child > 0 else { return ended }
            ended.append(child)
        }
    }
}
