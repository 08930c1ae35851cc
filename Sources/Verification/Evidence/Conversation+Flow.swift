public import Capture
public import Wire

extension Conversation {
    /// Reads a connection: its streams as messages, each request beside the reply at its place.
    ///
    /// A direction is read up to its first gap or its first bytes that are no message; `requestGaps`, `replyGaps`,
    /// `malformedRequest` and `malformedReply` say so. Requests that no server answers (an empty line in RESP)
    /// stand in `silent`. Never traps, whatever the bytes are.
    ///
    /// - Parameter flow: whose bytes go as they are read, if nobody else holds it.
    /// - Complexity: O(bytes + packets).
    public init(flow: consuming Flow, name: String, codec: any WireCodec) {
        var flow = flow
        let midStream = flow.handshake == .missing
        proof = CaptureProof(flow)
        requestGaps = CaptureProof.missingTail(flow.toServer)
        replyGaps = CaptureProof.missingTail(flow.toClient)
        clientEnd = Self.end(of: flow.toServer)
        serverEnd = Self.end(of: flow.toClient)
        clientWindowClosed = flow.toServer.lastWindow == 0
        let requests = StreamReading(flow.take(\.toServer), from: .client, codec: codec, fallback: flow.firstTime)
        let asked = codec.framesRepliesByRequest ? requests.messages : []
        let replies = StreamReading(
            flow.take(\.toClient), from: .server, codec: codec, fallback: flow.firstTime, to: asked,
            after: midStream ? requests.messages.first?.first.number : nil)
        self.flow = flow.id
        recording = flow.recording
        self.name = name
        server = flow.server
        let next =
            midStream && !codec.answersByTag ? Self.firstReply(after: requests.messages.first, in: replies.messages) : 0
        var pairing = MessagePairing(replies.messages, from: next, codec)
        pairing.pair(requests.messages)
        exchanges = pairing.exchanges
        silent = pairing.silent
        surplus = pairing.surplus
        unsolicited = pairing.unsolicited
        let serverWhole = replies.missing == 0
        partialReply = serverWhole ? replies.partial : nil
        partialRequest = requests.missing == 0 ? requests.partial : nil
        malformedRequest = requests.malformed
        malformedReply = replies.malformed
        requestGaps += requests.missing
        replyGaps += replies.missing
        teardown = flow.teardown
        lastTime = flow.lastTime
        startsMidStream = midStream
        isSynchronised = true
        if midStream { isSynchronised = codec.answersByTag || pairsUpWithoutOverlap }
        // They answer what was asked before the capture began.
        if midStream, codec.answersByTag { surplus = [] }
    }

    /// Replies that the capture shows before the first request answer requests from before the capture.
    private static func firstReply(after request: Message?, in replies: [Message]) -> Int {
        guard let request else { return replies.count }
        return replies.firstIndex { $0.first.number > request.first.number } ?? replies.count
    }

    /// Where the capture began in the middle of a connection, requests and replies are paired for certain only if every
    /// batch of requests was sent after all replies to the one before: then nothing was outstanding at its start.
    private var pairsUpWithoutOverlap: Bool {
        guard surplus.isEmpty, malformedReply == nil, malformedRequest == nil, partialReply == nil else { return false }
        var answeredUpTo = 0
        var batch = -1
        for exchange in exchanges {
            guard let reply = exchange.reply else { return false }
            let sent = exchange.request.first.number
            if sent != batch, sent < answeredUpTo { return false }
            batch = exchange.request.last.number
            guard reply.first.number > batch else { return false }
            answeredUpTo = reply.last.number
        }
        return true
    }

    private static func end(of stream: ByteStream) -> PacketReference? {
        guard let fin = stream.fin, let reset = stream.reset else { return stream.fin ?? stream.reset }
        return fin.number <= reset.number ? fin : reset
    }
}

extension Flow {
    /// Hands over a stream, and forgets it.
    fileprivate mutating func take(_ stream: WritableKeyPath<Flow, ByteStream>) -> ByteStream {
        defer { self[keyPath: stream] = ByteStream() }
        return self[keyPath: stream]
    }
}

extension Evidence {
    /// Reads the connections of a capture.
    ///
    /// - Parameters:
    ///   - flows: The connections, in order of first packet.
    ///   - names: What to call each; the client's endpoint unless told otherwise.
    ///   - incomplete: Why the capture is not whole, one sentence each; empty when nothing was dropped.
    ///   - end: The time of the capture's last packet.
    /// - Complexity: O(bytes + packets).
    public init(
        flows: [Flow], codec: any WireCodec, names: (Flow) -> String = { $0.client.description },
        incomplete: [String] = [], end: Timestamp
    ) {
        var announcements = FlowAnnouncements(codec.spoken)
        var (conversations, apart): ([Conversation], [String]) = ([], [])
        conversations.reserveCapacity(flows.count)
        for flow in flows {
            switch announcements.origin(of: flow) {
            case .itself:
                let conversation = Conversation(flow: flow, name: names(flow), codec: codec)
                announcements.note(conversation, conversations.count, of: (flow.client, flow.server))
                conversations.append(conversation)
            case .announced(let conversation, let exchange):
                conversations[conversation].related[exchange] = RelatedFlow(flow)
            case .unknown: apart.append(FlowAnnouncements.unknown(flow, names(flow)))
            }
        }
        self.init(codec: codec, conversations: conversations, incomplete: incomplete, end: end)
        leftAside = apart
    }
}
