import CLinux
import Glibc
import System

/// Serves datagrams from one socket: itself, or with a worker for each peer.
///
/// A worker gets its peer's datagrams through a socket pair, and ends when none came for `Limits.peerIdleMilliseconds`. It
/// shuts its side down first, so that the dispatcher's next datagram fails and starts a new worker, and answers what is
/// in the pair already.
struct DatagramServer: ~Copyable {
    private let server: Server
    private let workers: Workers
    private let live = LiveConnections()
    private var children = Children()
    /// The dispatcher's end of each peer's pair.
    private var pairs: [[UInt8]: Int32] = [:]
    private var lastSweep = 0
    private var complained = false

    init(_ server: Server, _ workers: Workers) {
        self.server = server
        self.workers = workers
    }

    mutating func run() {
        let socket = server.listener.descriptor.number
        let answerer = DatagramAnswerer(server)
        while true {
            switch server.signals.wait(or: socket, milliseconds: -1) {
            case .readable:
                while let (datagram, peer) = receiveDatagram(socket) {
                    if workers == .one { answerer.answer(datagram, of: peer) } else { dispatch(datagram, peer) }
                }
            case .child: children.remove(server.reaper.childrenEnded())
            case .timeout: break
            case .terminate:
                live.drain(server.signals)
                children.drain(server.signals)
                return
            }
        }
    }

    private mutating func dispatch(_ datagram: [UInt8], _ peer: [UInt8]) {
        if let pair = pairs[peer] {
            if send(pair, datagram, datagram.count, Int32(MSG_DONTWAIT)) >= 0 || errno == EAGAIN { return }
            close(pair)  // The worker has ended for want of work.
            pairs[peer] = nil
        }
        sweep()
        guard pairs.count < Limits.peers, let pair = startWorker(peer) else {
            if !complained { complain("more than \(Limits.peers) peers at once: datagrams of others are dropped") }
            complained = true
            return
        }
        pairs[peer] = pair
        _ = send(pair, datagram, datagram.count, Int32(MSG_DONTWAIT))
    }

    /// Forgets peers whose workers have ended; at most once in the time that a worker waits.
    private mutating func sweep() {
        guard Clock.milliseconds - lastSweep >= Int(Limits.peerIdleMilliseconds) else { return }
        lastSweep = Clock.milliseconds
        let known = Array(pairs)
        var waiting = known.map { pollfd(fd: $0.value, events: 0, revents: 0) }
        poll(&waiting, UInt(waiting.count), 0)
        for ((peer, pair), entry) in zip(known, waiting) where entry.revents != 0 {
            close(pair)
            pairs[peer] = nil
        }
    }

    /// Starts a thread or a child for a peer; the dispatcher's end of their pair, or nil when there is no room for one.
    private mutating func startWorker(_ peer: [UInt8]) -> Int32? {
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
        let (dispatcher, worker) = (ends[0], ends[1])
        let server = self.server
        let live = self.live
        if workers == .threads {
            live.add(worker)
            let started = startThread {
                serve(worker, peer, server)
                live.remove(worker)
                close(worker)
            }
            if started { return dispatcher }
            live.remove(worker)
        } else {
            let others = Array(pairs.values)
            let child = children.fork {
                for pair in others + [dispatcher] { close(pair) }
                server.signals.unblock()
                endConnectionOnTermination(worker)
                serve(worker, peer, server)
                _exit(0)
            }
            close(worker)
            if child != nil { return dispatcher }
        }
        if workers == .threads { close(worker) }
        close(dispatcher)
        return nil
    }
}

/// The life of a peer's worker.
private func serve(_ pair: Int32, _ peer: [UInt8], _ server: Server) {
    let answerer = DatagramAnswerer(server)
    var patience = timeval(tv_sec: 0, tv_usec: Int(Limits.peerIdleMilliseconds) * 1000)
    setsockopt(pair, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var buffer = [UInt8](repeating: 0, count: DatagramAnswerer.maximumBytes)
    var ending = false
    while true {
        let count = recv(pair, &buffer, buffer.count, ending ? Int32(MSG_DONTWAIT) : 0)
        if count > 0 {
            answerer.answer(Array(buffer.prefix(count)), of: peer)
        } else if count < 0, errno == EINTR {
            continue
        } else if ending || count == 0 {
            return
        } else {
            shutdown(pair, Int32(SHUT_RD))
            ending = true
        }
    }
}

/// The next datagram and where it came from; nil when none waits. Empty datagrams are passed over.
private func receiveDatagram(_ socket: Int32) -> ([UInt8], [UInt8])? {
    var bytes = [UInt8](repeating: 0, count: DatagramAnswerer.maximumBytes)
    var address = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_in>.size)
    while true {
        var length = socklen_t(address.count)
        let count = address.withUnsafeMutableBytes {
            recvfrom(
                socket, &bytes, bytes.count, Int32(MSG_DONTWAIT),
                $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        if count > 0 { return (Array(bytes.prefix(count)), address) }
        // ECONNREFUSED and its like tell of a peer that is gone; they belong to an earlier reply.
        if count < 0, errno == EAGAIN { return nil }
    }
}
