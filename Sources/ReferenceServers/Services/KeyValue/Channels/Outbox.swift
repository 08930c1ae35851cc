import CLinux
import Glibc

/// What a subscriber is sent, in one order: the replies to its requests, and messages from whoever publishes, on any thread.
///
/// Nobody waits for a subscriber that does not read: what its socket does not take stays here until it is sent something
/// else, or asks. One that has more than `Limits.unreadMessageBytes` before it is let go, as Redis does.
package final class Outbox: Sendable {
    private struct State {
        var unsent = OutputBuffer()
        /// Messages that came while requests of the subscriber were being answered.
        var later: [UInt8] = []
        var isHeld = true
        /// Nil until the first replies, and once the connection is over.
        var descriptor: Int32?
        var hasFailed = false
    }

    private let state = Guarded(State())

    /// It holds messages back until the first `release`.
    package init() {}

    /// From now on messages wait: requests of the subscriber are being answered.
    package func hold() { state.withLock { $0.isHeld = true } }

    /// Takes the replies to these requests, then what has waited for them.
    package func release(_ replies: inout OutputBuffer, to descriptor: Int32) {
        state.withLock { state in
            state.descriptor = descriptor
            state.isHeld = false
            replies.extend { state.unsent.append($0) }
            replies.removeAll()
            state.unsent.append(state.later)
            state.later.removeAll()
            _ = Self.flush(&state)
        }
    }

    /// Takes a message.
    package func deliver(_ message: [UInt8]) {
        state.withLock { state in
            guard !state.hasFailed else { return }
            guard state.unsent.bytes.count + state.later.count <= Limits.unreadMessageBytes else {
                state.hasFailed = true
                if let descriptor = state.descriptor { shutdown(descriptor, Int32(SHUT_RDWR)) }
                return
            }
            if state.isHeld {
                state.later += message
            } else {
                state.unsent.append(message)
                _ = Self.flush(&state)
            }
        }
    }

    /// Sends what the socket takes.
    package func flush() -> SendOutcome { state.withLock { Self.flush(&$0) } }

    /// The connection is over: its descriptor may be somebody else's from now on.
    package func close() {
        state.withLock { state in
            state.descriptor = nil
            state.hasFailed = true
        }
    }

    private static func flush(_ state: inout State) -> SendOutcome {
        guard let descriptor = state.descriptor, !state.hasFailed else { return state.hasFailed ? .failed : .drained }
        while !state.unsent.isEmpty {
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            guard state.unsent.sendOnce(to: descriptor, flags: flags) < 0 else { continue }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default:
                state.hasFailed = true
                return .failed
            }
        }
        return .drained
    }
}
