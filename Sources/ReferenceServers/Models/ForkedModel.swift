import CLinux
import Glibc

/// A child process for each connection: the oldest model, and the one in which a crash hurts one client only.
package struct ForkedModel: Model {
    package let name = "forked"
    package let summary = "a child process for each connection"
    package let datagramWorkers: Workers? = .processes
    package let workers = Workers.processes
    package let multiplexes = false

    package init() {}

    package func run(_ server: Server) {
        var children = Children()
        server.giveEachConnection(to: &children)
    }
}

extension Children: ConnectionWorkers {
    mutating func start(for connection: Int32, of server: Server) -> Bool {
        defer { server.parentCopies.forked(connection) }
        return fork {
            // The parent's descriptors: a child that kept the listener would keep the port when the parent is gone.
            close(server.listener.descriptor.number)
            server.signals.unblock()
            endConnectionOnTermination(connection)
            _ = Connection(connection, server.parts).pump()
            _exit(0)
        } != nil
    }

    mutating func childrenEnded(_ ended: [Int32]) { remove(ended) }
}
