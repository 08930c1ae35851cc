import CLinux
import Glibc
import Wire

/// One client's connection: a non-blocking socket, what waits to be sent, and what was read and not yet expected.
final class ClientConnection {
    private var socket: Descriptor?
    private(set) var log: ConnectionLog
    private var outgoing: [UInt8] = []
    private var sentOfOutgoing = 0
    private var incoming: [UInt8] = []
    private var consumed = 0
    private var consumedTotal = 0
    /// Edge-triggered readiness, as epoll last reported it.
    var mayRead = false
    var mayWrite = true
    /// The server's FIN or RST has come: reading goes on to the end of the stream.
    var peerIsClosing = false
    private var isHalfClosed = false
    /// The reply stream broke the protocol; nothing more can be expected of it.
    private(set) var isMalformed = false
    /// What was sent and is not answered yet, where replies are framed by their requests; else nil.
    private var asked: [UInt8]?
    private var answered = 0

    /// Opens a non-blocking connection from `source` to `port` of 127.0.0.1. socket(2), bind(2), connect(2).
    ///
    /// - Throws: EADDRINUSE and EADDRNOTAVAIL where another program holds the source; EMFILE and its like.
    init(client: Int, source: ClientSource, port: UInt16, receiveBuffer: Int?) throws(SystemError) {
        log = ConnectionLog(client: client, source: source)
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try system("socket") { Glibc.socket(AF_INET, type, 0) }
        let socket = Descriptor(raw, "client connection")
        do throws(SystemError) {
            setOption(raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            if let receiveBuffer { setOption(raw, SOL_SOCKET, SO_RCVBUF, Int32(receiveBuffer)) }
            // The kernel is to choose a port at connect, by the whole 4-tuple; a port of ours may be in TIME_WAIT.
            let (address, ownPort) = source.binding
            if ownPort == 0 {
                try system("setsockopt") { cf_bind_address_no_port(raw) }
            } else {
                setOption(raw, SOL_SOCKET, SO_REUSEADDR, 1)
            }
            try system("bind") { withAddress(address, ownPort) { Glibc.bind(raw, $0, $1) } }
            if withAddress(loopback, port, { Glibc.connect(raw, $0, $1) }) == -1, errno != EINPROGRESS {
                if errno == ECONNREFUSED { log.wasReset = true } else { throw SystemError("connect") }
            }
        } catch {
            socket.close()
            throw error
        }
        self.socket = consume socket
    }

    /// The descriptor's number; nil once closed.
    var raw: Int32? {
        switch socket {
        case .some(let socket): socket.raw
        case .none: nil
        }
    }

    /// The script's half-close: no more requests, but replies are still wanted.
    func halfClose() {
        shutdownWriting()
        log.keptReading = true
    }

    /// Notes which process of the target serves it.
    func served(by process: Int?) {
        log.serverProcess = process
    }

    /// Nothing more can come: closed by us, by the server, or reset.
    var isOver: Bool { raw == nil || log.serverClosed || log.wasReset }

    var hasOutgoing: Bool { sentOfOutgoing < outgoing.count }

    /// Queues bytes, and sends what the socket takes now.
    func send(_ bytes: [UInt8], now: Int64) {
        guard raw != nil, !log.wasReset else { return }
        asked?.append(contentsOf: bytes)
        log.sends.append(.init(offset: log.sentBytes + outgoing.count - sentOfOutgoing, nanoseconds: now))
        if hasOutgoing {
            outgoing.append(contentsOf: bytes)
        } else {
            outgoing = bytes
            sentOfOutgoing = 0
        }
        flush()
    }

    /// Sends what waits, as far as the socket takes it. send(2).
    func flush() {
        while hasOutgoing, mayWrite, let raw, !log.wasReset {
            let sent = outgoing.withUnsafeBytes { bytes in
                Glibc.send(
                    raw, bytes.baseAddress! + sentOfOutgoing, bytes.count - sentOfOutgoing,
                    Int32(MSG_NOSIGNAL))
            }
            if sent >= 0 {
                sentOfOutgoing += sent
                log.sentBytes += sent
            } else if errno == EAGAIN || errno == ENOTCONN || errno == EINPROGRESS {
                mayWrite = false
            } else if errno != EINTR {
                log.wasReset = true
            }
        }
    }

    /// Reads what is there. recv(2).
    func read(scratch: UnsafeMutableRawBufferPointer) {
        while mayRead, let raw, !log.serverClosed, !log.wasReset {
            let count = recv(raw, scratch.baseAddress!, scratch.count, 0)
            if count > 0 {
                let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<count])
                incoming.append(contentsOf: bytes)
                log.receivedBytes += count
                log.receivedHash.add(bytes)
                // A short read emptied the socket: new bytes bring a new edge.
                if count < scratch.count, !peerIsClosing { mayRead = false }
            } else if count == 0 {
                log.serverClosed = true
            } else if errno == EAGAIN {
                mayRead = false
            } else if errno != EINTR {
                log.wasReset = true
            }
        }
    }

    /// Takes one whole reply off the front of what was read; false when there is none yet.
    func takeReply(_ codec: any WireCodec) -> Bool {
        guard !isMalformed, consumed < incoming.count else { return false }
        let request = request(codec)
        switch frame(codec, request) {
        case .message(let length):
            answered = request.upperBound
            consumed += length
            consumedTotal += length
            log.replies.append(.init(offset: consumedTotal, nanoseconds: Clock.wall))
            if consumed == incoming.count {
                incoming.removeAll(keepingCapacity: true)
                consumed = 0
            }
            return true
        case .incomplete: return false
        case .malformed:
            isMalformed = true
            return false
        }
    }

    /// Remembers requests, for a protocol whose replies cannot be framed without.
    func rememberRequests() {
        asked = []
    }

    /// Where the first unanswered request lies in `asked`; empty where that does not matter.
    private func request(_ codec: any WireCodec) -> Range<Int> {
        guard let asked, answered < asked.count,
            case .message(let length) = codec.frame(asked.span.extracting(droppingFirst: answered), from: .client)
        else { return answered..<answered }
        return answered..<answered + length
    }

    private func frame(_ codec: any WireCodec, _ request: Range<Int>) -> Framing {
        let held = incoming
        guard let asked, !request.isEmpty else {
            return codec.frameReply(held.span.extracting(consumed..<held.count), to: nil)
        }
        let framing = codec.frameReply(
            held.span.extracting(consumed..<held.count), to: asked.span.extracting(request))
        guard framing == .incomplete, log.serverClosed else { return framing }
        let isWhole = codec.endsWithStream(
            held.span.extracting(consumed..<held.count), to: asked.span.extracting(request))
        return isWhole ? .message(length: held.count - consumed) : framing
    }

    /// Forgets what was read and not expected: the end of an execution needs only its hash.
    func discardIncoming() {
        incoming.removeAll(keepingCapacity: true)
        consumed = 0
    }

    /// Half-close. shutdown(2).
    func shutdownWriting() {
        guard let raw, !isHalfClosed else { return }
        isHalfClosed = true
        Glibc.shutdown(raw, Int32(SHUT_WR))
    }

    /// Closes before the script's end: what is still to come is not wanted any more.
    func leave(reset: Bool) {
        log.keptReading = false
        close(reset: reset)
    }

    /// Closes in the ordinary way, or with a reset (SO_LINGER with a time of 0).
    func close(reset: Bool) {
        guard let raw else { return }
        if reset {
            log.clientReset = true
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        }
        socket.take()?.close()
    }
}

/// 127.0.0.1 in host byte order.
let loopback: UInt32 = 0x7F00_0001

/// Calls `body` with an IPv4 address in the form that the socket calls take.
func withAddress<R>(_ address: UInt32, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var storage = sockaddr_in()
    storage.sin_family = sa_family_t(AF_INET)
    storage.sin_port = port.bigEndian
    storage.sin_addr.s_addr = address.bigEndian
    return withUnsafePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// Sets an integer option that cannot fail on a socket of this kind. setsockopt(2).
func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}
