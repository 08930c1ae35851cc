public import Capture
public import Wire

/// Which connections of a capture are judged: a capture holds whatever crossed the wire, and only who began to speak a
/// protocol can break it.
///
/// A client has begun with its first request, a server with the beginning of a reply. A server that spoke the protocol on
/// one connection is held to it on all others on which a client speaks it; with lines, which all look alike, only a reply
/// that repeats what was sent shows that the protocol is spoken.
struct CaptureTriage {
    private let codec: any WireProtocol
    /// Servers that were heard speaking the protocol.
    private var speakers: Set<Endpoint> = []
    private(set) var conversations: [Conversation] = []
    private(set) var leftAside: [String] = []

    /// One connection, with its ends.
    struct Candidate {
        var conversation: Conversation
        var server: Endpoint
        var speech: Speech
    }

    /// - Complexity: O(conversations).
    init(_ all: [(conversation: Conversation, server: Endpoint)], codec: any WireCodec) {
        let codec = codec.spoken
        self.codec = codec
        let candidates = all.map {
            Candidate(conversation: $0.conversation, server: $0.server, speech: Speech($0.conversation, codec))
        }
        for candidate in candidates where candidate.speech.isConversation { speakers.insert(candidate.server) }
        for candidate in candidates { take(candidate) }
    }

    private mutating func take(_ candidate: Candidate) {
        var conversation = candidate.conversation
        let speech = candidate.speech
        // Nobody said anything.
        if speech.client == .nothing, speech.server == .nothing { return conversations.append(conversation) }
        let isSpeaker = speakers.contains(candidate.server)
        guard !speech.isJudged(ofSpeaker: isSpeaker) else { return conversations.append(conversation) }
        leftAside.append(
            "flow \(conversation.flow), \(conversation.name) to \(candidate.server): \(speech.reason(codec.name)).")
        // What it says to a server that is judged may change what that answers to others.
        guard isSpeaker else { return }
        conversation.isJudged = false
        conversations.append(conversation)
    }
}

/// How far both sides of a connection speak a protocol.
struct Speech {
    enum Side {
        case nothing
        /// Some of the first message, or a message that other protocols have too.
        case begins
        case speaks
        case foreign
        /// Acknowledged, and not captured.
        case missing
    }

    var client: Side
    var server: Side
    /// A whole request and its reply that only this protocol explains.
    var isConversation: Bool
    /// The first request can be one of this protocol alone: silence counts, though nothing shows that the server speaks it.
    private let isPlainRequest: Bool
    /// So can replies, to whatever they answer.
    private let opensPlainly: Bool
    /// Messages tell the protocol.
    private let isTelling: Bool
    private let startsMidStream: Bool

    init(_ conversation: Conversation, _ codec: any WireProtocol) {
        startsMidStream = conversation.startsMidStream
        client = Self.client(conversation, codec)
        server = Self.server(conversation, codec)
        isTelling = codec.isToldByMessages
        opensPlainly = codec.isToldByReplies && !codec.announcesFlows
        let first = conversation.exchanges.first?.request.bytes
        // What is sent over a connection that another one announced may look like anything.
        isPlainRequest =
            isTelling && !codec.announcesFlows && client == .speaks && first.map { codec.likeness(of: $0) } == .own
        isConversation =
            isTelling
            ? client == .speaks && server == .speaks && conversation.exchanges.contains { $0.reply != nil }
            : Self.mostlyRepeats(conversation, codec)
    }

    /// Whether the connection is judged, its server having been heard speaking the protocol, there or elsewhere, or not.
    func isJudged(ofSpeaker isSpeaker: Bool) -> Bool {
        if isConversation { return true }
        switch client {
        case .foreign: return false
        // Of a half captured connection is told what is missing.
        case .missing: return isTelling && server == .speaks
        case .nothing: return (isSpeaker || opensPlainly) && server == .speaks
        case .begins: return isSpeaker
        case .speaks: return isSpeaker || (isPlainRequest && server != .foreign)
        }
    }

    func reason(_ name: String) -> String {
        if startsMidStream, client != .speaks {
            return "the capture begins in the middle of something that is no \(name)"
        }
        return switch (client, server) {
        case (.foreign, _): "the client's first bytes are no request of \(name)"
        case (.nothing, _): "the server speaks first, and not \(name)"
        case (_, .foreign): "the server's first bytes are no reply of \(name)"
        default: "nothing shows that this is \(name)"
        }
    }

    private static func client(_ conversation: Conversation, _ codec: any WireProtocol) -> Side {
        if let first = conversation.exchanges.first?.request {
            switch codec.likeness(of: first.bytes) {
            case .own: return .speaks
            case .doubtful: return .begins
            case .shared:
                // Who asks, asks before anybody answers.
                let reply = conversation.exchanges.first?.reply ?? conversation.surplus.first
                return reply.map { $0.first.number < first.first.number } ?? false ? .foreign : .speaks
            }
        }
        if let partial = conversation.partialRequest {
            return codec.begins(partial.bytes, from: .client) ? .begins : .foreign
        }
        if conversation.malformedRequest != nil { return .foreign }
        return conversation.requestGaps > 0 ? .missing : .nothing
    }

    private static func server(_ conversation: Conversation, _ codec: any WireProtocol) -> Side {
        if conversation.exchanges.first?.reply != nil || !conversation.surplus.isEmpty { return .speaks }
        if let partial = conversation.partialReply {
            return codec.begins(partial.bytes, from: .server) ? .speaks : .foreign
        }
        guard let malformed = conversation.malformedReply else { return .nothing }
        return codec.begins(malformed.rest, from: .server) ? .speaks : .foreign
    }

    /// Half of the replies or more repeat their requests: some lines of other protocols happen to.
    private static func mostlyRepeats(_ conversation: Conversation, _ codec: any WireProtocol) -> Bool {
        let replies = conversation.exchanges.count { $0.reply != nil } + conversation.surplus.count
        return replies > 0 && 2 * conversation.exchanges.count { codec.repeats($0) } >= replies
    }
}

extension Evidence {
    /// Reads the connections of a capture that anybody made: those that do not speak the protocol are left aside.
    ///
    /// - Parameters: as of `init(flows:)`; the flows are let go of one by one, as they are read.
    /// - Complexity: O(bytes + packets).
    public init(
        capture flows: consuming [Flow], codec: any WireCodec, names: (Flow) -> String = { $0.client.description },
        incomplete: [String] = [], end: Timestamp
    ) {
        let copies = CapturedTwice.copies(in: flows)
        let codec = CapturedGreeting.spoken(codec, in: flows)
        var announcements = FlowAnnouncements(codec.spoken)
        var apart: [String] = []
        var read: [(conversation: Conversation, server: Endpoint)] = []
        read.reserveCapacity(flows.count)
        var place = 0
        flows.reverse()
        while let flow = flows.popLast() {
            defer { place += 1 }
            let (ends, name) = ((client: flow.client, server: flow.server), names(flow))
            guard !copies.contains(place) else {
                apart.append("flow \(flow.id), \(name) to \(flow.server): it is there twice.")
                continue
            }
            switch announcements.origin(of: flow) {
            case .itself:
                let conversation = Conversation(flow: consume flow, name: name, codec: codec)
                announcements.note(conversation, read.count, of: ends)
                read.append((conversation, ends.server))
            case .announced(let conversation, let exchange):
                read[conversation].conversation.related[exchange] = RelatedFlow(flow)
            case .unknown: apart.append(FlowAnnouncements.unknown(flow, name))
            }
        }
        let triage = CaptureTriage(read, codec: codec)
        self.init(codec: codec, conversations: triage.conversations, incomplete: incomplete, end: end)
        source = .capture
        leftAside = triage.leftAside + apart
    }

    /// The same of datagrams.
    public init(
        capture flows: [DatagramFlow], codec: any WireCodec,
        names: (DatagramFlow) -> String = { $0.client.description }, incomplete: [String] = [], end: Timestamp
    ) {
        let read = flows.map { (Conversation(datagrams: $0, name: names($0), codec: codec), $0.server) }
        let triage = CaptureTriage(read, codec: codec)
        self.init(codec: codec, conversations: triage.conversations, incomplete: incomplete, end: end)
        source = .capture
        leftAside = triage.leftAside
    }
}
