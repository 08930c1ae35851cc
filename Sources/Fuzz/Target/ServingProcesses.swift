import Glibc
import System

/// Which process of a target serves which connection: proc(5), /proc/net/tcp, /proc/net/tcp6 and the descriptors of the
/// processes. UDP and Unix sockets have nothing that tells.
enum ServingProcesses {
    /// The process that holds the server's end of each established connection to `address`, by the client's end; of several
    /// that hold it, the youngest: a parent that forgets to close its copy does not serve.
    ///
    /// - Parameter root: the target; its descendants are looked at too. Empty where it has none, since there is nothing
    ///   to tell apart.
    /// - Complexity: O(connections of the machine + descriptors of the target).
    static func find(of root: pid_t, address: TargetAddress) -> [ClientSource: Int] {
        let descendants = ProcessTree.descendants(of: root)
        guard !descendants.isEmpty else { return [:] }
        var ends: [String: ClientSource] = [:]
        for socket in sockets(of: root, address) where socket.state == established {
            ends["socket:[\(socket.inode)]"] = socket.client
        }
        var found: [ClientSource: Int] = [:]
        // Each process after its parent, so the youngest is the last to be noted.
        for process in [root] + descendants {
            for name in ProcessTree.descriptorTargets(of: process) {
                if let end = ends[name] { found[end] = Int(process) }
            }
        }
        return found
    }

    /// How many connections to `address` the target still holds open though their clients have closed: those in the state
    /// CLOSE_WAIT, or all of a Unix socket, which has no such state; ask when all clients are gone.
    ///
    /// - Complexity: O(connections of the machine).
    static func abandoned(by root: pid_t, address: TargetAddress) -> Int {
        if case .unix(let path) = address { return connections(of: root, to: path) }
        return SocketDiagnosis.closeWaiting(at: address) ?? sockets(of: root, address).count { $0.state == closeWait }
    }

    /// How many accepted connections of a Unix socket exist, as /proc/net/unix lists them.
    private static func connections(of root: pid_t, to path: String) -> Int {
        ProcessTree.contents("/proc/\(root)/net/unix").split(separator: 0x0A).count { line in
            let fields = line.split(separator: 0x20, maxSplits: 7).map { String(decoding: $0, as: UTF8.self) }
            return fields.count == 8 && fields[5] == connected && fields[7] == path
        }
    }

    /// SS_CONNECTED of include/uapi/linux/net.h.
    private static let connected = "03"

    /// The server's ends of connections to `address`, as /proc/net/tcp lists them.
    private static func sockets(
        of root: pid_t, _ address: TargetAddress
    ) -> [(state: String, inode: String, client: ClientSource)] {
        guard address.transport == .tcp || address.transport == .tcp6 else { return [] }
        // A server that listens on :: has sockets of IPv6 for clients of IPv4, too.
        let lines = ["tcp", "tcp6"].flatMap { name in
            ProcessTree.contents("/proc/\(root)/net/\(name)").split(separator: 0x0A).dropFirst()
        }
        return lines.compactMap { line in
            let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 9, let local = endpoint(fields[1]), local.port == address.port,
                let remote = endpoint(fields[2])
            else { return nil }
            return (fields[3], fields[9], ClientSource(address: remote.address, port: remote.port))
        }
    }

    /// Numbers of include/net/tcp_states.h, in hexadecimal.
    private static let established = "01"
    private static let closeWait = "08"

    /// `0100007F:1F90`: an address as the machine's words, little-endian, and a port. Of ::1 only the port is told, as of
    /// 127.0.0.1; the last word of ::ffff:127.0.0.1 is the IPv4 address.
    private static func endpoint(_ text: String) -> (address: UInt32, port: UInt16)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
        if parts[0].count == 32, !parts[0].dropLast(8).hasSuffix("FFFF0000") { return (loopback, port) }
        guard let address = UInt32(parts[0].suffix(8), radix: 16) else { return nil }
        return (UInt32(bigEndian: address), port)
    }
}
