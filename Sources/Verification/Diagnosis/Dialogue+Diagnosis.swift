import Capture
import Wire

/// Explains a connection whose replies are not plainly one right reply to each request in order.
///
/// It walks requests and replies side by side. Where they do not fit it tries the explanations in turn, from the one
/// with the strongest evidence to the weakest, realigns where one is certain, and gives up after a handful.
extension Dialogue {
    /// What is found of one connection.
    struct Findings {
        var problems: [Problem] = []
        var notes: [String] = []

        /// More problems than this of one connection are not told.
        private static let maximumProblems = 4

        var isFull: Bool { problems.count >= Self.maximumProblems }
    }

    /// Says what is wrong with it.
    func findings(_ tokens: inout TokenIndex) -> Findings {
        var found = Findings()
        find(&tokens, &found)
        return found
    }

    private func find(_ tokens: inout TokenIndex, _ found: inout Findings) {
        guard reading.isPaired[index] else {
            let why =
                conversation.datagrams == nil
                ? "the capture begins in the middle of this connection" : "several requests were outstanding at once"
            found.notes.append(
                "\(conversation.name): \(why); which reply answers which request is not certain, so its replies are not "
                    + "judged.")
            return
        }
        if let facts = conversation.datagrams { return runDatagrams(facts, &tokens, &found) }
        guard !reading.evidence.codec.answersByTag else { return runTagged(&tokens, &found) }
        var request = 0
        var reply = 0
        while request < count, reply < replies.count {
            if fits(request, reply) {
                request += 1
                reply += 1
                continue
            }
            guard let next = explain(request, reply, &tokens, &found), !found.isFull else {
                return
            }
            (request, reply) = next
        }
        if count < calls.count {
            found.notes.append(
                "\(conversation.name): replies after \(reading.label(calls[calls.startIndex + count])) are not "
                    + "judged; the connection then is no longer one reply to one request.")
        } else if reply < replies.count {
            surplus(reply, &tokens, &found)
        } else if conversation.replyGaps == 0 {
            tail(request, &found)
        }
    }

    /// Whether requests and replies fit pairwise from here until one of them ends, each reply after its request.
    func aligned(_ request: Int, _ reply: Int) -> Bool {
        var offset = 0
        while request + offset < count, reply + offset < replies.count {
            let comesAfter = replies[reply + offset].first.number > self.request(request + offset).last.number
            guard comesAfter, fits(request + offset, reply + offset) else { return false }
            offset += 1
        }
        return true
    }

    // MARK: A reply that does not fit

    /// Says what is wrong at this place. Returns where to go on, or nil where that is not certain.
    private func explain(_ request: Int, _ reply: Int, _ tokens: inout TokenIndex, _ found: inout Findings) -> (
        Int, Int
    )? {
        if let owner = tokens.owner(of: replies[reply], heads[reply], in: reading) {
            if owner.conversation != index {
                found.problems.append(crosstalk(request, reply, owner))
                return afterForeign(request, reply)
            }
            if owner.exchange < request {
                found.problems.append(duplication(owner.exchange, reply, isProven: true))
                return (request, reply + 1)
            }
            if let size = permutation(request, reply) {
                found.problems.append(order(request, reply, belongsTo: owner.exchange, isProven: true))
                return (request + size, reply + size)
            }
            if owner.exchange > request, owner.exchange < count {
                if fitsLater(request, reply) {
                    found.problems.append(order(request, reply, belongsTo: owner.exchange, isProven: true))
                    return nil
                }
                found.problems.append(loss(request, seenBy: reply))
                return (owner.exchange, reply)
            }
        }
        if let owner = meaning.headOwner(request, reply, self) {
            found.problems.append(crosstalk(request, reply, owner))
            return nil
        }
        if let cut = cut(request, rawReplies(from: reply)) {
            found.problems.append(cutShort(request, replies[reply], cut))
            return nil
        }
        return explainByShape(request, reply, &found)
    }

    private func explainByShape(_ request: Int, _ reply: Int, _ found: inout Findings) -> (Int, Int)? {
        if meaning.cameAgainTooEarly(request, reply, self) {
            found.problems.append(duplication(request - 1, reply, isProven: false))
            return (request, reply + 1)
        }
        let hasMoreReplies = replies.count - reply > count - request
        for attempt in hasMoreReplies ? [2, 1, 3] : [1, 3, 2] {
            if attempt == 1, let size = permutation(request, reply) {
                found.problems.append(order(request, reply, belongsTo: nil, isProven: false))
                return (request + size, reply + size)
            }
            if attempt == 2, request > 0, fitsShape(request - 1, reply), isDoubled(request, reply) {
                found.problems.append(duplication(request - 1, reply, isProven: false))
                return (request, reply + 1)
            }
            if attempt == 3, request + 1 < count, !leavesSurplus(request + 1, reply), aligned(request + 1, reply) {
                found.problems.append(loss(request, seenBy: reply))
                return (request + 1, reply)
            }
        }
        if let owner = strangerWithSameReply(request, reply) {
            found.problems.append(crosstalk(request, reply, owner))
            return afterForeign(request, reply)
        }
        if let next = afterSeveralLost(request, reply) {
            found.problems.append(loss(request, seenBy: reply))
            return (next, reply)
        }
        found.problems.append(corruption(request, reply))
        return nil
    }

    /// The first request from which on all fits to the last, if several before it were passed over: a server that drops what
    /// follows the first request of a read. Nil where no such place is.
    private func afterSeveralLost(_ request: Int, _ reply: Int) -> Int? {
        let last = count - (replies.count - reply)
        guard last > request + 1, last < count, last - request <= Self.mostPassedOver else { return nil }
        return aligned(last, reply) ? last : nil
    }

    /// More requests than a batch has are not passed over at once.
    private static let mostPassedOver = 64

    /// Leaving `reply` out makes the rest fit, and there is a rest, or the reply came before its request.
    private func isDoubled(_ request: Int, _ reply: Int) -> Bool {
        guard !leavesSurplus(request, reply + 1), aligned(request, reply + 1) else { return false }
        return reply + 1 < replies.count || fitsShape(request, reply)
    }

    /// Going on from here would end with more replies than requests: no explanation of a gap in the replies.
    private func leavesSurplus(_ request: Int, _ reply: Int) -> Bool {
        replies.count - reply > count - request
    }

    /// Where to go on after a stranger's reply: it stands in place of this request's own, or before it.
    private func afterForeign(_ request: Int, _ reply: Int) -> (Int, Int)? {
        if aligned(request + 1, reply + 1) { return (request + 1, reply + 1) }
        return aligned(request, reply + 1) ? (request, reply + 1) : nil
    }

    /// Whether the reply that must be `request`'s comes later.
    private func fitsLater(_ request: Int, _ reply: Int) -> Bool {
        guard meaning.token(of: call(request), reading) != nil else { return false }
        return (reply + 1..<replies.count).contains { fits(request, $0) }
    }
}
