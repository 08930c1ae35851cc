import Capture
import Wire

/// How a connection ended, and how long its client waited.
extension Dialogue {
    /// The client had said that it had nothing more to ask when the server closed.
    var closedAfterHalfClose: Bool {
        guard conversation.clientKeptReading, let client = conversation.clientEnd, let server = conversation.serverEnd
        else { return false }
        return server.number > client.number
    }

    /// A server that cannot send all at once, and sees the client's FIN when it comes back to the rest, may take the client
    /// for gone: Redis does (`NET_MAX_WRITES_PER_EVENT`). What it had no cause to wait with it owes.
    ///
    /// - Parameter bytes: what came of the reply to `request`, the first that is not whole.
    func mayBeTakenForGone(_ request: Int, having bytes: Int) -> Bool {
        guard closedAfterHalfClose else { return false }
        let asked = self.request(request).last.number
        let sent = replies.reduce(bytes) { $1.last.number > asked ? $0 + $1.bytes.count : $0 }
        return sent >= Self.oneWrite
    }

    /// What any server sends without waiting. Bytes.
    private static let oneWrite = 16_384

    /// How long the client waited after `packet`, from when the server had accepted it, if that never closed.
    func silence(since packet: PacketReference) -> Problem.Silence? {
        guard !serverClosedFirst else { return nil }
        if isForeign, let proof = conversation.proof { return waiting(since: packet, proof) }
        let begin = max(packet.time.nanoseconds, conversation.owedSince?.nanoseconds ?? .min)
        let halfClosed = conversation.teardown == .clientHalfClosed && !hasLeft
        guard let end = conversation.clientEnd, !halfClosed else {
            return Problem.Silence(nanoseconds: reading.evidence.end.nanoseconds - begin, clientClosed: false)
        }
        return Problem.Silence(nanoseconds: end.time.nanoseconds - begin, clientClosed: true)
    }

    /// The client closed, and recorded the connection itself: what the server did then it could not see.
    private var hasLeft: Bool {
        conversation.proof == nil && conversation.datagrams == nil && !conversation.clientKeptReading
    }
}
