import CLinux
import Glibc

/// A UDP socket of 127.0.0.1 that sends datagrams to itself, for a capture to see: when the capture has one, it has every
/// packet from before it.
///
/// The socket owns its port, so no other program can be hit and no ICMP error comes back.
package final class LoopbackDatagrams: Sendable {
    /// The sender's port, and the receiver's.
    package let port: UInt16
    private let socket: Int32

    /// socket(2), bind(2), getsockname(2)
    ///
    /// - Throws: EMFILE and its like.
    package init() throws(SystemError) {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try system("socket") { Glibc.socket(AF_INET, type, 0) }
        do throws(SystemError) {
            try system("bind") { withAddress(loopback, 0) { bind(raw, $0, $1) } }
            port = try localPort(of: raw)
        } catch {
            close(raw)
            throw error
        }
        socket = raw
    }

    deinit {
        close(socket)
    }

    /// Sends a datagram, and takes the one before out of the socket's buffer. sendto(2), recv(2).
    package func send(_ payload: [UInt8]) {
        var sink: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while recv(socket, &sink, MemoryLayout.size(ofValue: sink), 0) > 0 {}
        _ = withAddress(loopback, port) { address, length in
            sendto(socket, payload, payload.count, 0, address, length)
        }
    }
}
