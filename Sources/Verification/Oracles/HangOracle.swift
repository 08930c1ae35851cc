import Capture

/// The server does not fall silent.
public struct HangOracle: DiagnosisOracle {
    /// How long a client must have waited.
    public var silenceLimits: SilenceLimits

    /// Creates the oracle.
    public init(silenceLimits: SilenceLimits = SilenceLimits()) {
        self.silenceLimits = silenceLimits
    }

    /// `hang`.
    public var id: OracleID { .hang }
    /// The signature of a request that is never answered, whoever noticed: one fault has one id.
    package static let silence = "\(OracleID.hang.rawValue):\(silent)"
    fileprivate static let silent = "silent"

    func violations(in diagnosis: Diagnosis) -> [Violation] { problems(in: diagnosis, silenceLimits: silenceLimits) }
}

extension Dialogue {
    func hang(_ request: Int, _ silence: Problem.Silence) -> Problem {
        let asked = self.request(request)
        let milliseconds = (silence.nanoseconds + silence.unseen) / 1_000_000
        let until = silence.clientClosed ? "until the client closed" : "until the capture ended"
        if let other = reading.clientThatDoesNotRead(besides: index) {
            return problem(
                .isolation, "held-up",
                "\(who): \(label(request)) (packet \(asked.last.number)) got no reply for \(milliseconds) ms, \(until), "
                    + "while \(other) did not read: one client holds up another.",
                [(asked.last, "\(label(request)) is sent and never answered")], silence: silence)
        }
        var problem = problem(
            .hang, HangOracle.silent,
            "\(who): \(label(request)) (packet \(asked.last.number)) "
                + "got no reply for \(milliseconds) ms, \(until); the "
                + "server neither answered nor closed.",
            [(asked.last, "\(label(request)) is sent and never answered")], silence: silence)
        problem.violation.unanswered = unansweredRequest(request)
        return problem
    }

    func unansweredRequest(_ request: Int) -> UnansweredRequest {
        let call = call(request)
        return UnansweredRequest(
            command: meaning.commandName(call, reading), isPlain: meaning.isPlain(call, reading),
            bytes: self.request(request).bytes,
            isTurnedAway: (0..<request).allSatisfy { self.call($0).head?.isError ?? false })
    }
}
