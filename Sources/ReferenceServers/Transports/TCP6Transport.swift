import CLinux
import Glibc

/// TCP over IPv6.
package struct TCP6Transport: Transport {
    package let name = "tcp6"
    package let summary = "TCP over IPv6"
    package let defaultHost: String? = "::1"

    package init() {}

    package func listen(host: String, port: UInt16, sharingPort: Bool) throws(ListenError) -> Listener {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else {
            throw .badHost("'\(host)' is not an IPv6 address")
        }
        let name = "[\(host)]:\(port)"
        let descriptor = try openListener(
            AF_INET6, name: name, sharingPort: sharingPort, withUnsafeBytes(of: &address, Array.init))
        let known = try socketAddress(of: descriptor.number)
        // sin6_port, as sin_port, is in network order at offset 2.
        let chosen = UInt16(known[2]) << 8 | UInt16(known[3])
        return Listener(descriptor: descriptor, host: host, port: chosen, address: "[\(host)]:\(chosen)")
    }

    package func prepare(_ accepted: Int32) { prepareTCP(accepted) }
}
