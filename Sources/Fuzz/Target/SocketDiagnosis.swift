import CLinux
import Glibc
import System

/// Asks the kernel for sockets by state: sock_diag(7).
///
/// The text of /proc/net/tcp has a line for every connection that waits out its time, tens of thousands in a campaign;
/// the kernel passes over them when it is asked for another state.
enum SocketDiagnosis {
    /// How many TCP connections with this local port the target holds in CLOSE_WAIT in our network; none over UDP, nil where
    /// the kernel does not tell. What nobody has accepted yet is not held.
    ///
    /// - Complexity: O(connections of the machine), some nanoseconds each.
    static func closeWaiting(at address: TargetAddress) -> Int? {
        guard address.transport != .udp else { return 0 }
        return serverEnds(at: address, in: [closeWait])?.count { $0.isAccepted }
    }

    /// The clients whose connections the kernel has taken and the target has not: they wait in its listen queue. Nil where
    /// the kernel does not tell.
    ///
    /// - Complexity: O(connections of the machine), some nanoseconds each.
    static func queued(at address: TargetAddress) -> Set<QueuedClient>? {
        switch address.transport {
        case .udp: return []
        case .unix: return queuedAtUnixSockets()
        case .tcp, .tcp6:
            guard let ends = serverEnds(at: address, in: [established, closeWait]) else { return nil }
            return Set(ends.lazy.filter { !$0.isAccepted }.map { .source($0.client) })
        }
    }

    // MARK: TCP

    /// The server's end of a connection. Until it is accepted it has no inode.
    private struct ServerEnd {
        var client: ClientSource
        var isAccepted: Bool
    }

    // Of net/tcp_states.h.
    private static let established: UInt32 = 1
    private static let closeWait: UInt32 = 8
    private static let listen: UInt32 = 10

    private static func serverEnds(at address: TargetAddress, in states: [UInt32]) -> [ServerEnd]? {
        // A server that listens on :: has sockets of IPv6 for clients of IPv4, too.
        guard let four = serverEnds(AF_INET, address.port, states) else { return nil }
        return four + (serverEnds(AF_INET6, address.port, states) ?? [])
    }

    private static func serverEnds(_ family: Int32, _ port: UInt16, _ states: [UInt32]) -> [ServerEnd]? {
        // An `inet_diag_req_v2`.
        var request = NetlinkBytes()
        request.append(UInt8(family), UInt8(IPPROTO_TCP), 0, 0)
        request.append(states.reduce(0) { $0 | UInt32(1) << $1 })
        request.append(port.bigEndian)
        request.bytes += [UInt8](repeating: 0, count: 46)  // The other end, the addresses, the interface: any.
        return NetlinkBytes.answers(to: request)?.compactMap(serverEnd)
    }

    /// Of an `inet_diag_msg`, with the other end's port and address, and the inode.
    private static func serverEnd(_ message: ArraySlice<UInt8>) -> ServerEnd? {
        guard message.count >= 72 else { return nil }
        let number = { (offset: Int) in NetlinkBytes.number(message, at: offset) }
        let port = UInt16(bigEndian: UInt16(truncatingIfNeeded: number(6)))
        // An address of IPv4 lies at the beginning, or at the end of one of IPv6.
        let isMapped = message[message.startIndex] == UInt8(AF_INET6) && number(32).bigEndian == 0xFFFF
        let isFour = message[message.startIndex] == UInt8(AF_INET) || isMapped
        let address = isFour ? number(isMapped ? 36 : 24).bigEndian : loopback
        return ServerEnd(client: ClientSource(address: address, port: port), isAccepted: number(68) != 0)
    }

    // MARK: Unix sockets

    private static func queuedAtUnixSockets() -> Set<QueuedClient>? {
        // A `unix_diag_req` for those that listen, and who waits there.
        var request = NetlinkBytes()
        request.append(UInt8(AF_UNIX), 0, 0, 0)
        request.append(UInt32(1) << listen)
        request.append(UInt32(0))
        request.append(showWaiting)
        request.append(UInt64.max)  // No cookie.
        guard let answers = NetlinkBytes.answers(to: request) else { return nil }
        var waiting: Set<QueuedClient> = []
        for answer in answers {
            // A `unix_diag_msg`, and attributes.
            for attribute in NetlinkBytes.attributes(answer.dropFirst(16)) where attribute.type == waitingAttribute {
                for offset in stride(from: 0, to: attribute.value.count & ~3, by: 4) {
                    let inode = NetlinkBytes.number(attribute.value, at: offset)
                    waiting.insert(inode == 0 ? .closed : .inode(inode))
                }
            }
        }
        return waiting
    }

    /// UDIAG_SHOW_ICONS and UNIX_DIAG_ICONS of linux/unix_diag.h.
    private static let showWaiting: UInt32 = 8
    private static let waitingAttribute: UInt16 = 3
}

/// What names a client in a listen queue: its source over TCP, the inode of its socket for Unix sockets.
enum QueuedClient: Hashable {
    case source(ClientSource)
    case inode(UInt32)
    /// Any Unix socket that its client has closed.
    case closed
}
