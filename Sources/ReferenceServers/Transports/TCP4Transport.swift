import CLinux
import Glibc

/// TCP over IPv4.
package struct TCP4Transport: Transport {
    package let name = "tcp"
    package let summary = "TCP over IPv4"
    package let defaultHost: String? = "127.0.0.1"

    package init() {}

    package func listen(host: String, port: UInt16, sharingPort: Bool) throws(ListenError) -> Listener {
        let listener = try openIPv4(SOCK_STREAM, host: host, port: port, sharingPort: sharingPort)
        guard Glibc.listen(listener.descriptor.number, Limits.backlog) == 0 else {
            throw errno == EADDRINUSE ? .inUse(listener.address) : .failed("listen", errno: errno)
        }
        return listener
    }

    package func prepare(_ accepted: Int32) { prepareTCP(accepted) }
}

/// A bound socket on IPv4.
func openIPv4(_ type: __socket_type, host: String, port: UInt16, sharingPort: Bool) throws(ListenError) -> Listener {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1 else {
        throw .badHost("'\(host)' is not an IPv4 address")
    }
    let bytes = withUnsafeBytes(of: &address, Array.init)
    let descriptor = try openSocket(AF_INET, type, name: "\(host):\(port)", sharingPort: sharingPort, bytes)
    let known = try socketAddress(of: descriptor.number)
    // sin_port is in network order at offset 2.
    let chosen = UInt16(known[2]) << 8 | UInt16(known[3])
    return Listener(descriptor: descriptor, host: host, port: chosen, address: "\(host):\(chosen)")
}
