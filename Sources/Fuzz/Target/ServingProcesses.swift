import Glibc

/// Which process of a target serves which connection: proc(5), /proc/net/tcp and the descriptors of the processes.
enum ServingProcesses {
    /// The process that holds the server's end of each established connection to `port`, by the client's end; of several
    /// that hold it, the youngest: a parent that forgets to close its copy does not serve.
    ///
    /// - Parameter root: the target; its descendants are looked at too. Empty where it has none, since there is nothing
    ///   to tell apart.
    /// - Complexity: O(connections of the machine + descriptors of the target).
    static func find(of root: pid_t, port: UInt16) -> [ClientSource: Int] {
        let descendants = ProcessTree.descendants(of: root)
        guard !descendants.isEmpty else { return [:] }
        var ends: [String: ClientSource] = [:]
        for socket in sockets(of: root, port: port) where socket.state == established {
            ends["socket:[\(socket.inode)]"] = ClientSource(address: socket.client.address, port: socket.client.port)
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

    /// How many connections to `port` the target still holds open though their clients have closed: those in the state
    /// CLOSE_WAIT.
    ///
    /// - Complexity: O(connections of the machine).
    static func abandoned(by root: pid_t, port: UInt16) -> Int {
        SocketDiagnosis.closeWaiting(port: port) ?? sockets(of: root, port: port).count { $0.state == closeWait }
    }

    /// The server's ends of connections to `port`, as /proc/net/tcp lists them.
    private static func sockets(
        of root: pid_t, port: UInt16
    ) -> [(state: String, inode: String, client: (address: UInt32, port: UInt16))] {
        ProcessTree.contents("/proc/\(root)/net/tcp").split(separator: 0x0A).dropFirst().compactMap { line in
            let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 9, let local = endpoint(fields[1]), local.port == port,
                let remote = endpoint(fields[2])
            else { return nil }
            return (fields[3], fields[9], remote)
        }
    }

    /// Numbers of include/net/tcp_states.h, in hexadecimal.
    private static let established = "01"
    private static let closeWait = "08"

    /// `0100007F:1F90`: an address as the machine's words, little-endian, and a port.
    private static func endpoint(_ text: String) -> (address: UInt32, port: UInt16)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let address = UInt32(parts[0], radix: 16), let port = UInt16(parts[1], radix: 16) else {
            return nil
        }
        return (UInt32(bigEndian: address), port)
    }
}
