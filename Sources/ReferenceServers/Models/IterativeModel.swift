import CLinux
import Glibc

/// One client after the other, in turns: the shortest server there is.
///
/// A client keeps its turn as long as it has requests. When others wait, one that says nothing loses it and is asked again
/// when all others had theirs, so latency grows with the number of clients. Turns grow, too, while nobody says anything.
package struct IterativeModel: Model {
    package let name = "iterative"
    package let summary = "one thread, one client after the other"
    package let datagramWorkers: Workers? = .one
    package let workers = Workers.one

    package init() {}

    package func run(_ server: Server) {
        var clients: [Client] = []
        var accepting = Accepting.open
        var turn = Turn()
        while true {
            let pause = accepting == .paused ? Int(accepting.patience) * 1000 : -1
            let patience = clients.count > 1 ? turn.microseconds : pause
            let listener = accepting.descriptor(of: server)
            let current = clients.first?.connection.number ?? -1
            let interest = clients.first?.interest ?? .readable
            switch server.signals.wait(or: listener, or: current, interest, microseconds: patience) {
            case .readable:
                turn = Turn()
                accepting.accept(server, nonBlocking: true) { number in
                    clients.append(Client(connection: Connection(number, server.parts)))
                    return true
                }
                serveFirst(&clients)
            case .timeout:
                accepting.resume()
                // The first client had nothing to say, or does not read: the next one's turn.
                if clients.count > 1 { clients.append(clients.removeFirst()) }
                turn.wasSilent(of: clients.count)
            case .child: break
            case .terminate:
                drain(clients)
                return
            }
        }
    }

    private struct Client {
        let connection: Connection
        /// What it waits for.
        var interest = Interest.readable
    }

    /// How long a silent client keeps its turn: not at all in the first round, twice as long in each further one.
    private struct Turn {
        var microseconds = 0
        private var silent = 0

        mutating func wasSilent(of clients: Int) {
            silent += 1
            guard silent >= clients else { return }
            silent = 0
            microseconds = min(max(Limits.shortestTurnMicroseconds, microseconds * 2), Limits.longestTurnMicroseconds)
        }
    }

    /// Serves the first client until it would have to wait; when it has finished, the next one.
    private func serveFirst(_ clients: inout [Client]) {
        while let client = clients.first {
            switch client.connection.pump() {
            case .finished: clients.removeFirst()
            case .writable:
                clients[0].interest = .writable
                return
            case .readable, .turn:
                clients[0].interest = .readable
                return
            }
        }
    }

    private func drain(_ clients: [Client]) {
        for client in clients { shutdown(client.connection.number, Int32(SHUT_RD)) }
        let drain = Drain()
        var left = clients.map(\.connection)
        while drain.goesOn(for: left.count) {
            left.removeAll { $0.pump() == .finished }
            if let connection = left.first {
                var waiting = pollfd(fd: connection.number, events: Int16(POLLOUT), revents: 0)
                cf_poll_microseconds(&waiting, 1, Limits.longestTurnMicroseconds)
            }
        }
    }
}
