import Capture

/// A client gets its own replies and nobody else's.
public struct CrosstalkOracle: DiagnosisOracle {
    /// Creates the oracle.
    public init() {}

    /// `crosstalk`.
    public var id: OracleID { .crosstalk }

    func violations(in diagnosis: Diagnosis) -> [Violation] { problems(in: diagnosis) }
    func certainViolations(in diagnosis: Diagnosis) -> [Violation] { provenProblems(in: diagnosis) }
}

extension Dialogue {
    /// Bytes in place of a reply that are the body of what `owner` of another connection asked for.
    func strayBytes(_ request: Int?, _ message: Message, _ owner: ExchangeReference) -> Problem {
        let other = reading.calls[reading.starts[owner.conversation] + owner.exchange]
        let theirs = reading.request(other)
        let otherWords = "\(reading.name(owner.conversation))'s \(reading.label(other)) (packet \(theirs.last.number))"
        let place: String
        if let request { place = "in place of the reply to \(label(request))" } else { place = "unasked" }
        return problem(
            .crosstalk, "foreign-bytes",
            "\(who) got, \(place), bytes of the body that belongs to \(otherWords): "
                + "\(Reading.text(message.bytes)) in packet \(message.first.number).",
            [(theirs.last, "\(otherWords) is sent"), (message.first, "a piece of its reply goes to \(who)")])
    }

    /// The reply at `reply` belongs to `owner` of another connection. `request` is the one at whose place it stands.
    func crosstalk(_ request: Int?, _ reply: Int, _ owner: ExchangeReference) -> Problem {
        let other = reading.calls[reading.starts[owner.conversation] + owner.exchange]
        let theirs = reading.request(other)
        let got = replies[reply]
        let isProven = meaning.token(of: other, reading) != nil
        let otherWords = "\(reading.name(owner.conversation))'s \(reading.label(other)) (packet \(theirs.last.number))"
        guard let request, request < count else {
            return problem(
                .crosstalk, "foreign-reply",
                "\(who) got a reply that belongs to \(otherWords): \(text(reply)) in packet \(got.first.number).",
                [(theirs.last, "\(otherWords) is sent"), (got.first, "its reply goes to \(who)")], isProven: isProven)
        }
        let asked = self.request(request)
        return problem(
            .crosstalk, "foreign-reply",
            "\(who): \(label(request)) (packet \(asked.last.number)) got the reply of \(otherWords): \(text(reply)) in "
                + "packet \(got.first.number).",
            [
                (asked.last, "\(who)'s \(label(request)) is sent"), (theirs.last, "\(otherWords) is sent"),
                (got.first, "the reply to the latter goes to \(who)"),
            ], isProven: isProven)
    }
}
