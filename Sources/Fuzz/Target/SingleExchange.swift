import CLinux
import Glibc
import System
import Verification
import Wire

/// One request on a connection of its own, and its reply: outside of executions, and judged by nobody.
struct SingleExchange {
    let address: TargetAddress
    let codec: any WireCodec
    let network: NetworkNamespaces?

    /// The longest reply that is read. Bytes.
    private static let longestReply = 1 << 20
    /// Milliseconds between two looks at whether waiting is to end.
    private static let lookMilliseconds: Int32 = 10

    /// Sends the request, and waits for a whole reply.
    ///
    /// - Parameter isOver: whether waiting is to end.
    /// - Returns: nil where none came.
    func reply(to request: [UInt8], isOver: () -> Bool) -> [UInt8]? {
        let type = Int32(address.socketType.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        guard
            let raw = try? network.inside({ () throws(SystemError) in
                try system("socket") { socket(address.family, type, 0) }
            })
        else { return nil }
        defer { close(raw) }
        guard address.withSocketAddress({ connect(raw, $0, $1) }) == 0 || errno == EINPROGRESS,
            send(request, on: raw, isOver)
        else { return nil }
        return receive(on: raw, request, isOver)
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

    private func receive(on raw: Int32, _ request: [UInt8], _ isOver: () -> Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < Self.longestReply, wait(for: POLLIN, on: raw, isOver) {
            let count = recv(raw, &buffer, buffer.count, 0)
            if count > 0 { bytes += buffer[..<count] }
            if case .message(let length) = codec.frameReply(bytes.span, to: request.span) {
                return Array(bytes.prefix(length))
            }
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
