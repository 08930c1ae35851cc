import CLinux
import Glibc

/// Worker processes with a listener each on one port, `SO_REUSEPORT` of `socket(7)`: the kernel deals the clients out.
///
/// The parent opens all listeners and keeps them, so the queue of a worker that dies waits for its successor.
package struct PreforkedReusePortModel: Model {
    package let name = "preforked-reuseport"
    package let summary = "worker processes with a listener each on one port"
    package let workers = Workers.processes
    package let sharesPort = true

    package init() {}

    package func run(_ server: Server) {
        var listeners = [server.listener.descriptor.number]
        for _ in 1..<Limits.preforkedWorkers {
            guard let listener = server.anotherListener() else { break }
            listeners.append(listener.descriptor.release())
        }
        runWorkers(server) { index in (listeners[index % listeners.count], .readable) }
    }
}
