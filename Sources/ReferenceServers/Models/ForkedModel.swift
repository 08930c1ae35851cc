import CLinux
import Glibc

/// A child process for each connection: the oldest model, and the one in which a crash hurts one client only.
///
/// The parent waits for connections and signals at one place, so no SIGCHLD is lost between two calls.
package struct ForkedModel: Model {
    package let name = "forked"
    package let summary = "a child process for each connection"
    package let datagramWorkers: Workers? = .processes
    package let workers = Workers.processes
    package let multiplexes = false

    package init() {}

    package func run(_ server: Server) {
        var children = Children()
        var pausing = false
        var stopped = false
        while true {
            let listener = pausing || stopped ? -1 : server.listener.descriptor.number
            let pause = pausing ? Limits.exhaustedPauseMilliseconds : -1
            switch server.signals.wait(or: listener, milliseconds: pause) {
            case .readable:
                switch server.accept(nonBlocking: false) {
                case .connection(let number): pausing = !serve(number, server, &children)
                case .exhausted: pausing = true
                case .nothing: break
                case .stop: stopped = true
                }
            case .child: children.remove(server.reaper.childrenEnded())
            case .timeout: pausing = false
            case .terminate:
                children.drain(server.signals)
                return
            }
        }
    }

    /// Forks a child for the connection; false when there is no room for a process, and then the connection is closed.
    private func serve(_ number: Int32, _ server: Server, _ children: inout Children) -> Bool {
        defer { server.parentCopies.forked(number) }
        return children.fork {
            // The parent's descriptors: a child that kept the listener would keep the port when the parent is gone.
            close(server.listener.descriptor.number)
            server.signals.unblock()
            endConnectionOnTermination(number)
            _ = Connection(number, server.parts).pump()
            _exit(0)
        } != nil
    }
}
