public import Capture

/// What the packets of a connection prove of the capture itself: how far each side had heard the other, and until when
/// both are known to have been there.
public struct CaptureProof: Sendable {
    /// How far the server acknowledged the requests. Stream offset.
    public var requestsHeard: Int
    /// How far it had acknowledged them when it closed or reset; nil where that is not known.
    public var requestsHeardAtEnd: Int?
    /// How far the client acknowledged the replies. Stream offset.
    public var repliesHeard: Int
    /// How long the captured stream of requests is. Bytes.
    public var requestBytes: Int
    /// The same of replies.
    public var replyBytes: Int
    /// The last packet with which the client acknowledged anything.
    public var clientSeen: PacketReference?
    /// The last packet with which the server did.
    public var serverSeen: PacketReference?
    /// The server acknowledged one more than the client's captured bytes: most likely a FIN that the capture misses.
    public var missesClientEnd: Bool
    /// The same of the server's FIN.
    public var missesServerEnd: Bool
    /// The server's reset does not stand where its captured bytes end: bytes are missing, or somebody else sent it.
    public var hasStrayReset: Bool
    /// Segments that have no place in the connection: another one had the same ports, or they are damaged.
    public var contradictions: Int

    /// Reads it off a flow.
    public init(_ flow: Flow) {
        let (up, down) = (flow.toServer, flow.toClient)
        requestsHeard = up.acknowledged
        requestsHeardAtEnd = down.acknowledgedAtEnd
        repliesHeard = down.acknowledged
        requestBytes = up.bytes.count
        replyBytes = down.bytes.count
        clientSeen = up.lastAcknowledging
        serverSeen = down.lastAcknowledging
        missesClientEnd = up.fin == nil && Self.overhang(up) == 1
        missesServerEnd = down.fin == nil && Self.overhang(down) == 1
        hasStrayReset = down.resetOffset.map { $0 != down.bytes.count } ?? false
        contradictions = up.contradictions + up.unplaced + down.contradictions + down.unplaced
    }

    /// The server had acknowledged the client's FIN when it closed itself, whatever order the capture has the two in.
    var serverSawClientEnd: Bool { requestsHeardAtEnd.map { $0 > requestBytes } ?? false }

    /// Bytes that the other side acknowledged and the capture misses at the end of a stream: all but what may have been a
    /// FIN.
    static func missingTail(_ stream: ByteStream) -> Int {
        let overhang = overhang(stream)
        return stream.fin == nil && overhang == 1 ? 0 : overhang
    }

    private static func overhang(_ stream: ByteStream) -> Int { max(0, stream.acknowledged - stream.bytes.count) }
}
