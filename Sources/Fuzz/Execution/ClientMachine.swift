package import Wire

/// One client's connection without its socket, as a value: what waits to be sent, what was read and is not expected yet, and
/// what the log says. It is told what the script wants and what happened at the socket, and answers what is to be done
/// there; it does nothing itself. Over UDP it sends one message a datagram, and takes each datagram for a reply.
package struct ClientMachine {
    /// What is to be done at the socket, or written down where nothing captures it.
    package enum Action: Equatable {
        case nothing
        /// Hand over what is outgoing.
        case send
        case shutDownWriting
        case close(reset: Bool, isFirstEnd: Bool)
        /// The server has closed its side.
        case noteEnd
        /// The server has reset the connection, or closed it with requests unread.
        case noteReset
    }

    /// What a call that sends came to.
    package enum Sent {
        case bytes(Int)
        /// The socket takes no more now.
        case full
        case refused
        case failed
    }

    /// What a call that receives came to.
    package enum Received {
        /// - `mayBeMore`: they filled the buffer; a short read has emptied the socket, and new bytes bring a new edge.
        case bytes(UnsafeRawBufferPointer, mayBeMore: Bool)
        case nothing
        case end
        case failed
    }

    package private(set) var log: ConnectionLog
    private let isDatagram: Bool
    /// Whether clients write down what nothing captures: over Unix sockets.
    private let isRecorded: Bool
    private var queue: [UInt8] = []
    private var sentOfQueue = 0
    private var incoming: [UInt8] = []
    private var consumed = 0
    private var consumedTotal = 0
    /// The lengths of datagrams that were read and not expected yet.
    private var datagrams: [Int] = []
    /// Edge-triggered readiness, as epoll last reported it.
    package private(set) var mayRead = false
    private var mayWrite = true
    /// The server's FIN or RST has come: reading goes on to the end of the stream.
    private var peerIsClosing = false
    private var isHalfClosed = false
    private var isClosed = false
    private var isAccepted = false
    /// The reply stream broke the protocol; nothing more can be expected of it.
    package private(set) var isMalformed = false
    /// What was sent, where replies are told by their requests; else nil.
    private var asked: [UInt8]?
    private var answered = 0
    /// Tells which messages answer which requests, where the protocol does not do with the order.
    private var pairing: (any ReplyPairing)?
    /// What the last reply told that tells something.
    package private(set) var told: [UInt8]?

    package init(client: Int, source: ClientSource, isDatagram: Bool, isRecorded: Bool, codec: any WireCodec) {
        log = ConnectionLog(client: client, source: source)
        self.isDatagram = isDatagram
        self.isRecorded = isRecorded
        pairing = codec.pairing()
        asked = codec.framesRepliesByRequest || pairing != nil ? [] : nil
    }

    // MARK: What it is

    /// Nothing more can come: closed by us, by the server, or reset.
    package var isOver: Bool { isClosed || log.serverClosed || log.wasReset }

    package var hasOutgoing: Bool { sentOfQueue < queue.count }

    /// What the socket has not taken yet.
    package var outgoing: ArraySlice<UInt8> { queue[sentOfQueue...] }

    /// Whether a read may bring something.
    package var wantsToRead: Bool { mayRead && !isOver }

    /// Bytes that were read and are part of no reply that was expected.
    package var unexpectedBytes: Int { incoming.count - consumed }

    // MARK: What the script wants

    /// Nobody listens.
    package mutating func wasRefused() { log.wasReset = true }

    /// Queues bytes.
    package mutating func send(_ bytes: [UInt8], now: Int64) -> Action {
        guard !isClosed, !log.wasReset else { return .nothing }
        asked?.append(contentsOf: bytes)
        log.sends.append(.init(offset: log.sentBytes + queue.count - sentOfQueue, nanoseconds: now))
        if hasOutgoing {
            queue.append(contentsOf: bytes)
        } else {
            queue = bytes
            sentOfQueue = 0
        }
        return nextSend
    }

    /// The length of the datagram at the front of `bytes`: a message, or all that is none.
    package mutating func nextDatagram(of bytes: ArraySlice<UInt8>, _ codec: any WireCodec, now: Int64) -> Int? {
        guard !isClosed, !log.wasReset, !bytes.isEmpty else { return nil }
        log.sends.append(.init(offset: log.sentBytes, nanoseconds: now))
        guard case .message(let count) = codec.frame(bytes.span, from: .client) else { return bytes.count }
        return min(count, bytes.count)
    }

    /// The script's half-close: no more requests, but replies are still wanted.
    package mutating func halfClose() -> Action {
        log.keptReading = true
        return shutDownWriting()
    }

    /// Half-close. Over UDP there is nothing to be said.
    package mutating func shutDownWriting() -> Action {
        guard !isClosed, !isHalfClosed, !isDatagram else { return .nothing }
        isHalfClosed = true
        return .shutDownWriting
    }

    /// Closes before the script's end: what is still to come is not wanted any more.
    package mutating func leave(reset: Bool) -> Action {
        log.keptReading = false
        return close(reset: reset)
    }

    package mutating func close(reset: Bool) -> Action {
        guard !isClosed else { return .nothing }
        isClosed = true
        if reset { log.clientReset = true }
        return .close(reset: reset, isFirstEnd: !isHalfClosed)
    }

    // MARK: What happens at the socket

    /// Edges of readiness.
    package mutating func became(readable: Bool, writable: Bool, closing: Bool) -> Action {
        if closing { peerIsClosing = true }
        if readable { mayRead = true }
        guard writable else { return .nothing }
        mayWrite = true
        return nextSend
    }

    /// A look is wanted whatever epoll has said.
    package mutating func lookForBytes() { mayRead = true }

    private var nextSend: Action { hasOutgoing && mayWrite && !isClosed && !log.wasReset ? .send : .nothing }

    /// What sending `outgoing` came to.
    package mutating func sent(_ result: Sent) -> Action {
        switch result {
        case .bytes(let count):
            sentOfQueue += count
            log.sentBytes += count
            return nextSend
        case .full:
            mayWrite = false
            return .nothing
        case .refused, .failed:
            guard isRecorded else {
                log.wasReset = true
                return .noteReset
            }
            // What the server said before it closed is still to be read.
            queue.removeAll(keepingCapacity: true)
            sentOfQueue = 0
            mayRead = true
            peerIsClosing = true
            return .nothing
        }
    }

    /// What sending a datagram came to. One that the socket does not take is lost, as on any way.
    package mutating func sentDatagram(_ result: Sent) {
        switch result {
        case .bytes(let count): log.sentBytes += count
        case .refused: log.wasReset = true
        case .full, .failed: break
        }
    }

    /// What receiving came to.
    package mutating func received(_ result: Received) -> Action {
        switch result {
        case .bytes(let bytes, let mayBeMore):
            incoming.append(contentsOf: bytes)
            log.receivedBytes += bytes.count
            log.receivedHash.add(bytes)
            if isDatagram {
                datagrams.append(bytes.count)
            } else if !mayBeMore, !peerIsClosing {
                mayRead = false
            }
            return .nothing
        case .nothing:
            mayRead = false
            return .nothing
        case .end:
            // An empty datagram ends nothing.
            if isDatagram { return .nothing }
            log.serverClosed = true
            return .noteEnd
        case .failed:
            log.wasReset = true
            return .noteReset
        }
    }

    // MARK: Replies

    /// Takes one whole reply off the front of what was read; false when there is none yet.
    package mutating func takeReply(_ codec: any WireCodec, now: () -> Int64) -> Bool {
        guard !isMalformed, consumed < incoming.count else { return false }
        if isDatagram, !datagrams.isEmpty {
            finishReply(datagrams.removeFirst(), now())
            return true
        }
        while consumed < incoming.count {
            let request = request(codec)
            switch frame(codec, request) {
            case .message(let length):
                guard place(ofNext: length, request) == .reply(more: 0) else {
                    consume(length)
                    continue
                }
                answered = request.upperBound
                told = codec.told(incoming.span.extracting(consumed..<consumed + length)) ?? told
                finishReply(length, now())
                return true
            case .incomplete: return false
            case .malformed:
                isMalformed = true
                return false
            }
        }
        return false
    }

    /// What the next message is, which is so long: more may belong to the same reply, or it may answer nobody.
    private mutating func place(ofNext length: Int, _ request: Range<Int>) -> MessagePlace {
        guard pairing != nil else { return .reply(more: 0) }
        let (held, asked) = (incoming, asked ?? [])
        let message = held.span.extracting(consumed..<consumed + length)
        guard !request.isEmpty else { return pairing?.place(of: message, after: nil) ?? .unsolicited }
        return pairing?.place(of: message, after: asked.span.extracting(request)) ?? .unsolicited
    }

    private mutating func finishReply(_ length: Int, _ now: Int64) {
        consume(length)
        log.replies.append(.init(offset: consumedTotal, nanoseconds: now))
    }

    private mutating func consume(_ length: Int) {
        consumed += length
        consumedTotal += length
        if consumed == incoming.count {
            incoming.removeAll(keepingCapacity: true)
            consumed = 0
        }
    }

    /// Where the first unanswered request lies in `asked`; empty where that does not matter.
    private func request(_ codec: any WireCodec) -> Range<Int> {
        guard let asked else { return answered..<answered }
        var start = answered
        while start < asked.count,
            case .message(let length) = codec.frame(asked.span.extracting(droppingFirst: start), from: .client)
        {
            if codec.isAnswered(asked.span.extracting(start..<start + length)) { return start..<start + length }
            start += length
        }
        return start..<start
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
    package mutating func discardIncoming() {
        incoming.removeAll(keepingCapacity: true)
        datagrams.removeAll(keepingCapacity: true)
        consumed = 0
    }

    // MARK: What is seen of the server

    /// The script is over, and nothing has been ended yet.
    package mutating func scriptEnds() {
        log.heardInScript = log.receivedBytes
        log.wasOverInScript = log.serverClosed || log.wasReset
    }

    /// Which process of the target serves it.
    package mutating func served(by process: Int?) { log.serverProcess = process }

    /// Whether the server's kernel has taken all that was sent, of which so many bytes are not acknowledged: nil where
    /// nobody can tell. Where the queue of its listener is full it has not even taken the connection.
    package func isHeard(unacknowledged: Int?) -> Bool {
        guard let unacknowledged else { return true }
        return !hasOutgoing && unacknowledged == 0
    }

    /// The client waits no longer for a reply: notes whether the server's kernel has taken nothing at all.
    package mutating func givesUp(unacknowledged: Int?) {
        guard let unacknowledged else { return }
        log.isUnheard = unacknowledged > 0 && unacknowledged >= log.sentBytes
    }

    /// There will be no reply that the client waits for.
    package mutating func isLeftWaiting() { log.wasLeftWaiting = true }

    /// Whether the target may not have accepted it yet; that the client has closed it changes nothing.
    package var mayBeQueued: Bool { !isAccepted && !isDatagram && !log.serverClosed && !log.wasReset }

    /// It waited in the listen queue at this time, or what it was owed began then. Wall clock, nanoseconds.
    package mutating func wasQueued(at time: Int64) { log.owedSince = time }

    /// It does not wait in the listen queue: it was accepted, or has not got there.
    package mutating func isNotQueued(isHeard: Bool) {
        if log.owedSince != nil || (!isClosed && isHeard) { isAccepted = true }
    }
}
