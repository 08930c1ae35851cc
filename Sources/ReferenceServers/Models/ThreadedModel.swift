import CLinux
import Glibc

/// A thread for each connection.
package struct ThreadedModel: Model {
    package let name = "threaded"
    package let summary = "a thread for each connection"
    package let datagramWorkers: Workers? = .threads
    package let workers = Workers.threads
    package let multiplexes = false

    package init() {}

    package func run(_ server: Server) {
        var threads = ConnectionThreads()
        server.giveEachConnection(to: &threads)
    }
}

/// Detached threads, and the connections that they serve.
private struct ConnectionThreads: ConnectionWorkers {
    private let live = LiveConnections()

    func start(for connection: Int32, of server: Server) -> Bool {
        let live = live
        live.add(connection)
        let started = startThread {
            let served = Connection(connection, server.parts)
            _ = served.pump()
            live.remove(connection)
            server.threadEnd.connectionEnded(failed: served.failed)
        }
        if !started {
            live.remove(connection)
            close(connection)
        }
        return started
    }

    func childrenEnded(_ ended: [Int32]) {}

    func drain(_ signals: borrowing Signals) { live.drain(signals) }
}
