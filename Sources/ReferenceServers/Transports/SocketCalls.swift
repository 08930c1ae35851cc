import CLinux
import Glibc

/// Passes an address, as its bytes, to a system call. One of the few files with unsafe pointers.
func withSocketAddress<R>(_ bytes: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    bytes.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
}

/// A bound, listening, non-blocking stream socket.
///
/// It does not block because a client may reset its connection between `poll(2)` and `accept(2)`.
func openListener(
    _ family: Int32, name: String, sharingPort: Bool, _ address: [UInt8]
) throws(ListenError) -> Descriptor {
    let descriptor = try openSocket(family, SOCK_STREAM, name: name, sharingPort: sharingPort, address)
    guard listen(descriptor.number, Limits.backlog) == 0 else {
        throw errno == EADDRINUSE ? .inUse(name) : .failed("listen", errno: errno)
    }
    return descriptor
}

/// A bound, non-blocking socket.
func openSocket(
    _ family: Int32, _ type: __socket_type, name: String, sharingPort: Bool, _ address: [UInt8]
) throws(ListenError) -> Descriptor {
    let number = socket(family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard number >= 0 else { throw .failed("socket", errno: errno) }
    let descriptor = Descriptor(owning: number)
    if type == SOCK_STREAM { setOption(number, SOL_SOCKET, SO_REUSEADDR, 1) }
    if sharingPort { setOption(number, SOL_SOCKET, SO_REUSEPORT, 1) }
    if family == AF_INET6 { setOption(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    guard withSocketAddress(address, { bind(number, $0, $1) }) == 0 else {
        throw errno == EADDRINUSE ? .inUse(name) : .failed("bind \(name)", errno: errno)
    }
    return descriptor
}

/// The address that a socket is bound to, as bytes. `getsockname(2)`.
func socketAddress(of descriptor: Int32) throws(ListenError) -> [UInt8] {
    var storage = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
    var length = socklen_t(storage.count)
    let known = storage.withUnsafeMutableBytes {
        getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
    }
    guard known == 0 else { throw .failed("getsockname", errno: errno) }
    return Array(storage.prefix(Int(length)))
}

/// Replies leave at once, and a client that does not read costs a bounded amount of kernel memory.
func prepareTCP(_ accepted: Int32) {
    setOption(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    setOption(accepted, SOL_SOCKET, SO_SNDBUF, Limits.sendBufferBytes)
}

/// Sets an integer option; a connection that is gone already shows itself at the next read.
func setOption(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
}
