import Capture
import Wire

extension Dialogue {
    var lastPacket: PacketReference { PacketReference(number: Int.max, time: conversation.lastTime) }

    /// Replies beyond the last request.
    func surplus(_ first: Int, _ tokens: inout TokenIndex, _ found: inout Findings) {
        // Bytes that are no request, or gaps, may hide requests; an unfinished request may be refused.
        guard conversation.malformedRequest == nil, conversation.requestGaps == 0 else { return }
        // A request that is still under way may be answered already.
        let first = conversation.partialRequest == nil ? first : first + 1
        for reply in min(first, replies.count)..<replies.count where !found.isFull {
            if mayComeUnasked(reply) { continue }
            if let owner = tokens.owner(of: replies[reply], heads[reply], in: reading) {
                let isOwn = owner.conversation == index
                found.problems.append(
                    isOwn ? duplication(owner.exchange, reply, isProven: true) : crosstalk(nil, reply, owner))
            } else if !meaning.judgesReplies || (count > 0 && fitsShape(count - 1, reply)) {
                found.problems.append(duplication(firstEarlyReply ?? count - 1, reply, isProven: false))
            } else if let owner = stranger(to: reply) {
                found.problems.append(crosstalk(nil, reply, owner))
            } else {
                found.problems.append(unasked(reply))
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

    private func stranger(to reply: Int) -> ExchangeReference? {
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
    func tail(_ request: Int, _ found: inout Findings) {
        if let malformed = conversation.malformedReply {
            brokenReply(request, malformed, &found)
        } else if let partial = conversation.partialReply {
            partialReply(request, partial, &found)
        } else if request < count {
            unanswered(request, &found)
        }
    }

    private func brokenReply(_ request: Int, _ malformed: Malformation, _ found: inout Findings) {
        if request >= count, conversation.malformedRequest != nil || conversation.requestGaps > 0 { return }
        let packet = malformed.packet ?? PacketReference(number: 0, time: conversation.lastTime)
        let message = Message(bytes: malformed.rest, offset: malformed.offset, first: packet, last: packet)
        if let body = meaning.strayContents(request - 1, malformed, message, self) {
            found.problems.append(body)
        } else if let other = meaning.otherProtocol(malformed.rest) {
            found.notes.append(
                "\(who): a stream of \(other), which is no \(reading.evidence.codec.name.uppercased()) (packet "
                    + "\(packet.number)), is not judged.")
        } else if request < count, let cut = cut(request, malformed.rest) {
            found.problems.append(cutShort(request, message, cut))
        } else if request < count, meaning.isHeadless(request, malformed.rest, self) {
            found.problems.append(headMissing(request, message))
        } else if let owner = meaning.bodyOwner(of: malformed.rest, self) {
            found.problems.append(strayBytes(request < count ? request : nil, message, owner))
        } else {
            found.problems.append(unreadable(request < count ? request : nil, malformed, message))
        }
    }

    private func partialReply(_ request: Int, _ partial: Message, _ found: inout Findings) {
        guard request < count else {
            if conversation.partialRequest != nil || conversation.malformedRequest != nil { return }
            if conversation.requestGaps == 0, count > 0 { unaskedPiece(partial, &found) }
            return
        }
        if let cut = cut(request, partial.bytes) {
            found.problems.append(cutShort(request, partial, cut))
            return
        }
        if meaning.isOpenEnded(partial) || meaning.mayBreakOff(request, partial, self) { return }
        let expected = meaning.expectedReplies(request, like: partial.bytes, self)
        let isBeginning = expected.isEmpty || expected.contains { $0.starts(with: partial.bytes) }
        if !isBeginning, meaning.token(of: call(request), reading) != nil, !meaning.mayBeginRefusal(partial.bytes) {
            found.problems.append(corruptPiece(request, partial))
            return
        }
        guard serverClosedFirst else {
            // Who does not read cannot get the rest.
            guard !conversation.clientWindowClosed else { return }
            if let silence = silence(since: partial.last) {
                var problem = endsInside(request, partial, expected.first, silence)
                problem.doubt = doubt(ofSilenceAfter: partial.last, request, silence)
                found.problems.append(problem)
            }
            return
        }
        guard !mayBeTakenForGone(request, having: partial.bytes.count) else { return }
        var problem = endsInside(request, partial, expected.first, nil)
        problem.doubt = doubtOfClose
        found.problems.append(problem)
    }

    private func unaskedPiece(_ partial: Message, _ found: inout Findings) {
        let expected = meaning.onlyReply(to: call(count - 1), reading)
        guard let expected, expected.starts(with: partial.bytes) else { return }
        found.problems.append(duplication(count - 1, of: partial))
    }

    private func unanswered(_ request: Int, _ found: inout Findings) {
        let waiting = self.request(request)
        guard !meaning.mayBlock(call(request), reading) else { return }
        guard !meaning.mayClose(before: request, self), !meaning.isInterfered else { return }
        if serverClosedFirst, let end = conversation.serverEnd {
            guard end.number > waiting.last.number, end.time > waiting.last.time else { return }
            guard !mayBeTakenForGone(request, having: 0) else { return }
            if crossedClose(request) {
                found.notes.append(
                    "\(who): \(label(request)) (packet \(waiting.last.number)) and the server's close (packet "
                        + "\(end.number)) crossed: the server had not got it.")
                return
            }
            var problem = lossByClose(request, end)
            problem.doubt = doubtOfClose
            found.problems.append(problem)
        } else if !conversation.clientWindowClosed {
            silent(request, since: later(waiting.last, replies.last?.last ?? waiting.last), &found)
        }
    }

    /// Nobody closed, and `request` was not answered after `packet`.
    private func silent(_ request: Int, since packet: PacketReference, _ found: inout Findings) {
        guard let silence = silence(since: packet) else { return }
        if !isForeign, isUnheard(request) {
            found.notes.append(
                "\(who): \(label(request)) (packet \(self.request(request).last.number)) was never acknowledged: the "
                    + "target's kernel had no room for it, so it is owed no reply.")
            return
        }
        var problem = hang(request, silence)
        problem.doubt = doubt(ofSilenceAfter: packet, request, silence)
        found.problems.append(problem)
    }

    private func later(_ left: PacketReference, _ right: PacketReference) -> PacketReference {
        left.time < right.time ? right : left
    }
}
