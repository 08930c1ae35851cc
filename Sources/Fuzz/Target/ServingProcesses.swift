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
        for line in ProcessTree.contents("/proc/\(root)/net/tcp").split(separator: 0x0A).dropFirst() {
            let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 9, fields[3] == established, let local = endpoint(fields[1]), local.port == port,
                let remote = endpoint(fields[2])
            else { continue }
            ends["socket:[\(fields[9])]"] = ClientSource(address: remote.address, port: remote.port)
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

    private static let established = "01"

    /// `0100007F:1F90`: an address as the machine's words, little-endian, and a port.
    private static func endpoint(_ text: String) -> (address: UInt32, port: UInt16)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let address = UInt32(parts[0], radix: 16), let port = UInt16(parts[1], radix: 16) else {
            return nil
        }
        return (UInt32(bigEndian: address), port)
    }
}
