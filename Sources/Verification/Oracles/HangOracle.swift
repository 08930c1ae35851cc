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
        var unanswered = reading.unanswered(call(request))
        unanswered.isTurnedAway = (0..<request).allSatisfy { self.call($0).head?.isError ?? false }
        return unanswered
    }
}

extension Reading {
    /// A request of a call, as one that is not answered.
    fileprivate func unanswered(_ call: Call) -> UnansweredRequest {
        UnansweredRequest(
            command: meaning.commandName(call, self), isPlain: meaning.isPlain(call, self), bytes: request(call).bytes)
    }

    /// Of all requests without a reply, the first of each kind.
    var unanswered: [UnansweredRequest] {
        var found: [String: UnansweredRequest] = [:]
        for conversation in evidence.conversations.indices {
            for call in calls[range(conversation)].reversed() {
                guard evidence.conversations[conversation].exchanges[Int(call.exchange)].reply == nil else { break }
                let request = unanswered(call)
                found[request.command] = request
            }
        }
        return found.keys.sorted().map { found[$0]! }
    }
}
