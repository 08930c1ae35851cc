import CLinux
import Glibc
import Wire
import System

/// One client's connection: a non-blocking socket, what waits to be sent, and what was read and not yet expected. Over UDP
/// a socket that sends one message a datagram, and takes each datagram for a reply.
final class ClientConnection {
    private let isDatagram: Bool
    /// Where what crosses the socket is written down, if no capture does.
    private let recording: ClientRecording?
    private var socket: Descriptor?
    private(set) var log: ConnectionLog
    private var outgoing: [UInt8] = []
    private var sentOfOutgoing = 0
    private var incoming: [UInt8] = []
    private var consumed = 0
    private var consumedTotal = 0
    /// The lengths of datagrams that were read and not expected yet.
    private var datagrams: [Int] = []
    /// Edge-triggered readiness, as epoll last reported it.
    var mayRead = false
    var mayWrite = true
    /// The server's FIN or RST has come: reading goes on to the end of the stream.
    var peerIsClosing = false
    private var isHalfClosed = false
    private var isAccepted = false
    /// The reply stream broke the protocol; nothing more can be expected of it.
    private(set) var isMalformed = false
    /// What was sent and is not answered yet, where replies are framed by their requests; else nil.
    private var asked: [UInt8]?
    private var answered = 0

    /// Opens a non-blocking connection from `source` to `address`. socket(2), bind(2), connect(2).
    ///
    /// - Throws: EADDRINUSE and EADDRNOTAVAIL where another program holds the source; EMFILE and its like.
    init(
        client: Int, source: ClientSource, address: TargetAddress, receiveBuffer: Int?, recording: ClientRecording?
    ) throws(SystemError) {
        log = ConnectionLog(client: client, source: source)
        isDatagram = address.transport == .udp
        self.recording = recording
        let type = Int32(address.socketType.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = try system("socket") { Glibc.socket(address.family, type, 0) }
        let socket = Descriptor(raw, "client connection")
        do throws(SystemError) {
            if let receiveBuffer { setOption(raw, SOL_SOCKET, SO_RCVBUF, Int32(receiveBuffer)) }
            try Self.bind(raw, source, address)
            if !Self.connect(raw, address) {
                guard Self.meansRefused(errno, address) else { throw SystemError("connect") }
                log.wasReset = true
                recording?.refused(source)
            } else {
                recording?.opened(source)
            }
        } catch {
            socket.close()
            throw error
        }
        self.socket = consume socket
    }

    /// Binds the socket to its source.
    private static func bind(_ raw: Int32, _ source: ClientSource, _ address: TargetAddress) throws(SystemError) {
        let (own, ownPort) = source.binding
        switch address.transport {
        case .unix: return
        case .udp:
            try system("bind") { withAddress(own, ownPort) { Glibc.bind(raw, $0, $1) } }
            return
        case .tcp, .tcp6: setOption(raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        // The kernel is to choose a port at connect, by the whole 4-tuple; a port of ours may be in TIME_WAIT.
        if ownPort == 0 {
            try system("setsockopt") { cf_bind_address_no_port(raw) }
        } else {
            setOption(raw, SOL_SOCKET, SO_REUSEADDR, 1)
        }
        try system("bind") {
            address.transport == .tcp6
                ? withLoopback6(ownPort) { Glibc.bind(raw, $0, $1) }
                : withAddress(own, ownPort) { Glibc.bind(raw, $0, $1) }
        }
    }

    /// Begins to connect; false for an error. The queue of a Unix socket may be full (EAGAIN), and is given some time.
    private static func connect(_ raw: Int32, _ address: TargetAddress) -> Bool {
        for attempt in 0..<connectAttempts {
            if address.withSocketAddress({ Glibc.connect(raw, $0, $1) }) == 0 || errno == EINPROGRESS { return true }
            guard address.transport == .unix, errno == EAGAIN, attempt + 1 < connectAttempts else { break }
            Clock.sleep(milliseconds: 1)
            errno = EAGAIN
        }
        return false
    }

    /// Milliseconds that the queue of a Unix socket may be full.
    private static let connectAttempts = 1000

    /// Whether an error of connect(2) says that nobody listens, or nobody accepts; a socket file may be gone.
    private static func meansRefused(_ error: Int32, _ address: TargetAddress) -> Bool {
        error == ECONNREFUSED || (address.transport == .unix && (error == ENOENT || error == EAGAIN))
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

    /// Whether the server's kernel has taken all that was sent. Where the queue of its listener is full it has not even taken
    /// the connection, and is asked again in a second: tcp(7), SIOCOUTQ.
    var isHeard: Bool {
        guard let raw, !isDatagram, recording == nil else { return true }
        var unacknowledged: Int32 = 0
        return !hasOutgoing && (ioctl(raw, UInt(TIOCOUTQ), &unacknowledged) != 0 || unacknowledged == 0)
    }

    /// The client waits no longer for a reply: notes whether the server's kernel has taken nothing at all.
    func noteUnheard() {
        var unacknowledged: Int32 = 0
        guard let raw, !isDatagram, recording == nil, ioctl(raw, UInt(TIOCOUTQ), &unacknowledged) == 0 else { return }
        log.isUnheard = unacknowledged > 0 && Int(unacknowledged) >= log.sentBytes
    }

    /// Whether the target may not have accepted it yet; that the client has closed it changes nothing.
    var mayBeQueued: Bool { !isAccepted && !isDatagram && !log.serverClosed && !log.wasReset }

    /// What names it in a listen queue. A Unix socket that was closed has no name there any more.
    var queueName: QueuedClient {
        guard recording != nil else { return .source(log.source) }
        var status = stat()
        guard let raw, fstat(raw, &status) == 0 else { return .closed }
        return .inode(UInt32(truncatingIfNeeded: status.st_ino))
    }

    /// It waited in the listen queue at this time, or what it was owed began then. Wall clock, nanoseconds.
    func wasQueued(at time: Int64) {
        log.owedSince = time
    }

    /// It does not wait in the listen queue: it was accepted, or has not got there.
    func isNotQueued() {
        if log.owedSince != nil || (raw != nil && isHeard) { isAccepted = true }
    }

    var hasOutgoing: Bool { sentOfOutgoing < outgoing.count }

    /// Queues bytes, and sends what the socket takes now; over UDP a datagram for each message.
    func send(_ bytes: [UInt8], _ codec: any WireCodec, now: Int64) {
        guard raw != nil, !log.wasReset else { return }
        guard !isDatagram else { return sendDatagrams(bytes, codec) }
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

    /// Sends each message of `bytes` in a datagram of its own, and what is no message in one more. A datagram that the
    /// socket does not take is lost, as on any way.
    private func sendDatagrams(_ bytes: [UInt8], _ codec: any WireCodec) {
        var rest = bytes[...]
        while !rest.isEmpty, let raw {
            var length = rest.count
            if case .message(let count) = codec.frame(rest.span, from: .client) { length = min(count, rest.count) }
            log.sends.append(.init(offset: log.sentBytes, nanoseconds: Clock.wall))
            let sent = rest.withUnsafeBytes { Glibc.send(raw, $0.baseAddress!, length, Int32(MSG_NOSIGNAL)) }
            if sent >= 0 { log.sentBytes += sent }
            if sent < 0, errno == ECONNREFUSED { log.wasReset = true }
            rest = rest.dropFirst(length)
        }
    }

    /// Sends what waits, as far as the socket takes it. send(2).
    func flush() {
        while hasOutgoing, mayWrite, let raw, !log.wasReset {
            let begin = recording == nil ? 0 : Clock.wall
            let sent = outgoing.withUnsafeBytes { bytes in
                Glibc.send(
                    raw, bytes.baseAddress! + sentOfOutgoing, bytes.count - sentOfOutgoing,
                    Int32(MSG_NOSIGNAL))
            }
            if sent >= 0 {
                outgoing.withUnsafeBytes { bytes in
                    let taken = UnsafeRawBufferPointer(rebasing: bytes[sentOfOutgoing..<sentOfOutgoing + sent])
                    recording?.sent(log.source, taken, at: begin)
                }
                sentOfOutgoing += sent
                log.sentBytes += sent
            } else if errno == EAGAIN || errno == ENOTCONN || errno == EINPROGRESS {
                mayWrite = false
            } else if errno != EINTR, recording != nil {
                // What the server said before it closed is still to be read.
                outgoing.removeAll(keepingCapacity: true)
                sentOfOutgoing = 0
                mayRead = true
                peerIsClosing = true
            } else if errno != EINTR {
                meetReset()
            }
        }
    }

    /// The server has reset the connection, or closed it with requests unread.
    private func meetReset() {
        log.wasReset = true
        recording?.reset(log.source, byServer: true)
    }

    /// Reads what is there, and counts it off `budget`: nothing more once that is used up, and only so much in one turn,
    /// for a target may send as fast as we read. recv(2).
    func read(scratch: UnsafeMutableRawBufferPointer, atMost budget: inout Int) {
        var turn = Self.turnBytes
        while mayRead, budget > 0, turn > 0, let raw, !log.serverClosed, !log.wasReset {
            let count = recv(raw, scratch.baseAddress!, scratch.count, 0)
            if count > 0 {
                let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<count])
                incoming.append(contentsOf: bytes)
                log.receivedBytes += count
                budget -= count
                turn -= count
                log.receivedHash.add(bytes)
                recording?.received(log.source, bytes, at: Clock.wall)
                if isDatagram {
                    datagrams.append(count)
                    continue
                }
                // A short read emptied the socket: new bytes bring a new edge.
                if count < scratch.count, !peerIsClosing { mayRead = false }
            } else if count == 0 {
                if isDatagram { continue }
                log.serverClosed = true
                recording?.closed(log.source, byServer: true)
            } else if errno == EAGAIN {
                mayRead = false
            } else if errno != EINTR {
                meetReset()
            }
        }
    }

    /// Bytes that were read and are part of no reply that was expected.
    var unexpectedBytes: Int { incoming.count - consumed }

    /// Bytes that one connection reads before the others have their turn, and the clock is looked at.
    private static let turnBytes = 1 << 20

    /// Takes one whole reply off the front of what was read; false when there is none yet.
    func takeReply(_ codec: any WireCodec) -> Bool {
        guard !isMalformed, consumed < incoming.count else { return false }
        if isDatagram, !datagrams.isEmpty {
            finishReply(datagrams.removeFirst())
            return true
        }
        let request = request(codec)
        switch frame(codec, request) {
        case .message(let length):
            answered = request.upperBound
            finishReply(length)
            return true
        case .incomplete: return false
        case .malformed:
            isMalformed = true
            return false
        }
    }

    private func finishReply(_ length: Int) {
        consumed += length
        consumedTotal += length
        log.replies.append(.init(offset: consumedTotal, nanoseconds: Clock.wall))
        if consumed == incoming.count {
            incoming.removeAll(keepingCapacity: true)
            consumed = 0
        }
    }

    /// Writes down what a client that leaves, or whose execution came to a halt, had not read yet: all of it, or that the
    /// client held the server up, where there is more than a socket's buffer takes. A capture shows that by itself.
    func noteUnread(scratch: UnsafeMutableRawBufferPointer, atMost budget: inout Int) {
        guard let recording, let raw, !isOver else { return }
        var unread: Int32 = 0
        _ = ioctl(raw, UInt(FIONREAD), &unread)
        if Int(unread) >= Self.holdingUpBytes {
            recording.stoppedReading(log.source)
        } else {
            mayRead = true
            read(scratch: scratch, atMost: &budget)
        }
    }

    /// Unread bytes with which a Unix socket may be full, whatever the server has set its buffer to.
    private static let holdingUpBytes = 16 << 10

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
        datagrams.removeAll(keepingCapacity: true)
        consumed = 0
    }

    /// Half-close. shutdown(2). Over UDP there is nothing to be said.
    func shutdownWriting() {
        guard let raw, !isHalfClosed, !isDatagram else { return }
        isHalfClosed = true
        if Glibc.shutdown(raw, Int32(SHUT_WR)) == 0 { recording?.closed(log.source, byServer: false) }
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
        if reset {
            recording?.reset(log.source, byServer: false)
        } else if !isHalfClosed {
            recording?.closed(log.source, byServer: false)
        }
        socket.take()?.close()
    }
}
