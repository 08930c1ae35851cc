/// Those who serve one connection each: what a thread and a child process have in common.
protocol ConnectionWorkers: ~Copyable {
    /// Starts a worker that takes the connection over; false when there is no room for one, and then the connection is
    /// closed.
    mutating func start(for connection: Int32, of server: Server) -> Bool

    /// A SIGCHLD came.
    mutating func childrenEnded(_ ended: [Int32])

    /// Ends all workers as their clients' FIN would, and waits for them.
    mutating func drain(_ signals: borrowing Signals)
}

extension Server {
    /// Gives each connection a worker of its own, until SIGTERM or SIGINT.
    ///
    /// The acceptor waits for connections and signals at one place, so no signal is lost between two calls.
    func giveEachConnection<W: ConnectionWorkers & ~Copyable>(to workers: inout W) {
        var accepting = Accepting.open
        while true {
            switch signals.wait(or: accepting.descriptor(of: self), milliseconds: accepting.patience) {
            case .readable: accepting.accept(self, nonBlocking: false) { workers.start(for: $0, of: self) }
            case .child: workers.childrenEnded(reaper.childrenEnded())
            case .timeout: accepting.resume()
            case .terminate:
                workers.drain(signals)
                return
            }
        }
    }
}
