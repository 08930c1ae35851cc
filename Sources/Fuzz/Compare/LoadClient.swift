import CLinux
import Glibc
import System

/// Clients that each send a request, wait for its reply, and send the next: a closed loop on one epoll.
///
/// Only for short RESP requests whose replies come in one piece each.
final class LoadClients {
    private let epoll: Int32
    private var sockets: [Int32] = []
    private var sentAt: [Int64] = []
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)

    /// What a run of the loop came to.
    struct Load: Sendable {
        /// Replies that came.
        var replies = 0
        /// How long it ran. Nanoseconds.
        var nanoseconds: Int64 = 0
        /// How long each reply took. Nanoseconds.
        var latencies: [Int64] = []
        /// Connections that broke.
        var broken = 0
    }

    private static let request = Array("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n".utf8)

    /// Connects `count` clients to a port of 127.0.0.1.
    init(_ count: Int, port: UInt16) throws(SystemError) {
        epoll = try system("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
        for number in 0..<count {
            let socket = try Self.connect(port)
            var event = epoll_event()
            event.events = UInt32(EPOLLIN.rawValue)
            event.data.u64 = UInt64(number)
            sockets.append(socket)
            sentAt.append(0)
            try system("epoll_ctl") { epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) }
        }
    }

    deinit {
        for socket in sockets where socket >= 0 { Glibc.close(socket) }
        Glibc.close(epoll)
        scratch.deallocate()
    }

    /// Opens a connection, waiting for it.
    static func connect(_ port: UInt16) throws(SystemError) -> Int32 {
        let socket = try system("socket") {
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        }
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        do {
            try system("connect") { withAddress(loopback, port) { Glibc.connect(socket, $0, $1) } }
        } catch {
            Glibc.close(socket)
            throw error
        }
        return socket
    }

    /// Sends one client's next request, or other bytes.
    func send(_ client: Int, _ bytes: [UInt8]? = nil) {
        let message = bytes ?? Self.request
        sentAt[client] = Clock.monotonic
        if Glibc.send(sockets[client], message, message.count, Int32(MSG_NOSIGNAL)) < 0 { drop(client) }
    }

    private func drop(_ client: Int) {
        guard sockets[client] >= 0 else { return }
        Glibc.close(sockets[client])
        sockets[client] = -1
    }

    /// One request of the first client, and whether its reply came.
    func exchange() -> Bool {
        var patience = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        send(0)
        return sockets[0] >= 0 && recv(sockets[0], scratch.baseAddress!, scratch.count, 0) > 0
    }

    /// How many connections are open.
    var open: Int { sockets.count { $0 >= 0 } }

    /// Runs the loop for a time.
    func run(nanoseconds limit: Int64) -> Load {
        var load = Load()
        let before = open
        let start = Clock.monotonic
        for client in sockets.indices where sockets[client] >= 0 { send(client) }
        var now = start
        while now - start < limit, open > 0, Interruption.signal == nil {
            withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { events in
                let count = epoll_wait(epoll, events.baseAddress!, 64, 50)
                now = Clock.monotonic
                for index in 0..<max(0, Int(count)) {
                    let client = Int(events[index].data.u64)
                    guard sockets[client] >= 0 else { continue }
                    let got = recv(sockets[client], scratch.baseAddress!, scratch.count, 0)
                    guard got > 0 else {
                        drop(client)
                        continue
                    }
                    load.replies += 1
                    load.latencies.append(now - sentAt[client])
                    send(client)
                }
            }
        }
        load.nanoseconds = now - start
        load.broken = before - open
        return load
    }
}
