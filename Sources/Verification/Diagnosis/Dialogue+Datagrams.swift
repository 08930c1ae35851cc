import Capture

extension Dialogue {
    /// Explains a conversation of datagrams. They may be lost or overtake each other, so neither silence nor order counts
    /// against the server; what it did say does.
    func runDatagrams(_ facts: DatagramFacts, _ tokens: inout TokenIndex, _ found: inout Findings) {
        for request in 0..<count where !found.isFull {
            let exchange = conversation.exchanges[request]
            guard let reply = exchange.reply else { continue }
            if !meaning.fits(call(request), exchange.request, call(request).head, reply, reading) {
                found.problems.append(doubted(wrongDatagram(request, reply)))
            } else if let again = facts.repliedAgain[request]?.first(where: { $0.bytes != reply.bytes }) {
                found.problems.append(executedTwice(request, reply, again, facts.retries[request]?.first))
            }
        }
        for index in conversation.surplus.indices where !found.isFull {
            let reply = replies.count - conversation.surplus.count + index
            if let owner = tokens.owner(of: replies[reply], heads[reply], in: reading) {
                let isOwn = owner.conversation == self.index
                found.problems.append(
                    isOwn ? doubted(doubledDatagram(owner.exchange, replies[reply])) : crosstalk(nil, reply, owner))
            } else if let earlier = lastAnswered(before: replies[reply]) {
                found.problems.append(doubted(doubledDatagram(earlier, replies[reply])))
            } else {
                found.problems.append(doubted(unasked(reply)))
            }
        }
        for (side, malformed) in [("request", conversation.malformedRequest), ("reply", conversation.malformedReply)] {
            guard let malformed else { continue }
            found.notes.append(
                "\(who): a \(side) (packet \(malformed.packet?.number ?? 0)) is left out: \(malformed.reason).")
        }
    }

    /// Datagrams have no numbers: in a capture of anybody's one that is missing, or stands there twice, is not told.
    private func doubted(_ problem: Problem) -> Problem {
        guard isForeign else { return problem }
        var problem = problem
        problem.doubt = "the capture may miss a datagram, or hold one twice"
        return problem
    }

    /// The last request that was answered before `reply` came.
    private func lastAnswered(before reply: Message) -> Int? {
        (0..<count).last {
            guard let own = conversation.exchanges[$0].reply else { return false }
            return own.first.number < reply.first.number
        }
    }

    private func wrongDatagram(_ request: Int, _ reply: Message) -> Problem {
        let text = Reading.text(reply.bytes)
        return problem(
            .corruption, "wrong-reply",
            "\(who): \(label(request)) (packet \(self.request(request).last.number)) was answered \(text) "
                + "(packet \(reply.first.number)), which it may not get.",
            [(self.request(request).last, "\(label(request)) is sent"), (reply.first, "an impossible reply: \(text)")])
    }

    private func doubledDatagram(_ request: Int, _ again: Message) -> Problem {
        let asked = self.request(request).last
        return problem(
            .duplication, "doubled",
            "\(who): \(label(request)) (packet \(asked.number)) was sent once and answered again: "
                + "\(Reading.text(again.bytes)) in packet \(again.first.number).",
            [(asked, "\(label(request)) is sent once"), (again.first, "its reply again")])
    }

    private func executedTwice(
        _ request: Int, _ first: Message, _ again: Message, _ retry: PacketReference?
    ) -> Problem {
        let asked = self.request(request).last
        let copies = retry.map { "packets \(asked.number) and \($0.number)" } ?? "packet \(asked.number)"
        return problem(
            .duplication, "executed-twice",
            "\(who): \(label(request)), sent again for want of a reply (\(copies)), was executed twice: "
                + "\(Reading.text(first.bytes)) in packet \(first.first.number) and \(Reading.text(again.bytes)) in packet "
                + "\(again.first.number).",
            [(asked, "\(label(request)) is sent")] + (retry.map { [($0, "it is sent again")] } ?? [])
                + [(first.first, "its reply"), (again.first, "another reply to it")])
    }
}
