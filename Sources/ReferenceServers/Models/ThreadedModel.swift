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
        let live = LiveConnections()
        var pausing = false
        var stopped = false
        while true {
            let listener = pausing || stopped ? -1 : server.listener.descriptor.number
            let pause = pausing ? Limits.exhaustedPauseMilliseconds : -1
            switch server.signals.wait(or: listener, milliseconds: pause) {
            case .readable:
                switch server.accept(nonBlocking: false) {
                case .connection(let number): pausing = !serve(number, server, live)
                case .exhausted: pausing = true
                case .nothing: break
                case .stop: stopped = true
                }
            case .child: break
            case .timeout: pausing = false
            case .terminate:
                live.drain(server.signals)
                return
            }
        }
    }

    /// Starts a thread for the connection; false when there is no room for one, and then the connection is closed.
    private func serve(_ number: Int32, _ server: Server, _ live: LiveConnections) -> Bool {
        live.add(number)
        let started = startThread {
            let connection = Connection(number, server.parts)
            _ = connection.pump()
            live.remove(number)
            server.threadEnd.connectionEnded(failed: connection.failed)
        }
        if !started {
            live.remove(number)
            close(number)
        }
        return started
    }
}
