import CLinux
import Glibc

/// TCP over IPv4.
package struct TCP4Transport: Transport {
    package let name = "tcp"
    package let summary = "TCP over IPv4"

    package init() {}

    package func listen(host: String, port: UInt16, sharingPort: Bool) throws(ListenError) -> Listener {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1 else {
            throw .badHost(host)
        }
        let descriptor = try openListener(AF_INET, address: &address, name: "\(host):\(port)", sharingPort: sharingPort)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let known = withUnsafeMutableBytes(of: &address) {
            getsockname(descriptor.number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard known == 0 else { throw .failed("getsockname", errno: errno) }
        let chosen = UInt16(bigEndian: address.sin_port)
        return Listener(descriptor: descriptor, host: host, port: chosen, address: "\(host):\(chosen)")
    }

    package func prepare(_ accepted: Int32) { prepareTCP(accepted) }
}

/// Replies leave at once, and a client that does not read costs a bounded amount of kernel memory.
func prepareTCP(_ accepted: Int32) {
    setOption(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    setOption(accepted, SOL_SOCKET, SO_SNDBUF, Limits.sendBufferBytes)
}

/// A bound, listening, non-blocking stream socket.
///
/// It does not block because a client may reset its connection between `poll(2)` and `accept(2)`.
func openListener<Address>(
    _ family: Int32, address: inout Address, name: String, sharingPort: Bool = false
) throws(ListenError) -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = socket(family, type, 0)
    guard number >= 0 else { throw .failed("socket", errno: errno) }
    let descriptor = Descriptor(owning: number)
    setOption(number, SOL_SOCKET, SO_REUSEADDR, 1)
    if sharingPort { setOption(number, SOL_SOCKET, SO_REUSEPORT, 1) }
    let bound = withUnsafeBytes(of: &address) {
        bind(number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    guard bound == 0 else { throw errno == EADDRINUSE ? .inUse(name) : .failed("bind \(name)", errno: errno) }
    guard Glibc.listen(number, Limits.backlog) == 0 else {
        throw errno == EADDRINUSE ? .inUse(name) : .failed("listen", errno: errno)
    }
    return descriptor
}

/// Sets an integer option; a connection that is gone already shows itself at the next read.
func setOption(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
}
