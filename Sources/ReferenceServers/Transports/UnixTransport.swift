import CLinux
import Glibc

/// Unix stream sockets; the host is the path of the socket file.
package struct UnixTransport: Transport {
    package let name = "unix"
    package let summary = "Unix stream sockets"
    package let defaultHost: String? = nil
    package let canSharePort = false

    package init() {}

    package func listen(host: String, port: UInt16, sharingPort: Bool) throws(ListenError) -> Listener {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard !host.isEmpty, host.utf8.count <= room else {
            throw .badHost("a socket's path has 1 to \(room) bytes, '\(host)' has \(host.utf8.count)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: host.utf8) }
        let bytes = withUnsafeBytes(of: &address, Array.init)
        removeIfAbandoned(host, bytes)
        let descriptor = try openListener(AF_UNIX, name: host, sharingPort: false, bytes)
        return Listener(descriptor: descriptor, host: host, port: 0, address: host)
    }

    package func prepare(_ accepted: Int32) {
        setOption(accepted, SOL_SOCKET, SO_SNDBUF, Limits.sendBufferBytes)
    }

    package func cleanUp(_ listener: borrowing Listener) {
        unlink(listener.host)
    }

    /// A socket file that nobody listens on is left of a server that was killed.
    private func removeIfAbandoned(_ path: String, _ address: [UInt8]) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { return }
        let probe = Descriptor(owning: number)
        let refused = withSocketAddress(address) { connect(probe.number, $0, $1) } != 0 && errno == ECONNREFUSED
        if refused { unlink(path) }
    }
}
