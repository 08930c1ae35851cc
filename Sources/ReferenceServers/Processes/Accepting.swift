/// Whether a server takes new connections now; those who come meanwhile wait in the backlog.
enum Accepting {
    case open
    /// Descriptors, threads or processes have run out: for a moment, until some are free.
    case paused
    /// The listener is of no more use.
    case stopped

    /// What to wait for besides: the listener, or -1.
    func descriptor(of server: Server) -> Int32 { self == .open ? server.listener.descriptor.number : -1 }

    /// How long to wait until accepting is tried again, in milliseconds; -1: for ever.
    var patience: Int32 { self == .paused ? Limits.exhaustedPauseMilliseconds : -1 }

    /// Accepts one connection, if accepting is open. `serve` takes it over, and is false when there is no room for one more.
    mutating func accept(_ server: Server, nonBlocking: Bool, serve: (Int32) -> Bool) {
        guard self == .open else { return }
        switch server.accept(nonBlocking: nonBlocking) {
        case .connection(let number): if !serve(number) { self = .paused }
        case .exhausted: self = .paused
        case .stop: self = .stopped
        case .nothing: break
        }
    }

    /// The moment has passed.
    mutating func resume() {
        if self == .paused { self = .open }
    }
}
