package import Capture
import Wire

/// The requests and the replies of one connection side by side, as they stand in their streams, whichever belong together.
package struct Dialogue {
    package let reading: Reading
    package let index: Int
    package let conversation: Conversation
    package let calls: ArraySlice<Call>
    package let replies: [Message]
    package let heads: [ReplyHead?]
    /// Requests that get exactly one reply each; what follows is not judged.
    package let count: Int

    init(_ reading: Reading, _ index: Int) {
        self.reading = reading
        self.index = index
        conversation = reading.evidence.conversations[index]
        calls = reading.calls[reading.range(index)]
        replies = conversation.exchanges.compactMap(\.reply) + conversation.surplus
        heads = replies.map { reading.meaning.head(of: $0) }
        count = calls.firstIndex(where: \.endsPairing).map { [calls] in $0 - calls.startIndex } ?? calls.count
    }

    var meaning: any Meaning { reading.meaning }

    package func call(_ request: Int) -> Call { calls[calls.startIndex + request] }

    package func request(_ request: Int) -> Message { conversation.exchanges[request].request }

    package func fits(_ request: Int, _ reply: Int) -> Bool {
        meaning.fits(call(request), self.request(request), heads[reply], replies[reply], reading)
    }

    package func fitsShape(_ request: Int, _ reply: Int) -> Bool {
        meaning.fitsShape(call(request), self.request(request), heads[reply], replies[reply], reading)
    }

    /// The server closed or reset while the client was still open, or still read.
    package var serverClosedFirst: Bool {
        guard let end = conversation.serverEnd else { return false }
        guard let client = conversation.clientEnd, !conversation.clientKeptReading else { return true }
        if conversation.proof?.serverSawClientEnd ?? false { return false }
        return end.number < client.number
    }

    /// Answered no earlier than some moments before `packet`: replies to two clients from one buffer leave together.
    package func isStillOpen(_ call: Call, at packet: PacketReference) -> Bool {
        guard let reply = reading.reply(call) else { return true }
        return reply.first.time.nanoseconds + Self.togetherNanoseconds >= packet.time.nanoseconds
    }

    static let togetherNanoseconds: Int64 = 1_000_000
}

/// For people.
extension Dialogue {
    /// Builds a problem of this connection. `story` is packets with what each shows.
    package func problem(
        _ oracle: OracleID, _ kind: String, _ summary: String,
        _ story: [(packet: PacketReference, note: String)], isProven: Bool = false, silence: Problem.Silence? = nil
    ) -> Problem {
        // Without the commands' names: one fault in a server's framing shows with many commands.
        let signature = "\(oracle.rawValue):\(kind)"
        var violation = Violation(
            oracle: oracle, summary: summary, packets: story.map(\.packet.number), notes: story.map(\.note),
            signature: signature)
        violation.flow = conversation.flow
        return Problem(
            violation: violation, conversation: index, isProvenByToken: isProven, silence: silence)
    }

    package func label(_ request: Int) -> String { reading.label(call(request)) }

    package func text(_ reply: Int) -> String { meaning.text(replies[reply]) }

    /// `c1: `
    package var who: String { conversation.name }
}
