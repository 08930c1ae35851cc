/// What is known of a flow as a whole while its packets come in. Directions are 0 and 1, as in `FlowKey`.
struct FlowState {
    var firstTime: Timestamp
    var lastTime: Timestamp
    let firstSender: Int8
    /// Who sent the first SYN without ACK, and the first SYN with it; -1: nobody yet.
    var opener: Int8 = -1
    var accepter: Int8 = -1
    /// The opener acknowledged the accepter's SYN.
    var handshakeAcknowledged = false
    /// A reset answered the SYN.
    var refused = false
    /// The opener sent more than SYNs.
    var openerSpoke = false
    /// A connection that was there before answered the SYN.
    var oldAnswered = false

    init(firstSender: Int, time: Timestamp) {
        self.firstSender = Int8(firstSender)
        firstTime = time
        lastTime = time
    }

    @inline(__always)
    mutating func see(_ time: Timestamp) {
        if time < firstTime { firstTime = time }
        if time > lastTime { lastTime = time }
    }

    /// Whether a segment is of a connection that was there before the SYN, on the same ports: the side that is asked
    /// acknowledges another number than the SYN's, as it does in TIME_WAIT and half open (RFC 9293, section 3.10.7.4; RFC
    /// 5961), and the side that asks resets that connection.
    func isOfOldConnection(
        _ segment: inout Segment, _ direction: Int, own: borrowing StreamBuilder, other: borrowing StreamBuilder
    ) -> Bool {
        guard opener >= 0, accepter < 0, !segment.flags.contains(.syn) else { return false }
        if Int(opener) == direction {
            return oldAnswered && segment.flags.contains(.rst) && segment.sequence != own.baseSequence
        }
        // The handshake may be missing from the capture; but then the opener has gone on, or there is data.
        guard !openerSpoke, segment.flags.isDisjoint(with: .rst), segment.flags.contains(.ack), other.base == .syn
        else {
            return false
        }
        let acknowledged = other.offset(of: segment.acknowledgement)
        return acknowledged < 0
            || acknowledged > other.end && segment.payloadLength == 0 && segment.flags.isDisjoint(with: .fin)
    }

    /// Follows the handshake.
    mutating func track(_ segment: inout Segment, _ direction: Int) {
        let flags = segment.flags
        if flags.contains(.syn) {
            if flags.contains(.ack) {
                if accepter < 0 { accepter = Int8(direction) }
            } else if opener < 0 {
                opener = Int8(direction)
            }
        } else if flags.contains(.rst) {
            if opener >= 0, accepter < 0, Int(opener) != direction { refused = true }
        } else {
            if Int(opener) == direction { openerSpoke = true }
            if flags.contains(.ack), accepter >= 0, Int(accepter) != direction { handshakeAcknowledged = true }
        }
    }

    var handshake: Flow.Handshake {
        if opener >= 0, accepter >= 0, handshakeAcknowledged { return .complete }
        if refused { return .refused }
        return opener >= 0 || accepter >= 0 ? .partial : .missing
    }

    /// The direction in which the client sends.
    func client(_ key: FlowKey, serverPort: UInt16?) -> Int {
        if opener >= 0 { return Int(opener) }
        if accepter >= 0 { return 1 - Int(accepter) }
        let ports = (key.endpoint(0).port, key.endpoint(1).port)
        if let serverPort, ports.0 != ports.1 {
            if ports.0 == serverPort { return 1 }
            if ports.1 == serverPort { return 0 }
        }
        if ports.0 == ports.1 { return Int(firstSender) }
        return ports.0 > ports.1 ? 0 : 1
    }
}

extension Flow.Teardown {
    /// A reset decides unless both sides had finished before it.
    @inline(__always)
    init(_ toServer: ByteStream, _ toClient: ByteStream) {
        let never = Int.max
        let clientFIN = toServer.fin?.number ?? never
        let serverFIN = toClient.fin?.number ?? never
        let clientReset = toServer.reset?.number ?? never
        let serverReset = toClient.reset?.number ?? never
        if min(clientReset, serverReset) < max(clientFIN, serverFIN) {
            self = clientReset < serverReset ? .clientReset : .serverReset
        } else if clientFIN != never, serverFIN != never {
            self = clientFIN < serverFIN ? .clientClosedFirst : .serverClosedFirst
        } else if clientFIN != never {
            self = .clientHalfClosed
        } else {
            self = serverFIN == never ? .open : .serverHalfClosed
        }
    }
}
