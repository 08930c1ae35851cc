import Capture
import Wire

extension Dialogue {
    /// Explains a connection whose replies name their requests, and come in any order.
    func runTagged(_ tokens: inout TokenIndex, _ found: inout Findings) {
        var reply = 0
        var firstUnanswered: Int?
        for request in conversation.exchanges.indices where !found.isFull {
            guard conversation.exchanges[request].reply != nil else {
                if request < count { firstUnanswered = firstUnanswered ?? request }
                continue
            }
            defer { reply += 1 }
            guard request < count, !fits(request, reply) else { continue }
            if let owner = tokens.owner(of: replies[reply], heads[reply], in: reading), owner.conversation != index {
                found.problems.append(crosstalk(request, reply, owner))
            } else {
                found.problems.append(corruption(request, reply))
            }
        }
        for reply in replies.count - conversation.surplus.count..<replies.count where !found.isFull {
            surplusTagged(reply, &tokens, &found)
        }
        if conversation.replyGaps == 0, !found.isFull { tail(firstUnanswered ?? count, &found) }
    }

    /// A reply with a tag that no open request has.
    private func surplusTagged(_ reply: Int, _ tokens: inout TokenIndex, _ found: inout Findings) {
        guard conversation.malformedRequest == nil, conversation.requestGaps == 0, conversation.partialRequest == nil
        else { return }
        if heads[reply]?.isError ?? false, serverClosedFirst { return }
        let codec = reading.evidence.codec
        let message = replies[reply]
        guard let tag = codec.tag(of: message.bytes.span, from: .server) else {
            if heads[reply]?.isError ?? false { return }
            return found.problems.append(unasked(reply))
        }
        let again = conversation.exchanges.indices.last { request in
            let asked = conversation.exchanges[request].request
            return codec.tag(of: asked.bytes.span, from: .client).map { asked.bytes[$0] == message.bytes[tag] } ?? false
        }
        if let again {
            found.problems.append(duplication(again, reply, isProven: true))
        } else if let owner = tokens.owner(of: message, heads[reply], in: reading), owner.conversation != index {
            found.problems.append(crosstalk(nil, reply, owner))
        } else {
            found.problems.append(unasked(reply))
        }
    }
}
