import Capture

/// Replies are what the protocol allows and made of what somebody wrote.
public struct CorruptionOracle: DiagnosisOracle {
    /// Creates the oracle.
    public init() {}

    /// `corruption`.
    public var id: OracleID { .corruption }

    func violations(in diagnosis: Diagnosis) -> [Violation] { problems(in: diagnosis) }
}

extension Dialogue {
    /// Nothing explains the reply at `reply`.
    func corruption(_ request: Int, _ reply: Int) -> Problem {
        let asked = self.request(request)
        let got = replies[reply]
        let pieces = meaning.pieces(request, reply, self).map { "; \($0)" } ?? ""
        var problem = problem(
            .corruption, "wrong-reply",
            "\(who): \(label(request)) (packet \(asked.last.number)) was answered \(text(reply)) "
                + "(packet \(got.first.number)), which no request of any client explains\(pieces).",
            [(asked.last, "\(label(request)) is sent"), (got.first, "an impossible reply: \(text(reply))")])
        if isForeign, pieces.isEmpty, meaning.mayHoldAnything(request, reply, self) {
            problem.doubt = "a client that the capture does not show may have written it"
        }
        return problem
    }

    /// A reply that nobody asked for.
    func unasked(_ reply: Int) -> Problem {
        let got = replies[reply]
        return problem(
            .corruption, "unasked-reply",
            "\(who) got a reply that no request explains: \(text(reply)) in packet \(got.first.number).",
            [(got.first, "nobody asked for this: \(text(reply))")])
    }

    /// The stream ends with bytes that cannot begin the reply to `request`.
    func corruptPiece(_ request: Int, _ partial: Message) -> Problem {
        let asked = self.request(request)
        let text = Reading.text(partial.bytes)
        return problem(
            .corruption, "wrong-reply",
            "\(who): the reply to \(label(request)) (packet \(asked.last.number)) begins with \(text) "
                + "(packet \(partial.first.number)), which is not what it must repeat.",
            [(asked.last, "\(label(request)) is sent"), (partial.first, "a wrong reply begins: \(text)")])
    }

    /// The server's stream stops being messages.
    func unreadable(_ request: Int?, _ malformed: Malformation, _ message: Message) -> Problem {
        let place =
            request.map { "the reply to \(label($0)) (packet \(self.request($0).last.number))" }
            ?? "what follows the last reply"
        let text = Reading.text(malformed.rest)
        return problem(
            .corruption, "unreadable",
            "\(who): \(place) cannot be read: \(malformed.reason) (packet \(message.first.number), stream offset "
                + "\(malformed.offset): \(text)).",
            [(message.first, "not a reply: \(malformed.reason)")])
    }
}
