import CLinux
import Glibc
import System

/// How clients reach a target.
public enum TargetTransport: String, Sendable, CaseIterable {
    /// TCP over IPv4.
    case tcp
    /// TCP over IPv6.
    case tcp6
    /// UDP over IPv4: a datagram for each message.
    case udp
    /// Unix stream sockets. Nothing captures them: the clients record what they send and receive.
    case unix

    /// `tcp, tcp6, udp, unix`: for help and error messages.
    public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The host for `{host}`; empty for Unix sockets.
    var host: String {
        switch self {
        case .tcp, .udp: "127.0.0.1"
        case .tcp6: "::1"
        case .unix: ""
        }
    }
}

/// Where a target listens. Only loopback and the file system are ever an address.
public enum TargetAddress: Equatable, Sendable, CustomStringConvertible {
    /// A port of 127.0.0.1.
    case tcp(port: UInt16)
    /// A port of ::1.
    case tcp6(port: UInt16)
    /// A UDP port of 127.0.0.1.
    case udp(port: UInt16)
    /// The path of a socket file.
    case unix(path: String)

    /// `127.0.0.1:7`, `[::1]:7`, `udp:127.0.0.1:7`, or the path.
    public var description: String {
        switch self {
        case .tcp(let port): "127.0.0.1:\(port)"
        case .tcp6(let port): "[::1]:\(port)"
        case .udp(let port): "udp:127.0.0.1:\(port)"
        case .unix(let path): path
        }
    }

    /// Reads what `description` writes; `localhost` is 127.0.0.1, and a path is what has a slash.
    public init?(_ text: String) {
        if text.contains("/") {
            self = .unix(path: text)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        switch text[..<colon] {
        case "127.0.0.1", "localhost": self = .tcp(port: port)
        case "[::1]": self = .tcp6(port: port)
        case "udp:127.0.0.1", "udp:localhost": self = .udp(port: port)
        default: return nil
        }
    }

    /// How it is reached.
    public var transport: TargetTransport {
        switch self {
        case .tcp: .tcp
        case .tcp6: .tcp6
        case .udp: .udp
        case .unix: .unix
        }
    }

    /// The server's port in the recording. Unix sockets have none: what stands for it there is 1.
    package var port: UInt16 {
        switch self {
        case .tcp(let port), .tcp6(let port), .udp(let port): port
        case .unix: 1
        }
    }

    /// An address on which nothing listens; a port is chosen by the kernel, and may be taken before it is used.
    ///
    /// - Parameter directory: where a socket file is to be.
    static func free(_ transport: TargetTransport, in directory: String) throws -> TargetAddress {
        switch transport {
        case .tcp: .tcp(port: try Port.free())
        case .tcp6: .tcp6(port: try Port.free(SOCK_STREAM, of: .tcp6(port: 0)))
        case .udp: .udp(port: try Port.free(SOCK_DGRAM, of: .udp(port: 0)))
        case .unix: try socketFile(directory + "/target.sock")
        }
    }

    private static func socketFile(_ path: String) throws(CampaignError) -> TargetAddress {
        guard path.utf8.count <= longestPath else {
            throw .noTemporaryFolder(path: path, reason: "a socket's path has at most \(longestPath) bytes")
        }
        return .unix(path: path)
    }

    /// The longest path that a socket file can have, in bytes: unix(7).
    public static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// The address family: socket(2).
    var family: Int32 {
        switch self {
        case .tcp, .udp: AF_INET
        case .tcp6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// The socket type: socket(2).
    var socketType: __socket_type { transport == .udp ? SOCK_DGRAM : SOCK_STREAM }

    /// Calls `body` with the address in the form that the socket calls take.
    func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        switch self {
        case .tcp(let port), .udp(let port): return withAddress(loopback, port, body)
        case .tcp6(let port): return withLoopback6(port, body)
        case .unix(let path):
            var storage = sockaddr_un()
            storage.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &storage.sun_path) { $0.copyBytes(from: path.utf8.prefix(Self.longestPath)) }
            return withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
    }

    /// Whether a server listens: a connection is accepted, or the UDP port is bound.
    func isServed() -> Bool {
        if transport == .udp { return DatagramSockets.isBound(port) }
        let raw = Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return false }
        defer { close(raw) }
        return withSocketAddress { connect(raw, $0, $1) } == 0
    }
}
