import CLinux
import Glibc

/// Free ports and open ports on 127.0.0.1.
package enum Port {
    /// A port on which nothing listens, chosen by the kernel. It may be taken before it is used: the caller tries again.
    package static func free() throws(SystemError) -> UInt16 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try system("socket") { Glibc.socket(AF_INET, type, 0) }
        defer { close(raw) }
        try system("bind") { withAddress(loopback, 0) { bind(raw, $0, $1) } }
        return try localPort(of: raw)
    }

    /// Whether a connection to the port is accepted now.
    static func accepts(_ port: UInt16) throws(SystemError) -> Bool {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try system("socket") { Glibc.socket(AF_INET, type, 0) }
        defer { close(raw) }
        return withAddress(loopback, port) { connect(raw, $0, $1) } == 0
    }

    /// The port that a socket is bound to. getsockname(2).
    static func localPort(of raw: Int32) throws(SystemError) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try system("getsockname") {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
