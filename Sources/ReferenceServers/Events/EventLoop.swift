import CLinux
import Glibc
import System

/// Serves all connections of one thread: waits until some can go on, and lets each go on until it would have to wait.
///
/// No connection waits for another: sockets are non-blocking, and a turn is a bounded number of reads.
struct EventLoop<P: Poller & ~Copyable>: ~Copyable {
    private let server: Server
    private let listener: Int32
    private var poller: P
    private var connections: [Int32: (connection: Connection, interest: Interest)] = [:]
    /// Connections whose turn is over though they have more to do; an edge-triggered poller will not name them again.
    private var unfinished: [Int32] = []
    private var accepting: Bool
    private let listenerInterest: Interest
    /// When to look at the listener again after descriptors ran out.
    private var resumeAccepting: Int?
    private static var turns: Int { 1 }

    /// Prepares to serve the connections of `listener`; `.shared` when other processes accept from it too.
    init(_ server: Server, _ listener: Int32, _ poller: consuming P, listenerInterest: Interest = .readable) {
        self.server = server
        self.listener = listener
        self.poller = poller
        self.listenerInterest = listenerInterest
        accepting = true
    }

    /// Serves until SIGTERM or SIGINT, then lets connections finish for `Limits.drainMilliseconds`.
    mutating func run(_ signals: borrowing Signals) {
        _ = poller.watch(signals.number, for: .readable)
        _ = poller.watch(listener, for: listenerInterest)
        var drain: Drain?
        var ready: [Int32] = []
        while drain?.goesOn(for: connections.count) ?? true {
            poller.wait(milliseconds: patience(drain), &ready)
            resumeAcceptingWhenDue()
            let left = unfinished
            unfinished.removeAll(keepingCapacity: true)
            for descriptor in left { goOn(descriptor) }
            for descriptor in ready {
                if descriptor == signals.number {
                    guard signals.take() == .terminate, drain == nil else { continue }
                    drain = Drain()
                    endAll()
                } else if descriptor == listener {
                    accept()
                } else {
                    goOn(descriptor)
                }
            }
        }
    }

    private func patience(_ drain: Drain?) -> Int32 {
        if !unfinished.isEmpty { return 0 }
        if let drain { return drain.patience }
        guard let resumeAccepting else { return -1 }
        return Int32(max(1, resumeAccepting - Clock.milliseconds))
    }

    private mutating func accept() {
        // An edge-triggered listener is not named again for clients that are waiting already: take them all.
        while accepting {
            switch server.accept(from: listener, nonBlocking: true) {
            case .connection(let number): add(number)
            case .nothing: if errno == EAGAIN { return }
            case .exhausted:
                stopAccepting()
                resumeAccepting = Clock.milliseconds + Int(Limits.exhaustedPauseMilliseconds)
            case .stop: stopAccepting()
            }
        }
    }

    private mutating func add(_ number: Int32) {
        let connection = Connection(number, server.parts)
        guard poller.watch(number, for: .readable) else {
            complain("descriptor \(number) is beyond what this call can watch; its connection is refused")
            return
        }
        connections[number] = (connection, .readable)
    }

    private mutating func goOn(_ descriptor: Int32) {
        guard let entry = connections[descriptor] else { return }  // Closed by an earlier event of this round.
        switch entry.connection.pump(turns: Self.turns) {
        case .readable: setInterest(.readable, descriptor, entry.interest)
        case .writable: setInterest(.writable, descriptor, entry.interest)
        case .turn:
            setInterest(.readable, descriptor, entry.interest)
            if P.isEdgeTriggered { unfinished.append(descriptor) }
        case .finished:
            poller.forget(descriptor)
            connections[descriptor] = nil
        }
    }

    private mutating func setInterest(_ interest: Interest, _ descriptor: Int32, _ current: Interest) {
        guard interest != current else { return }
        poller.change(descriptor, to: interest)
        connections[descriptor]?.interest = interest
    }

    private mutating func stopAccepting() {
        guard accepting else { return }
        accepting = false
        poller.forget(listener)
    }

    private mutating func resumeAcceptingWhenDue() {
        guard let moment = resumeAccepting, Clock.milliseconds >= moment else { return }
        resumeAccepting = nil
        accepting = true
        _ = poller.watch(listener, for: listenerInterest)
    }

    /// Ends every connection as its client's FIN would: what was read is answered, then it closes.
    private mutating func endAll() {
        stopAccepting()
        resumeAccepting = nil
        for descriptor in Array(connections.keys) {
            shutdown(descriptor, Int32(SHUT_RD))
            goOn(descriptor)
        }
        // One read a turn may leave an end unread; edge-triggered pollers would not tell of it again.
        unfinished = Array(connections.keys)
    }
}

extension Server {
    /// Serves everybody with one event loop, until SIGTERM or SIGINT.
    func runEventLoop<P: Poller & ~Copyable>(on poller: consuming P) {
        var loop = EventLoop(self, listener.descriptor.number, poller)
        loop.run(signals)
    }
}
