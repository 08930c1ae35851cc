/// How a server works on many connections at once.
package protocol Model: Sendable {
    /// The name in front of the slash.
    var name: String { get }
    /// One sentence for `--list`.
    var summary: String { get }
    /// What works beside each other.
    var workers: Workers { get }

    /// Whether one worker serves many connections.
    var multiplexes: Bool { get }
    /// Whether several listeners share the port.
    var sharesPort: Bool { get }

    /// Serves until SIGTERM or SIGINT, then drains.
    func run(_ server: Server)
}

extension Model {
    package var multiplexes: Bool { true }
    package var sharesPort: Bool { false }
}

/// What works beside each other in a server, and so where shared state must live.
package enum Workers: Sendable {
    /// One thread does everything.
    case one
    case threads
    case processes
}

/// All models. A new one is one file and one entry here.
package enum Models {
    package static let all: [any Model] = [
        IterativeModel(), ForkedModel(), PreforkedModel(), PreforkedReusePortModel(), ThreadedModel(), PoolModel(),
        SelectModel(), PollModel(), EpollModel(), EpollLevelModel(), SignalModel(),
    ]
}

/// All that a model works with.
package final class Server: Sendable {
    package let listener: Listener
    package let signals: Signals
    package let transport: any Transport
    package let parts: ConnectionParts
    package let acceptor: any Acceptor
    package let reaper: any Reaper
    package let queue: any WorkQueue
    package let parentCopies: any ParentCopies
    package let threadEnd: any ThreadEnd

    package init(_ listener: consuming Listener, _ signals: consuming Signals, _ assembly: Assembly) {
        self.listener = listener
        self.signals = signals
        transport = assembly.transport
        parts = assembly.parts
        acceptor = assembly.acceptor
        reaper = assembly.reaper
        queue = assembly.queue
        parentCopies = assembly.parentCopies
        threadEnd = assembly.threadEnd
    }

    /// Accepts one connection without waiting.
    func accept(nonBlocking: Bool) -> AcceptOutcome {
        accept(from: listener.descriptor.number, nonBlocking: nonBlocking)
    }

    /// Accepts one connection from another listener.
    func accept(from listener: Int32, nonBlocking: Bool) -> AcceptOutcome {
        acceptor.accept(from: listener, over: transport, nonBlocking: nonBlocking)
    }

    /// One more listener on the same port, for models with `sharesPort`; nil when descriptors have run out.
    func anotherListener() -> Listener? {
        try? transport.listen(host: listener.host, port: listener.port, sharingPort: true)
    }
}
