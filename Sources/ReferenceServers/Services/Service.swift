/// What a server does with requests, whatever its concurrency model and transport are.
package protocol Service: Sendable {
    /// The state of one connection.
    func makeSession() -> any Session

    /// When the server has drained: removes what the service leaves.
    func finish()
}

extension Service {
    /// Most services leave nothing.
    package func finish() {}
}

/// One connection's side of a service. It is used by one thread at a time and performs no socket I/O.
package protocol Session: AnyObject {
    /// Finds the end of the first request of `bytes`.
    func frame(_ bytes: Span<UInt8>) -> RequestFrame

    /// Answers one request, exactly what `frame` measured, by adding its reply to `reply`.
    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation

    /// Adds the reply to bytes that are no request; the connection closes behind it.
    func refuse(_ reason: String, into reply: inout [UInt8])

    /// Adds the next piece of a reply that is too long for memory; `.stream` as long as there is more.
    func continueReply(into reply: inout [UInt8]) -> Continuation

    /// Where others send what the client did not ask for, and its replies go as well; nil where nobody does.
    var outbox: Outbox? { get }

    /// The connection is over.
    func end()
}

/// What follows a reply.
package enum Continuation: Equatable, Sendable {
    /// The next request may be answered.
    case next
    /// The rest of the reply comes from `continueReply` first.
    case stream
    /// The connection closes once the reply is sent.
    case close
}

extension Session {
    /// Most protocols have no words for a refusal: the connection just closes.
    package func refuse(_ reason: String, into reply: inout [UInt8]) {}

    /// Most clients get nothing but replies.
    package var outbox: Outbox? { nil }

    /// Most services forget a connection by letting go of its session.
    package func end() {}

    /// Most replies fit in memory.
    package func continueReply(into reply: inout [UInt8]) -> Continuation { .next }
}
