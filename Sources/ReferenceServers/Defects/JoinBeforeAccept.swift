import CLinux
import Glibc

/// `join-before-accept`: before a connection is accepted, the one before is waited for, if it is still there.
///
/// Modelled on servers that reap, join or time out an idle peer in the loop that accepts. While one client keeps its
/// connection open and idle, every other one is served late, though nothing is wrong with any reply.
struct JoinBeforeAccept: Defect {
    let name = "join-before-accept"
    let summary = "waits 600 ms for the client before to leave, each time that another one comes"
    let oracle = "stall"
    let grade = Grade.hard
    let replaces: Set<Part> = [.acceptor]

    func objection(to choice: Choice) -> String? {
        if choice.model.workers == .processes { return "the process that accepts keeps no connection" }
        return choice.model.workers == .one && !choice.model.multiplexes
            ? "it serves one connection to its end before it accepts another" : nil
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.acceptor = JoiningAcceptor()
        return true
    }
}

/// Waits for the last client's end, for a while.
private struct JoiningAcceptor: Acceptor {
    private static let patienceMilliseconds: Int32 = 600
    /// POLLRDHUP of poll(2), which Swift does not import.
    private static let peerHasGone: Int16 = 0x2000
    private let last = Guarded(Int32(-1))

    func accept(from listener: Int32, over transport: any Transport, nonBlocking: Bool) -> AcceptOutcome {
        var before = pollfd(fd: last.withLock { $0 }, events: Self.peerHasGone, revents: 0)
        // poll(2) passes over negative numbers, and tells of those that are closed.
        if before.fd >= 0 { poll(&before, 1, Self.patienceMilliseconds) }
        let outcome = PatientAcceptor().accept(from: listener, over: transport, nonBlocking: nonBlocking)
        if case .connection(let number) = outcome { last.withLock { $0 = number } }
        return outcome
    }
}
