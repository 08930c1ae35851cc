import CLinux
import Glibc

/// One client after the other, in turns: the shortest server there is.
///
/// A client keeps its turn as long as it has requests. When others wait, one that says nothing loses it after
/// `Limits.turnMilliseconds` and is asked again when all others had theirs, so latency grows with the number of clients.
package struct IterativeModel: Model {
    package let name = "iterative"
    package let summary = "one thread, one client after the other"
    package let datagramWorkers: Workers? = .one
    package let workers = Workers.one

    package init() {}

    package func run(_ server: Server) {
        var clients: [Connection] = []
        var state = Accepting.open
        var interest = Interest.readable
        while true {
            let listener = state == .open ? server.listener.descriptor.number : -1
            let patience: Int32 =
                clients.count > 1 ? Limits.turnMilliseconds : state == .paused ? Limits.exhaustedPauseMilliseconds : -1
            let current = clients.first?.number ?? -1
            switch server.signals.wait(or: listener, or: current, interest, milliseconds: patience) {
            case .readable:
                state = accept(&clients, server, state)
                interest = serveFirst(&clients)
            case .timeout:
                if state == .paused { state = .open }
                // The first client had nothing to say, or does not read: the next one's turn.
                if clients.count > 1 { clients.append(clients.removeFirst()) }
                interest = serveFirst(&clients)
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

    private func accept(_ clients: inout [Connection], _ server: Server, _ state: Accepting) -> Accepting {
        guard state == .open else { return state }
        switch server.accept(nonBlocking: true) {
        case .connection(let number): clients.append(Connection(number, server.parts))
        case .exhausted: return .paused
        case .stop: return .stopped
        case .nothing: break
        }
        return .open
    }

    /// Serves the first client until it would have to wait; what for.
    private func serveFirst(_ clients: inout [Connection]) -> Interest {
        while let client = clients.first {
            switch client.pump() {
            case .finished: clients.removeFirst()  // The next one's turn, which may have to wait for something else.
            case .writable: return .writable
            case .readable, .turn: return .readable
            }
        }
        return .readable
    }

    private func drain(_ clients: [Connection]) {
        for client in clients { shutdown(client.number, Int32(SHUT_RD)) }
        let deadline = milliseconds() + Int(Limits.drainMilliseconds)
        var left = clients
        while !left.isEmpty, milliseconds() < deadline {
            left.removeAll { $0.pump() == .finished }
            if let client = left.first {
                var waiting = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, Limits.turnMilliseconds)
            }
        }
    }
}
