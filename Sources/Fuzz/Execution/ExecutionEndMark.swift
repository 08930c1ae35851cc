import CLinux
import Glibc

/// The all-packets-are-in token: one UDP datagram that a socket sends to itself after an execution.
///
/// When the capture has seen it, it has seen every packet that the clients sent or received before. The socket owns its
/// port, so no other program can be hit and no ICMP error comes back.
final class ExecutionEndMark {
    let port: UInt16
    private var socket: Descriptor?
    private var payload: [UInt8]

    /// Tells the datagrams of this campaign from strays.
    static let magic: [UInt8] = Array("crossfire-end-mark".utf8)

    /// - Throws: EMFILE and its like.
    init() throws(SystemError) {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try system("socket") { Glibc.socket(AF_INET, type, 0) }
        let socket = Descriptor(raw, "end mark")
        do throws(SystemError) {
            try system("bind") { withAddress(loopback, 0) { bind(raw, $0, $1) } }
            port = try Port.localPort(of: raw)
        } catch {
            socket.close()
            throw error
        }
        payload = Self.magic + [UInt8](repeating: 0, count: 8)
        self.socket = consume socket
    }

    deinit {
        socket.take()?.close()
    }

    /// Sends the token of an execution, and takes the one before out of the socket's buffer. sendto(2), recv(2).
    func send(execution: Int) {
        for index in 0..<8 { payload[Self.magic.count + index] = UInt8(truncatingIfNeeded: execution >> (8 * index)) }
        var sink: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while recv(raw, &sink, MemoryLayout.size(ofValue: sink), 0) > 0 {}
        _ = withAddress(loopback, port) { address, length in
            sendto(raw, payload, payload.count, 0, address, length)
        }
    }

    private var raw: Int32 {
        switch socket {
        case .some(let socket): socket.raw
        case .none: -1
        }
    }

    /// The execution whose token a datagram's payload is; nil for anything else.
    static func execution(of payload: ArraySlice<UInt8>) -> Int? {
        guard payload.count == magic.count + 8, payload.starts(with: magic) else { return nil }
        return payload.suffix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
