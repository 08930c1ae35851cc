import CLinux
import Glibc
import System
import Verification
import Wire

/// Requests on a connection of their own, one after the other, and their replies: outside of executions, and judged by nobody.
struct SingleExchange {
    let address: TargetAddress
    let codec: any WireCodec
    let network: NetworkNamespaces?
    /// Whether what the server says unasked is known: else its last words for a moment are taken for the reply.
    let knowsGreeting: Bool

    /// The longest reply that is read. Bytes.
    private static let longestReply = 1 << 20
    /// Milliseconds between two looks at whether waiting is to end.
    private static let lookMilliseconds: Int32 = 10

    /// Sends requests, each once all before it are answered.
    ///
    /// - Parameter isOver: whether waiting is to end.
    /// - Returns: the replies that came.
    func replies(to requests: [LoginStep], isOver: () -> Bool) -> [[UInt8]] {
        let type = Int32(address.socketType.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try? network.inside { () throws(SystemError) in
            try system("socket") { socket(address.family, type, 0) }
        }
        guard let raw else { return [] }
        defer { close(raw) }
        guard address.withSocketAddress({ connect(raw, $0, $1) }) == 0 || errno == EINPROGRESS else { return [] }
        var replies: [[UInt8]] = []
        var incoming = Incoming(pairing: codec.pairing())
        for request in requests {
            guard send(request.bytes, on: raw, isOver) else { return replies }
            for _ in 0..<request.replies {
                guard let reply = receive(on: raw, &incoming, request.bytes, isOver) else { return replies }
                replies.append(reply)
            }
            guard !knowsGreeting else { continue }
            let end = Clock.monotonic + Self.afterthoughtNanoseconds
            while let later = receive(on: raw, &incoming, request.bytes, { isOver() || Clock.monotonic > end }) {
                replies[replies.count - 1] = later
            }
        }
        return replies
    }

    /// How long after a reply another one shows that the first was a greeting. Nanoseconds.
    private static let afterthoughtNanoseconds: Int64 = 30_000_000

    /// What was read of a connection, and not taken for a reply yet.
    private struct Incoming {
        var bytes: [UInt8] = []
        var pairing: (any ReplyPairing)?

        /// Takes one message off the front; nil where it answers nobody, or more of the reply is to come.
        mutating func take(_ length: Int, _ request: [UInt8]) -> [UInt8]? {
            let message = Array(bytes[..<length])
            bytes.removeFirst(length)
            let place = pairing?.place(of: message.span, after: request.span) ?? .reply(more: 0)
            return place == .reply(more: 0) ? message : nil
        }
    }

    private func send(_ request: [UInt8], on raw: Int32, _ isOver: () -> Bool) -> Bool {
        var rest = request[...]
        while !rest.isEmpty {
            guard wait(for: POLLOUT, on: raw, isOver) else { return false }
            let count = rest.withUnsafeBytes { Glibc.send(raw, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EAGAIN, errno != EINTR { return false }
        }
        return true
    }

    /// The next reply; nil where none comes.
    private func receive(
        on raw: Int32, _ incoming: inout Incoming, _ request: [UInt8], _ isOver: () -> Bool
    ) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while incoming.bytes.count < Self.longestReply {
            if case .message(let length) = codec.frameReply(incoming.bytes.span, to: request.span) {
                guard let reply = incoming.take(length, request) else { continue }
                return reply
            }
            guard wait(for: POLLIN, on: raw, isOver) else { return nil }
            let count = recv(raw, &buffer, buffer.count, 0)
            if count > 0 { incoming.bytes += buffer[..<count] }
            if count == 0, address.transport != .udp {
                return codec.endsWithStream(incoming.bytes.span, to: request.span) ? incoming.bytes : nil
            }
            if count < 0, errno != EAGAIN, errno != EINTR { return nil }
        }
        return nil
    }

    /// poll(2).
    private func wait(for event: Int32, on raw: Int32, _ isOver: () -> Bool) -> Bool {
        while !isOver() {
            var entry = pollfd(fd: raw, events: Int16(event), revents: 0)
            if poll(&entry, 1, Self.lookMilliseconds) > 0 { return true }
        }
        return false
    }
}
