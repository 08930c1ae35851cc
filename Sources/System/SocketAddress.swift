package import Glibc

/// 127.0.0.1 in host byte order.
package let loopback: UInt32 = 0x7F00_0001

/// Calls `body` with an IPv4 address in the form that the socket calls take.
package func withAddress<R>(
    _ address: UInt32, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
) -> R {
    var storage = sockaddr_in()
    storage.sin_family = sa_family_t(AF_INET)
    storage.sin_port = port.bigEndian
    storage.sin_addr.s_addr = address.bigEndian
    return withSocketAddress(&storage, body)
}

/// Calls `body` with a port of ::1 in the form that the socket calls take.
package func withLoopback6<R>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var storage = sockaddr_in6()
    storage.sin6_family = sa_family_t(AF_INET6)
    storage.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &storage.sin6_addr) { $0[15] = 1 }
    return withSocketAddress(&storage, body)
}

private func withSocketAddress<Address, R>(
    _ storage: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
) -> R {
    withUnsafePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
}

/// Sets an integer option that cannot fail on a socket of this kind. setsockopt(2).
package func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}

/// The port that a socket of IPv4 or IPv6 is bound to. getsockname(2).
package func localPort(of raw: Int32) throws(SystemError) -> UInt16 {
    var address = sockaddr_in6()  // Its port lies where that of IPv4 lies.
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    try system("getsockname") {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
        }
    }
    return UInt16(bigEndian: address.sin6_port)
}
