import Capture
import Wire

/// No request is left without its reply, and no reply without some of its bytes, by a server that goes on or closes.
public struct LossOracle: DiagnosisOracle {
    /// How long a client that got part of a reply must have waited for the rest.
    public var silenceLimits: SilenceLimits

    /// Creates the oracle.
    public init(silenceLimits: SilenceLimits = SilenceLimits()) {
        self.silenceLimits = silenceLimits
    }

    /// `loss`.
    public var id: OracleID { .loss }

    func violations(in diagnosis: Diagnosis) -> [Violation] { problems(in: diagnosis, silenceLimits: silenceLimits) }
}

extension Dialogue {
    /// The server passed over `request`: the reply at `reply` is one to a later request.
    func loss(_ request: Int, seenBy reply: Int) -> Problem {
        let asked = self.request(request)
        var problem = problem(
            .loss, "reply-missing",
            "\(who): \(label(request)) (packet \(asked.last.number)) got no reply, though the server answered a later "
                + "request (packet \(replies[reply].first.number)).",
            [
                (asked.last, "\(label(request)) is sent and never answered"),
                (replies[reply].first, "a later request's reply: \(text(reply))"),
            ])
        problem.violation.unanswered = unansweredRequest(request)
        return problem
    }

    /// The server closed with `request` unanswered.
    func lossByClose(_ request: Int, _ end: PacketReference) -> Problem {
        let asked = self.request(request)
        let how = conversation.teardown == .serverReset ? "reset" : "closed"
        let isHalfClosed = closedAfterHalfClose
        let state = isHalfClosed ? "had only shut down writing, and still read" : "was still open"
        var problem = problem(
            .loss, isHalfClosed ? "half-closed-unanswered" : "closed-unanswered",
            "\(who): \(label(request)) (packet \(asked.last.number)) got no reply; the server \(how) the connection "
                + "(packet \(end.number)) while the client \(state).",
            [(asked.last, "\(label(request)) is sent and never answered"), (end, "the server \(how) the connection")])
        problem.violation.restsOnLog = isHalfClosed
        if isHalfClosed {
            problem.violation.policy = "a server may take a client that has shut down writing for gone"
        } else {
            problem.violation.unanswered = unansweredRequest(request)
            problem.violation.isClosing = true
        }
        return problem
    }

    /// The reply to `request` has a hole, after which the stream goes on.
    func cutShort(_ request: Int, _ message: Message, _ cut: Cut) -> Problem {
        let asked = self.request(request)
        let missing = cut.missing.map { "\($0) bytes are missing" } ?? "bytes are missing"
        return problem(
            .loss, "bytes-missing",
            "\(who): the reply to \(label(request)) (packet \(asked.last.number)), which begins in packet "
                + "\(message.first.number), breaks off after \(cut.offset) bytes; \(missing), then the stream goes on.",
            [
                (asked.last, "\(label(request)) is sent"),
                (message.first, "its reply begins; after \(cut.offset) bytes \(missing)"),
            ])
    }

    /// The body that `request` asked for stands where its reply should begin.
    func headMissing(_ request: Int, _ message: Message) -> Problem {
        let asked = self.request(request)
        return problem(
            .loss, "head-missing",
            "\(who): the reply to \(label(request)) (packet \(asked.last.number)) begins with its body (packet "
                + "\(message.first.number)); its head is missing.",
            [(asked.last, "\(label(request)) is sent"), (message.first, "the body of its reply, without a head")])
    }

    /// The stream ends inside the reply to `request`.
    func endsInside(_ request: Int, _ partial: Message, _ expected: [UInt8]?, _ silence: Problem.Silence?) -> Problem {
        let asked = self.request(request)
        let whole = expected?.count ?? meaning.announcedLength(partial.bytes)
        let missing = whole.map { "\($0 - partial.bytes.count) bytes are missing" } ?? "the rest is missing"
        let why: String
        if let end = conversation.serverEnd, serverClosedFirst {
            why = "the server closed the connection (packet \(end.number))"
        } else {
            why = "the server sent no more"
        }
        var problem = problem(
            .loss, "bytes-missing",
            "\(who): the reply to \(label(request)) (packet \(asked.last.number)) "
                + "ends after \(partial.bytes.count) bytes "
                + "(packet \(partial.last.number)); \(missing), and \(why).",
            [
                (asked.last, "\(label(request)) is sent"),
                (partial.last, "its reply ends after \(partial.bytes.count) bytes; \(missing)"),
            ], silence: silence)
        problem.violation.isClosing = serverClosedFirst
        return problem
    }
}
