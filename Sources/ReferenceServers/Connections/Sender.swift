import CLinux
import Glibc

/// Brings reply bytes to the socket.
package protocol Sender: Sendable {
    /// Sends as much of `output` as the socket takes.
    func send(_ output: inout OutputBuffer, to descriptor: Int32) -> SendOutcome
}

/// How far a sender came.
package enum SendOutcome: Equatable, Sendable {
    /// Everything is sent.
    case drained
    /// A non-blocking socket is full.
    case wouldBlock
    /// The client is gone: EPIPE, ECONNRESET.
    case failed
}

/// Sends until nothing is left: a short write is the normal case for a client that reads slowly.
package struct WholeSender: Sender {
    package init() {}

    package func send(_ output: inout OutputBuffer, to descriptor: Int32) -> SendOutcome {
        while !output.isEmpty {
            guard output.sendOnce(to: descriptor, flags: 0) < 0 else { continue }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed
            }
        }
        return .drained
    }
}
