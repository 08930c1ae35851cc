import CLinux
import Glibc

/// UDP over IPv4: a datagram a request, and a datagram a reply.
package struct UDPTransport: Transport {
    package let name = "udp"
    package let summary = "UDP over IPv4"
    package let defaultHost: String? = "127.0.0.1"
    package let isDatagram = true

    package init() {}

    package func listen(host: String, port: UInt16, sharingPort: Bool) throws(ListenError) -> Listener {
        try openIPv4(SOCK_DGRAM, host: host, port: port, sharingPort: sharingPort)
    }

    package func prepare(_ accepted: Int32) {}
}
