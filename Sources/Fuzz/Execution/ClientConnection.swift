import CLinux
import Glibc
import Wire
import System

/// One client's non-blocking socket: it performs what its `ClientMachine` wants, and tells it what came of it.
final class ClientConnection {
    private var machine: ClientMachine
    private let isDatagram: Bool
    /// Where what crosses the socket is written down, if no capture does.
    private let recording: ClientRecording?
    private var socket: Descriptor?

    /// Opens a non-blocking connection from `source` to `address`, on a socket of its own. bind(2), connect(2).
    ///
    /// - Throws: EADDRINUSE and EADDRNOTAVAIL where another program holds the source; EMFILE and its like.
    init(
        client: Int, socket: consuming Descriptor, source: ClientSource, address: TargetAddress, receiveBuffer: Int?,
        recording: ClientRecording?, codec: any WireCodec
    ) throws(SystemError) {
        isDatagram = address.transport == .udp
        self.recording = recording
        machine = ClientMachine(
            client: client, source: source, isDatagram: isDatagram, isRecorded: recording != nil, codec: codec)
        let raw = socket.raw
        do throws(SystemError) {
            if let receiveBuffer { setOption(raw, SOL_SOCKET, SO_RCVBUF, Int32(receiveBuffer)) }
            try Self.bind(raw, source, address)
            if !Self.connect(raw, address) {
                guard Self.meansRefused(errno, address) else { throw SystemError("connect") }
                machine.wasRefused()
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

    // MARK: What it is

    var log: ConnectionLog { machine.log }
    var client: Int { machine.log.client }
    var source: ClientSource { machine.log.source }
    var receivedBytes: Int { machine.log.receivedBytes }
    /// Nothing more can come: closed by us, by the server, or reset.
    var isOver: Bool { machine.isOver }
    /// The reply stream broke the protocol; nothing more can be expected of it.
    var isMalformed: Bool { machine.isMalformed }
    var hasOutgoing: Bool { machine.hasOutgoing }
    var mayRead: Bool { machine.mayRead }
    /// Bytes that were read and are part of no reply that was expected.
    var unexpectedBytes: Int { machine.unexpectedBytes }
    var mayBeQueued: Bool { machine.mayBeQueued }

    /// The descriptor's number; nil once closed.
    var raw: Int32? {
        switch socket {
        case .some(let socket): socket.raw
        case .none: nil
        }
    }

    // MARK: What the script wants

    /// Queues bytes, and sends what the socket takes now; over UDP a datagram for each message.
    func send(_ bytes: [UInt8], _ codec: any WireCodec, now: Int64) {
        if isDatagram { sendDatagrams(bytes, codec) } else { perform(machine.send(bytes, now: now)) }
    }

    /// The script's half-close: no more requests, but replies are still wanted.
    func halfClose() { perform(machine.halfClose()) }

    /// Half-close.
    func shutdownWriting() { perform(machine.shutDownWriting()) }

    /// Closes before the script's end: what is still to come is not wanted any more.
    func leave(reset: Bool) { perform(machine.leave(reset: reset)) }

    /// Closes in the ordinary way, or with a reset.
    func close(reset: Bool) { perform(machine.close(reset: reset)) }

    /// Takes one whole reply off the front of what was read; false when there is none yet.
    func takeReply(_ codec: any WireCodec) -> Bool { machine.takeReply(codec) { Clock.wall } }

    /// What the last reply told that tells something.
    var told: [UInt8]? { machine.told }

    /// Forgets what was read and not expected.
    func discardIncoming() { machine.discardIncoming() }

    /// The script is over, and nothing has been ended yet.
    func scriptEnds() { machine.scriptEnds() }

    /// Notes which process of the target serves it.
    func served(by process: Int?) { machine.served(by: process) }

    // MARK: The socket

    /// What epoll reports.
    func became(readable: Bool, writable: Bool, closing: Bool) {
        perform(machine.became(readable: readable, writable: writable, closing: closing))
    }

    private func perform(_ action: ClientMachine.Action) {
        switch action {
        case .nothing: break
        case .send: flush()
        case .shutDownWriting:
            if let raw, Glibc.shutdown(raw, Int32(SHUT_WR)) == 0 { recording?.closed(source, byServer: false) }
        case .close(let reset, let isFirstEnd): close(reset: reset, isFirstEnd: isFirstEnd)
        case .noteEnd: recording?.closed(source, byServer: true)
        case .noteReset: recording?.reset(source, byServer: true)
        }
    }

    /// Sends what waits, as far as the socket takes it. send(2).
    private func flush() {
        var action = ClientMachine.Action.send
        while action == .send, let raw {
            let begin = recording == nil ? 0 : Clock.wall
            let sent = machine.outgoing.withUnsafeBytes { bytes in
                let count = Glibc.send(raw, bytes.baseAddress!, bytes.count, Int32(MSG_NOSIGNAL))
                if count > 0 { recording?.sent(source, UnsafeRawBufferPointer(rebasing: bytes[..<count]), at: begin) }
                return count
            }
            if sent < 0, errno == EINTR { continue }
            action = machine.sent(Self.result(sent))
        }
        perform(action)
    }

    /// Sends each message of `bytes` in a datagram of its own, and what is no message in one more. send(2).
    private func sendDatagrams(_ bytes: [UInt8], _ codec: any WireCodec) {
        var rest = bytes[...]
        while let raw, let length = machine.nextDatagram(of: rest, codec, now: Clock.wall) {
            let sent = rest.withUnsafeBytes { Glibc.send(raw, $0.baseAddress!, length, Int32(MSG_NOSIGNAL)) }
            machine.sentDatagram(Self.result(sent))
            rest = rest.dropFirst(length)
        }
    }

    private static func result(_ count: Int) -> ClientMachine.Sent {
        guard count < 0 else { return .bytes(count) }
        return switch errno {
        case EAGAIN, ENOTCONN, EINPROGRESS: .full
        case ECONNREFUSED: .refused
        default: .failed
        }
    }

    /// Reads what is there, and counts it off `budget`: nothing more once that is used up, and only so much in one turn,
    /// for a target may send as fast as we read. recv(2).
    func read(scratch: UnsafeMutableRawBufferPointer, atMost budget: inout Int) {
        var turn = Self.turnBytes
        while machine.wantsToRead, budget > 0, turn > 0, let raw {
            let count = recv(raw, scratch.baseAddress!, scratch.count, 0)
            if count > 0 {
                let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<count])
                budget -= count
                turn -= count
                perform(machine.received(.bytes(bytes, mayBeMore: count == scratch.count)))
                recording?.received(source, bytes, at: Clock.wall)
            } else if count == 0 {
                perform(machine.received(.end))
            } else if errno == EAGAIN {
                perform(machine.received(.nothing))
            } else if errno != EINTR {
                perform(machine.received(.failed))
            }
        }
    }

    /// Bytes that one connection reads before the others have their turn, and the clock is looked at.
    private static let turnBytes = 1 << 20

    /// Writes down what a client that leaves, or whose execution came to a halt, had not read yet: all of it, or that the
    /// client held the server up, where there is more than a socket's buffer takes. A capture shows that by itself.
    func noteUnread(scratch: UnsafeMutableRawBufferPointer, atMost budget: inout Int) {
        guard let recording, let raw, !isOver else { return }
        var unread: Int32 = 0
        _ = ioctl(raw, UInt(FIONREAD), &unread)
        if Int(unread) >= Self.holdingUpBytes {
            recording.stoppedReading(source)
        } else {
            machine.lookForBytes()
            read(scratch: scratch, atMost: &budget)
        }
    }

    /// Unread bytes with which a Unix socket may be full, whatever the server has set its buffer to.
    private static let holdingUpBytes = 16 << 10

    /// Closes in the ordinary way, or with a reset (SO_LINGER with a time of 0).
    private func close(reset: Bool, isFirstEnd: Bool) {
        if reset, let raw {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        }
        if reset {
            recording?.reset(source, byServer: false)
        } else if isFirstEnd {
            recording?.closed(source, byServer: false)
        }
        socket.take()?.close()
    }

    // MARK: The listen queue

    /// Bytes that the server's kernel has not taken; nil where nobody can tell. Where the queue of its listener is full it is
    /// asked again in a second: tcp(7), SIOCOUTQ.
    private var unacknowledged: Int? {
        var count: Int32 = 0
        guard let raw, !isDatagram, recording == nil, ioctl(raw, UInt(TIOCOUTQ), &count) == 0 else { return nil }
        return Int(count)
    }

    /// Whether the server's kernel has taken all that was sent.
    var isHeard: Bool { machine.isHeard(unacknowledged: unacknowledged) }

    /// The client waits no longer for a reply.
    /// There will be no reply that it waits for.
    func isLeftWaiting() { machine.isLeftWaiting() }

    func givesUp() { machine.givesUp(unacknowledged: unacknowledged) }

    /// What names it in a listen queue. A Unix socket that was closed has no name there any more.
    var queueName: QueuedClient {
        guard recording != nil else { return .source(source) }
        var status = stat()
        guard let raw, fstat(raw, &status) == 0 else { return .closed }
        return .inode(UInt32(truncatingIfNeeded: status.st_ino))
    }

    /// It waited in the listen queue at this time, or what it was owed began then. Wall clock, nanoseconds.
    func wasQueued(at time: Int64) { machine.wasQueued(at: time) }

    /// It does not wait in the listen queue.
    func isNotQueued() { machine.isNotQueued(isHeard: isHeard) }
}
