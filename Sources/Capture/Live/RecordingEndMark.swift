import Glibc

/// A datagram with a fresh token, sent over loopback through the capture: when the capture has it, all packets from
/// before it are in.
final class RecordingEndMark: Sendable {
    private let sender: Int32
    private let receiver: Int32
    /// The sender's and the receiver's port.
    let port: UInt16
    private let receiverPort: UInt16
    private let token: [UInt8]

    /// Opens two sockets: one to send, and one that takes the datagrams, lest the kernel answer with ICMP errors.
    /// (socket(2), bind(2))
    init() throws(CaptureError) {
        (sender, port) = try Self.open()
        (receiver, receiverPort) = try Self.open()
        token = (0..<16).map { _ in UInt8.random(in: 0...255) }
    }

    deinit {
        close(sender)
        close(receiver)
    }

    private static func open() throws(CaptureError) -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", reason: errorText(errno)) }
        var address = loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else {
            let reason = errorText(errno)
            close(descriptor)
            throw .system(call: "bind", reason: reason)
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// The filter that lets the end mark pass besides what `filter` does; an empty filter already does.
    func widening(_ filter: String) -> String {
        filter.isEmpty ? "" : "(\(filter)) or (udp and src host 127.0.0.1 and src port \(port))"
    }

    /// Sends the datagram with `mark`. (sendto(2))
    func send(_ mark: UInt8) {
        let payload = token + [mark]
        var address = Self.loopback(port: receiverPort)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(sender, payload, payload.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// The mark of an end mark; nil for any other packet.
    func mark(of record: PacketRecord, in batch: PacketBatch) -> UInt8? {
        // Cheap first: nearly all packets have another length.
        guard record.wireLength <= 20 + 20 + 8 + token.count + 1 + 16,
            case .udp(let datagram) = dissect(record, in: batch), datagram.source.port == port,
            datagram.payload.count == token.count + 1, batch.bytes[datagram.payload].starts(with: token)
        else { return nil }
        return batch.bytes[datagram.payload.upperBound - 1]
    }
}
