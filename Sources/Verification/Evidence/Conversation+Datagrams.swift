public import Capture
public import Wire

extension Conversation {
    /// Reads datagrams as messages, one each. A request that is sent again before its reply came is one operation, from
    /// its first copy to its first reply. Which request a reply answers is told by its bytes where the protocol has
    /// tokens in replies; elsewhere only one request may be outstanding at a time, else `isSynchronised` is false.
    ///
    /// Datagrams get lost on the way, so an unanswered one is nobody's fault. Never traps, whatever the bytes are.
    ///
    /// - Complexity: O(bytes + datagrams × requests outstanding).
    public init(datagrams flow: DatagramFlow, name: String, codec: any WireCodec) {
        var reader = DatagramReader(codec)
        for (isRequest, datagram) in flow.datagrams {
            if isRequest { reader.request(datagram) } else { reader.reply(datagram) }
        }
        self.flow = flow.id
        self.name = name
        exchanges = reader.exchanges
        surplus = reader.surplus
        partialReply = nil
        partialRequest = nil
        malformedRequest = reader.malformedRequest
        malformedReply = reader.malformedReply
        requestGaps = 0
        replyGaps = 0
        teardown = .open
        clientEnd = nil
        serverEnd = nil
        lastTime = flow.lastTime
        startsMidStream = false
        isSynchronised = !reader.isAmbiguous
        datagrams = reader.facts
    }
}

/// Pairs the datagrams of one client.
private struct DatagramReader {
    private let codec: any WireProtocol
    private(set) var exchanges: [Exchange] = []
    private(set) var surplus: [Message] = []
    private(set) var facts = DatagramFacts()
    private(set) var malformedRequest: Malformation?
    private(set) var malformedReply: Malformation?
    /// A reply came while several requests were outstanding, and its bytes did not tell whose it was.
    private(set) var isAmbiguous = false
    /// Exchanges without a reply yet.
    private var open: [Int] = []

    /// So many unanswered requests are remembered; the oldest is lost.
    private static let maximumOpen = 64

    init(_ codec: any WireCodec) {
        self.codec = codec.spoken
    }

    mutating func request(_ datagram: CapturedDatagram) {
        guard isMessage(datagram, .client, &malformedRequest), codec.isAnswered(datagram.bytes.span) else { return }
        if let again = open.first(where: { exchanges[$0].request.bytes == datagram.bytes }) {
            facts.retries[again, default: []].append(datagram.packet)
            return
        }
        open.append(exchanges.count)
        if open.count > Self.maximumOpen { open.removeFirst() }
        exchanges.append(Exchange(request: Message(datagram), reply: nil))
    }

    mutating func reply(_ datagram: CapturedDatagram) {
        guard isMessage(datagram, .server, &malformedReply) else { return }
        let message = Message(datagram)
        let candidates = open.filter { codec.mayAnswer(message, exchanges[$0].request) }
        guard let chosen = candidates.first else {
            if let last = exchanges.indices.last(where: { mayRepeat(message, $0) }) {
                facts.repliedAgain[last, default: []].append(message)
            } else {
                surplus.append(message)
            }
            return
        }
        if candidates.count > 1 { isAmbiguous = true }
        exchanges[chosen].reply = message
        open.removeAll { $0 == chosen }
    }

    /// Whether a reply may be one more to a request that was asked again.
    private func mayRepeat(_ reply: Message, _ exchange: Int) -> Bool {
        guard exchanges[exchange].reply != nil, codec.mayAnswer(reply, exchanges[exchange].request) else {
            return false
        }
        return facts.retries[exchange, default: []].count > facts.repliedAgain[exchange, default: []].count
    }

    /// One whole message in one datagram.
    private func isMessage(_ datagram: CapturedDatagram, _ role: Role, _ malformed: inout Malformation?) -> Bool {
        let reason: String
        switch codec.frame(datagram.bytes.span, from: role) {
        case .message(let length) where length == datagram.bytes.count && datagram.isWhole: return true
        case .message, .incomplete: reason = "a datagram is not one whole message"
        case .malformed(_, let why): reason = why
        }
        malformed =
            malformed
            ?? Malformation(
                offset: 0, reason: reason, packet: datagram.packet, rest: datagram.bytes, unread: datagram.bytes.count)
        return false
    }
}

extension Message {
    fileprivate init(_ datagram: CapturedDatagram) {
        self.init(bytes: datagram.bytes, offset: 0, first: datagram.packet, last: datagram.packet)
    }
}

extension Evidence {
    /// Reads the datagrams of a capture; otherwise as `init(flows:)`.
    public init(
        datagrams flows: [DatagramFlow], codec: any WireCodec,
        names: (DatagramFlow) -> String = { $0.client.description }, incomplete: [String] = [], end: Timestamp
    ) {
        self.init(
            codec: codec, conversations: flows.map { Conversation(datagrams: $0, name: names($0), codec: codec) },
            incomplete: incomplete, end: end)
    }
}
