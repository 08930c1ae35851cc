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
        var unread: [UInt8] = []
        for request in requests {
            guard send(request.bytes, on: raw, isOver) else { return replies }
            for _ in 0..<request.replies {
                guard let reply = receive(on: raw, &unread, request.bytes, isOver) else { return replies }
                replies.append(reply)
            }
        }
        return replies
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

    /// Takes one reply off the front of what was read; nil where none comes.
    private func receive(
        on raw: Int32, _ bytes: inout [UInt8], _ request: [UInt8], _ isOver: () -> Bool
    ) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < Self.longestReply {
            if case .message(let length) = codec.frameReply(bytes.span, to: request.span) {
                defer { bytes.removeFirst(length) }
                return Array(bytes.prefix(length))
            }
            guard wait(for: POLLIN, on: raw, isOver) else { return nil }
            let count = recv(raw, &buffer, buffer.count, 0)
            if count > 0 { bytes += buffer[..<count] }
            if count == 0, address.transport != .udp {
                return codec.endsWithStream(bytes.span, to: request.span) ? bytes : nil
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
