/// How a server works on many connections at once.
package protocol Model: Sendable {
    /// The name in front of the slash.
    var name: String { get }
    /// One sentence for `--list`.
    var summary: String { get }
    /// What works beside each other.
    var workers: Workers { get }

    /// Serves until SIGTERM or SIGINT, then drains.
    func run(_ server: Server)
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
    package static let all: [any Model] = [ForkedModel(), ThreadedModel()]
}

/// All that a model works with.
package final class Server: Sendable {
    package let listener: Listener
    package let signals: Signals
    package let transport: any Transport
    package let parts: ConnectionParts
    package let acceptor: any Acceptor
    package let reaper: any Reaper

    package init(_ listener: consuming Listener, _ signals: consuming Signals, _ assembly: Assembly) {
        self.listener = listener
        self.signals = signals
        transport = assembly.transport
        parts = assembly.parts
        acceptor = assembly.acceptor
        reaper = assembly.reaper
    }

    /// Accepts one connection without waiting.
    func accept(nonBlocking: Bool) -> AcceptOutcome {
        acceptor.accept(from: listener.descriptor.number, over: transport, nonBlocking: nonBlocking)
    }
}
