import CLinux
import Glibc

/// Asks the kernel for sockets by state: sock_diag(7).
///
/// The text of /proc/net/tcp has a line for every connection that waits out its time, tens of thousands in a campaign;
/// the kernel passes over them when it is asked for another state.
enum SocketDiagnosis {
    /// How many TCP connections with this local port are in CLOSE_WAIT in our network; none over UDP, nil where the kernel
    /// does not tell.
    ///
    /// - Complexity: O(connections of the machine), some nanoseconds each.
    static func closeWaiting(at address: TargetAddress) -> Int? {
        guard address.transport != .udp else { return 0 }
        // A server that listens on :: has sockets of IPv6 for clients of IPv4, too.
        guard let four = closeWaiting(AF_INET, address.port) else { return nil }
        return four + (closeWaiting(AF_INET6, address.port) ?? 0)
    }

    private static func closeWaiting(_ family: Int32, _ port: UInt16) -> Int? {
        let raw = socket(netlink, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), socketDiagnosis)
        guard raw >= 0 else { return nil }
        defer { close(raw) }
        let question = request(family, port)
        guard send(raw, question, question.count, 0) == question.count else { return nil }
        var answer = [UInt8](repeating: 0, count: 32 << 10)
        var found = 0
        while true {
            let count = recv(raw, &answer, answer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            guard let (sockets, isLast) = messages(answer[..<count]) else { return nil }
            found += sockets
            if isLast { return found }
        }
    }

    // Of linux/netlink.h, linux/sock_diag.h and net/tcp_states.h.
    private static let netlink: Int32 = 16
    private static let socketDiagnosis: Int32 = 4
    private static let byFamily: UInt16 = 20
    private static let dumpRequest: UInt16 = 0x301
    private static let doneMessage: UInt16 = 3
    private static let headerBytes = 16
    private static let closeWait: UInt32 = 8

    /// A `nlmsghdr` and an `inet_diag_req_v2`.
    private static func request(_ family: Int32, _ port: UInt16) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
        append(UInt32(headerBytes + 56))
        append(byFamily)
        append(dumpRequest)
        append(UInt64(0))  // Sequence number and sender.
        bytes += [UInt8(family), UInt8(IPPROTO_TCP), 0, 0]
        append(UInt32(1) << closeWait)
        append(port.bigEndian)
        bytes += [UInt8](repeating: 0, count: 46)  // The other end, the addresses, the interface: any.
        return bytes
    }

    /// How many sockets a datagram of answers tells of, and whether it is the last; nil for an error.
    private static func messages(_ datagram: ArraySlice<UInt8>) -> (sockets: Int, isLast: Bool)? {
        var rest = datagram
        var sockets = 0
        while rest.count >= headerBytes {
            let (length, kind) = rest.withUnsafeBytes {
                (Int($0.loadUnaligned(as: UInt32.self)), $0.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
            }
            switch kind {
            case doneMessage: return (sockets, true)
            case byFamily: sockets += 1
            default: return nil
            }
            guard length >= headerBytes else { return nil }
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return (sockets, false)
    }
}
