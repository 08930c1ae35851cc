import Capture

/// What the capture must prove before silence or a close counts against the server.
extension Dialogue {
    /// Whether anybody may have made the capture, of anything.
    var isForeign: Bool { reading.evidence.source == .capture }

    /// Where a request ends in its stream.
    private func end(of request: Int) -> Int {
        let message = self.request(request)
        return message.offset + message.bytes.count
    }

    /// The server is not known to have got `request`: it never acknowledged it.
    func isUnheard(_ request: Int) -> Bool {
        guard let proof = conversation.proof else { return false }
        return proof.requestsHeard < end(of: request)
    }

    /// `request` and the server's close crossed on their way: what was not acknowledged with the close came too late.
    func crossedClose(_ request: Int) -> Bool {
        guard let heard = conversation.proof?.requestsHeardAtEnd else { return false }
        return heard < end(of: request)
    }

    /// Why the capture does not prove that the server was silent after `packet`; nil where it does.
    func doubt(ofSilenceAfter packet: PacketReference, _ request: Int, _ silence: Problem.Silence) -> String? {
        guard isForeign, let proof = conversation.proof else { return nil }
        if isUnheard(request) {
            return
                "the server never acknowledged the request: it was lost on the way or by the capture, or waited in a "
                + "full accept queue"
        }
        if proof.missesClientEnd || proof.missesServerEnd { return "the capture misses how the connection ended" }
        if proof.repliesHeard < proof.replyBytes {
            return
                "what the server had sent was never acknowledged, and never sent again: the capture lost the connection"
        }
        if let end = conversation.clientEnd, let server = proof.serverSeen, conversation.teardown == .clientHalfClosed,
            server.time < end.time, reading.evidence.end.nanoseconds - end.time.nanoseconds > Self.answeringNanoseconds
        {
            return "nobody acknowledged the client's close either: the network, or the capture"
        }
        if silence.unseen > silence.nanoseconds {
            return "nothing of the connection was captured in the last \(seconds(silence.unseen)), so the capture may "
                + "have lost it"
        }
        return nil
    }

    /// Why the capture does not prove that it was the server which ended the connection too early; nil where it does.
    var doubtOfClose: String? {
        guard isForeign, let proof = conversation.proof else { return nil }
        if proof.missesClientEnd { return "the client may have closed before; the capture misses it" }
        if conversation.teardown == .serverReset, proof.hasStrayReset {
            return "the reset does not stand where the server's captured bytes end: bytes are missing, or somebody "
                + "between the two sent it"
        }
        return nil
    }

    /// `12 s`, or below ten seconds `1.5 s`.
    private func seconds(_ nanoseconds: Int64) -> String {
        let tenths = nanoseconds / 100_000_000
        return tenths >= 100 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    /// A kernel acknowledges within so long, or sends again what it is not acknowledged for. Nanoseconds.
    private static let answeringNanoseconds: Int64 = 1_000_000_000

    /// How long the client of a capture is known to have waited: until its last packet that acknowledges what it had got.
    func waiting(since packet: PacketReference, _ proof: CaptureProof) -> Problem.Silence {
        let clientEnd = conversation.clientEnd
        let whole = (clientEnd?.time ?? reading.evidence.end).nanoseconds - packet.time.nanoseconds
        let known = (proof.clientSeen?.time ?? packet.time).nanoseconds - packet.time.nanoseconds
        return Problem.Silence(
            nanoseconds: max(0, min(whole, known)), clientClosed: clientEnd != nil,
            unseen: clientEnd == nil ? max(0, whole - max(0, known)) : 0)
    }
}
