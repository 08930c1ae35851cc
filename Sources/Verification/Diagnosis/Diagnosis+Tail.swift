import Capture
import Wire

extension Diagnosis {
    var lastPacket: PacketReference { PacketReference(number: Int.max, time: conversation.lastTime) }

    /// Replies beyond the last request.
    mutating func surplus(_ first: Int, _ tokens: inout TokenIndex) {
        // Bytes that are no request, or gaps, may hide requests; an unfinished request may be refused.
        guard conversation.malformedRequest == nil, conversation.requestGaps == 0 else { return }
        // A request that is still under way may be answered already.
        let first = conversation.partialRequest == nil ? first : first + 1
        for reply in min(first, replies.count)..<replies.count where problems.count < Self.maximumProblems {
            if mayComeUnasked(reply) { continue }
            if let owner = tokens.owner(of: replies[reply], heads[reply], in: reading) {
                let isOwn = owner.conversation == index
                problems.append(
                    isOwn ? duplication(owner.exchange, reply, isProven: true) : crosstalk(nil, reply, owner))
            } else if !meaning.judgesReplies || (count > 0 && fitsShape(count - 1, reply)) {
                problems.append(duplication(firstEarlyReply ?? count - 1, reply, isProven: false))
            } else if let owner = stranger(to: reply) {
                problems.append(crosstalk(nil, reply, owner))
            } else {
                problems.append(unasked(reply))
            }
        }
    }

    /// An error with which a server turns a client away or lets it go: with a close, to who asked nothing, or by a status
    /// that says so.
    private func mayComeUnasked(_ reply: Int) -> Bool {
        guard let head = heads[reply], head.isError else { return false }
        if serverClosedFirst || conversation.exchanges.isEmpty { return true }
        return meaning.mayComeUnasked(head)
    }

    private func stranger(to reply: Int) -> TokenIndex.Owner? {
        strangerWithSameReply(count, reply)
    }

    /// The last request before the first one whose reply came before it was sent: the one whose reply is doubled.
    private var firstEarlyReply: Int? {
        for request in 1..<max(1, min(count, replies.count))
        where replies[request].first.number < self.request(request).first.number {
            return request - 1
        }
        return nil
    }

    /// All whole replies stand at their places; what of the requests from `request` on, and of the bytes after them?
    mutating func tail(_ request: Int, _ tokens: inout TokenIndex) {
        if let malformed = conversation.malformedReply {
            brokenReply(request, malformed)
        } else if let partial = conversation.partialReply {
            partialReply(request, partial)
        } else if request < count {
            unanswered(request)
        }
    }

    private mutating func brokenReply(_ request: Int, _ malformed: Malformation) {
        if request >= count, conversation.malformedRequest != nil || conversation.requestGaps > 0 { return }
        let packet = malformed.packet ?? PacketReference(number: 0, time: conversation.lastTime)
        let message = Message(bytes: malformed.rest, offset: malformed.offset, first: packet, last: packet)
        if let body = meaning.strayContents(request - 1, malformed, message, self) {
            problems.append(body)
        } else if let other = meaning.otherProtocol(malformed.rest) {
            notes.append(
                "\(who): a stream of \(other), which is no \(reading.evidence.codec.name.uppercased()) (packet "
                    + "\(packet.number)), is not judged.")
        } else if request < count, let cut = cut(request, malformed.rest) {
            problems.append(cutShort(request, message, cut))
        } else if request < count, meaning.isHeadless(request, malformed.rest, self) {
            problems.append(headMissing(request, message))
        } else if let owner = meaning.bodyOwner(of: malformed.rest, self) {
            problems.append(strayBytes(request < count ? request : nil, message, owner))
        } else {
            problems.append(unreadable(request < count ? request : nil, malformed, message))
        }
    }

    private mutating func partialReply(_ request: Int, _ partial: Message) {
        guard request < count else {
            if conversation.partialRequest != nil || conversation.malformedRequest != nil { return }
            if conversation.requestGaps == 0, count > 0 { unaskedPiece(partial) }
            return
        }
        if let cut = cut(request, partial.bytes) {
            problems.append(cutShort(request, partial, cut))
            return
        }
        if meaning.isOpenEnded(partial) || meaning.mayBreakOff(request, partial, self) { return }
        let expected = meaning.expectedReplies(request, like: partial.bytes, self)
        let isBeginning = expected.isEmpty || expected.contains { $0.starts(with: partial.bytes) }
        if !isBeginning, meaning.token(of: call(request), reading) != nil, !meaning.mayBeginRefusal(partial.bytes) {
            problems.append(corruptPiece(request, partial))
            return
        }
        guard serverClosedFirst else {
            // Who does not read cannot get the rest.
            guard !conversation.clientWindowClosed else { return }
            if let silence = silence(since: partial.last) {
                var problem = endsInside(request, partial, expected.first, silence)
                problem.doubt = doubt(ofSilenceAfter: partial.last, request, silence)
                problems.append(problem)
            }
            return
        }
        guard !mayBeTakenForGone(request, having: partial.bytes.count) else { return }
        var problem = endsInside(request, partial, expected.first, nil)
        problem.doubt = doubtOfClose
        problems.append(problem)
    }

    private mutating func unaskedPiece(_ partial: Message) {
        let expected = meaning.onlyReply(to: call(count - 1), reading)
        guard let expected, expected.starts(with: partial.bytes) else { return }
        problems.append(duplication(count - 1, of: partial))
    }

    private mutating func unanswered(_ request: Int) {
        let waiting = self.request(request)
        guard !meaning.mayBlock(call(request)) else { return }
        guard !meaning.mayClose(before: request, self), !meaning.isInterfered else { return }
        if serverClosedFirst, let end = conversation.serverEnd {
            guard end.number > waiting.last.number, end.time > waiting.last.time else { return }
            guard !mayBeTakenForGone(request, having: 0) else { return }
            if crossedClose(request) {
                notes.append(
                    "\(who): \(label(request)) (packet \(waiting.last.number)) and the server's close (packet "
                        + "\(end.number)) crossed: the server had not got it.")
                return
            }
            var problem = lossByClose(request, end)
            problem.doubt = doubtOfClose
            problems.append(problem)
        } else if !conversation.clientWindowClosed {
            silent(request, since: later(waiting.last, replies.last?.last ?? waiting.last))
        }
    }

    /// Nobody closed, and `request` was not answered after `packet`.
    private mutating func silent(_ request: Int, since packet: PacketReference) {
        guard let silence = silence(since: packet) else { return }
        if !isForeign, isUnheard(request) {
            notes.append(
                "\(who): \(label(request)) (packet \(self.request(request).last.number)) was never acknowledged: the "
                    + "target's kernel had no room for it, so it is owed no reply.")
            return
        }
        var problem = hang(request, silence)
        problem.doubt = doubt(ofSilenceAfter: packet, request, silence)
        problems.append(problem)
    }

    private func later(_ left: PacketReference, _ right: PacketReference) -> PacketReference {
        left.time < right.time ? right : left
    }

    /// The server closed or reset while the client was still open, or still read.
    package var serverClosedFirst: Bool {
        guard let end = conversation.serverEnd else { return false }
        guard let client = conversation.clientEnd, !conversation.clientKeptReading else { return true }
        if conversation.proof?.serverSawClientEnd ?? false { return false }
        return end.number < client.number
    }

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
    private func mayBeTakenForGone(_ request: Int, having bytes: Int) -> Bool {
        guard closedAfterHalfClose else { return false }
        let asked = self.request(request).last.number
        let sent = replies.reduce(bytes) { $1.last.number > asked ? $0 + $1.bytes.count : $0 }
        return sent >= Self.oneWrite
    }

    /// What any server sends without waiting. Bytes.
    private static let oneWrite = 16_384

    /// How long the client waited after `packet`, from when the server had accepted it, if that never closed.
    private func silence(since packet: PacketReference) -> Problem.Silence? {
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
