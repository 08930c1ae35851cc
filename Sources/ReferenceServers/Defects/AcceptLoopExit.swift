import CLinux
import Glibc

/// `accept-loop-exit`: an error with one new connection ends accepting for good.
///
/// Modelled on `if (accept(…) < 0 || getpeername(…) < 0) break;`: ECONNABORTED, EMFILE, EINTR, or a client that has reset its
/// connection before it was accepted. The server lives on and serves who is connected; new clients connect to its backlog
/// and wait for ever.
struct AcceptLoopExit: Defect {
    let name = "accept-loop-exit"
    let summary = "stops accepting when a client has reset its connection before it is accepted"
    let oracle = "hang"
    let grade = Grade.hard
    let replaces: Set<Part> = [.acceptor]

    func objection(to choice: Choice) -> String? {
        choice.transport.name == "unix" ? "a Unix socket keeps its peer's name when the peer has gone" : nil
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.acceptor = ImpatientAcceptor()
        return true
    }
}

/// Gives up at the first error.
private struct ImpatientAcceptor: Acceptor {
    func accept(from listener: Int32, over transport: any Transport, nonBlocking: Bool) -> AcceptOutcome {
        let outcome = PatientAcceptor().accept(from: listener, over: transport, nonBlocking: nonBlocking)
        guard case .connection(let number) = outcome else { return outcome == .exhausted ? .stop : outcome }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let known = withUnsafeMutableBytes(of: &address) {
            getpeername(number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard known != 0 else { return outcome }
        close(number)
        return .stop
    }
}
