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
        var state = Accepting.open
        var turn = Turn()
        while true {
            let listener = state == .open ? server.listener.descriptor.number : -1
            let patience =
                clients.count > 1
                ? turn.microseconds : state == .paused ? Int(Limits.exhaustedPauseMilliseconds) * 1000 : -1
            let current = clients.first?.connection.number ?? -1
            let interest = clients.first?.interest ?? .readable
            switch server.signals.wait(or: listener, or: current, interest, microseconds: patience) {
            case .readable:
                turn = Turn()
                state = accept(&clients, server, state)
                serveFirst(&clients)
            case .timeout:
                if state == .paused { state = .open }
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

    private enum Accepting {
        case open
        case paused
        case stopped
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

    private func accept(_ clients: inout [Client], _ server: Server, _ state: Accepting) -> Accepting {
        guard state == .open else { return state }
        switch server.accept(nonBlocking: true) {
        case .connection(let number): clients.append(Client(connection: Connection(number, server.parts)))
        case .exhausted: return .paused
        case .stop: return .stopped
        case .nothing: break
        }
        return .open
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
        let deadline = milliseconds() + Int(Limits.drainMilliseconds)
        var left = clients.map(\.connection)
        while !left.isEmpty, milliseconds() < deadline {
            left.removeAll { $0.pump() == .finished }
            if let connection = left.first {
                var waiting = pollfd(fd: connection.number, events: Int16(POLLOUT), revents: 0)
                cf_poll_microseconds(&waiting, 1, Limits.longestTurnMicroseconds)
            }
        }
    }
}
