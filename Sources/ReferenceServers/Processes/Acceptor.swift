import CLinux
import Glibc

/// Takes connections from a listening socket.
package protocol Acceptor: Sendable {
    /// Takes one, without waiting.
    func accept(from listener: Int32, over transport: any Transport, nonBlocking: Bool) -> AcceptOutcome
}

/// What an attempt to accept gave.
package enum AcceptOutcome: Equatable, Sendable {
    /// A connection.
    case connection(Int32)
    /// Nothing now, or a client that is gone already.
    case nothing
    /// Descriptors or memory have run out: wait until some are free. The client waits in the backlog meanwhile.
    case exhausted
    /// The listener is of no more use.
    case stop
}

/// Accepts, and goes on after every error that a client or a moment's shortage causes.
package struct PatientAcceptor: Acceptor {
    package init() {}

    package func accept(from listener: Int32, over transport: any Transport, nonBlocking: Bool) -> AcceptOutcome {
        let flags = SOCK_CLOEXEC.rawValue | (nonBlocking ? SOCK_NONBLOCK.rawValue : 0)
        let number = cf_accept4(listener, nil, nil, Int32(flags))
        guard number < 0 else {
            transport.prepare(number)
            return .connection(number)
        }
        switch errno {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            return .exhausted
        // accept(2): errors that are pending on the new socket are to be treated like EAGAIN.
        case EINTR, EAGAIN, ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
            EOPNOTSUPP, ENETUNREACH:
            return .nothing
        case let error:
            preconditionFailure("accept: error \(error)")
        }
    }
}
