public import Capture
public import Wire

/// One connection as messages: requests beside their replies.
public struct Conversation: Sendable {
    /// The flow's number in the capture.
    public var flow: Int
    /// The recording that it is of: a file to which another was appended holds several.
    public var recording = 0
    /// A name for people: `c0`, or the client's endpoint.
    public var name: String
    /// Whom it talks to; nil for datagrams.
    public var server: Endpoint?
    /// The requests in order, each with the reply that stands at its place; a request to which several messages reply
    /// stands there as many times.
    public var exchanges: [Exchange]
    /// The requests in order to which no reply is due.
    public var silent: [SilentRequest] = []
    /// Replies beyond the last request.
    public var surplus: [Message]
    /// Messages of the server that nobody asked for, in order.
    public var unsolicited: [Message] = []
    /// The unfinished reply bytes at the end of the server's stream, if any.
    public var partialReply: Message?
    /// The unfinished request bytes at the end of the client's stream, if any.
    public var partialRequest: Message?
    /// Where a stream stopped being messages, if it did; everything after that is unread.
    public var malformedRequest: Malformation?
    /// The same for the server's stream.
    public var malformedReply: Malformation?
    /// Bytes to the server that the capture misses.
    public var requestGaps: Int
    /// Bytes to the client that the capture misses.
    public var replyGaps: Int
    /// How the connection ended.
    public var teardown: Flow.Teardown
    /// The client's first FIN or RST.
    public var clientEnd: PacketReference?
    /// The server's first FIN or RST.
    public var serverEnd: PacketReference?
    /// The time of the connection's last packet.
    public var lastTime: Timestamp
    /// The capture began in the middle of the connection.
    public var startsMidStream: Bool
    /// The client shut down writing and went on reading, by its own log: on the wire that looks like a close.
    public var clientKeptReading = false
    /// When the server accepted the connection, if its client saw it wait for that: nothing was owed before.
    public var owedSince: Timestamp?
    /// The client does not read: the last window that it advertised is closed.
    public var clientWindowClosed = false
    /// What the packets prove of the capture; nil for datagrams, and where a connection was not captured but recorded by
    /// its client.
    public var proof: CaptureProof?
    /// Whether it is judged at all: in a capture of many protocols, only what speaks the one that is asked for.
    public var isJudged = true
    /// What only datagrams show; nil for a connection.
    public var datagrams: DatagramFacts?
    /// The process of the server that served it, where somebody looked.
    public var serverProcess: Int?
    /// Connections that its replies announced, by the exchange: no conversations of their own.
    package var related: [Int: RelatedFlow] = [:]
    /// False where it is therefore not certain which reply answers which request.
    public var isSynchronised: Bool
}

/// A request that asks for no reply.
public struct SilentRequest: Sendable {
    /// The request.
    public var request: Message
    /// How many requests that are answered stand before it.
    public var position: Int
}

/// A request and the reply at its place.
public struct Exchange: Sendable {
    /// The request.
    public var request: Message
    /// The reply; nil when there is none.
    public var reply: Message?

    /// The interval in which the server acted: from the first copy of the packet with the request's last byte to the
    /// first copy of the packet with the reply's first byte.
    public var invoked: Timestamp { request.last.time }
    /// Nil when unanswered.
    public var completed: Timestamp? { reply?.first.time }
}

/// One message of a stream, with the packets that brought its first and its last byte.
public struct Message: Sendable {
    /// Its bytes.
    public var bytes: [UInt8]
    // A capture has millions: what is small is stored small.
    private var firstTime: Timestamp
    private var firstNumber: UInt32
    private var lastNumber: UInt32
    private var places: MessagePlaces

    init(
        bytes: [UInt8], offset: Int, first: PacketReference, last: PacketReference, acknowledged: Int? = nil
    ) {
        self.bytes = bytes
        firstTime = first.time
        firstNumber = UInt32(clamping: first.number)
        lastNumber = UInt32(clamping: last.number)
        places = MessagePlaces(
            offset: offset, acknowledged: acknowledged, nanoseconds: last.time.nanoseconds &- first.time.nanoseconds)
    }

    /// Where it starts in its stream.
    public var offset: Int { places.offset }

    /// The packet with its first byte; of a reply, with the first of the answer itself (`WireCodec.preamble`).
    public var first: PacketReference { PacketReference(number: Int(firstNumber), time: firstTime) }

    /// The packet with its last byte.
    public var last: PacketReference {
        PacketReference(
            number: Int(lastNumber), time: Timestamp(nanoseconds: firstTime.nanoseconds &+ places.nanoseconds))
    }

    /// How far that packet acknowledged the other direction, as an offset of that stream; nil where
    /// that is not known.
    public var acknowledged: Int? { places.acknowledged }
}

/// Why a stream could not be read further.
public struct Malformation: Sendable {
    /// Where the message that cannot be read starts in its stream.
    public var offset: Int
    /// What is wrong with it, from the codec.
    public var reason: String
    /// The packet that brought the offending byte.
    public var packet: PacketReference?
    /// The unread rest of the stream, at most `maximumRestBytes` of it.
    public var rest: [UInt8]
    /// How many bytes are unread.
    public var unread: Int

    /// How much of an unreadable stream is kept to find out what is wrong with it.
    public static let maximumRestBytes = 4 << 20
}

extension Evidence {
    /// Whether a name is of this evidence alone.
    func isOwnName(_ name: ArraySlice<UInt8>) -> Bool {
        guard !ownStem.isEmpty, let place = name.firstRange(of: ownStem) else { return false }
        // The stem of execution 1 begins that of execution 12.
        guard place.upperBound < name.endIndex else { return true }
        return name[place.upperBound] == UInt8(ascii: ".")
    }
}

/// All that an oracle may look at.
public struct Evidence: Sendable {
    /// How the streams are read.
    public var codec: any WireCodec
    /// The connections, in order of first packet.
    public var conversations: [Conversation]
    /// Why the evidence is incomplete, one sentence each: packets dropped, bytes missing. Empty when it is whole.
    public var incomplete: [String]
    /// The time of the last packet of the capture.
    public var end: Timestamp
    /// Where the evidence comes from.
    public var source = Source.target
    /// The flows of a capture that do not speak the protocol, and why that is thought, one sentence each.
    public var leftAside: [String] = []
    /// Methods of HTTP that the server is known to support; those that it always refuses are not judged.
    public var acceptedMethods: Set<String> = []
    /// Whether no key existed before the first packet. Leave it false where that is not certain: then a key may have
    /// held anything, and only what no initial value explains is a violation.
    public var keysStartAbsent = false
    /// Whether the server was seen to forget what it holds by itself, as caches do: what becomes explicable where objects are gone
    /// now and then is no violation.
    package var objectsAreForgotten = false
    /// What is part of names and values that nobody outside of the evidence can know; empty where nothing is.
    package var ownStem: [UInt8] = []

    /// Who made a capture decides what it proves.
    public enum Source: Sendable {
        /// Crossfire, of a target that speaks the protocol; nothing is missing that is not said to be.
        case target
        /// Anybody, of anything: it may miss packets, directions, beginnings, ends and whole connections without a word.
        case capture
    }
}
