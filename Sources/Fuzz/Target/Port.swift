import CLinux
import Glibc
package import System

/// Free ports of loopback.
package enum Port {
    /// A TCP port of 127.0.0.1 on which nothing listens, chosen by the kernel. It may be taken before it is used: the
    /// caller tries again.
    package static func free() throws(SystemError) -> UInt16 {
        try free(SOCK_STREAM, of: .tcp(port: 0))
    }

    /// A port of this kind of socket and address.
    static func free(_ type: __socket_type, of address: TargetAddress) throws(SystemError) -> UInt16 {
        let type = Int32(type.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try system("socket") { Glibc.socket(address.family, type, 0) }
        defer { close(raw) }
        try system("bind") { address.withSocketAddress { bind(raw, $0, $1) } }
        return try localPort(of: raw)
    }
}
