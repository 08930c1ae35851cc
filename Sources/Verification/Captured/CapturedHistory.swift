import Capture

/// What was captured, as a history like that of a file: for models that know nothing of protocols.
///
/// A row's number is the packet with its request. Rows stand in order of connections; intervals are those of the wire.
public struct CapturedHistory: Sendable {
    /// The operations.
    public internal(set) var history = History()
    /// Of each row, the exchange.
    package internal(set) var exchanges: [ExchangeReference] = []
    /// Of each row, the packet with the first byte of its reply; 0 where there is none.
    public internal(set) var answers: [Int] = []
    /// What was left out, and why, one sentence each.
    public internal(set) var notes: [String] = []
    /// Whether nothing was there before the first packet.
    public var startsEmpty = false
    /// Whether each request was understood, and done once at most.
    package private(set) var isReliable = true

    /// What operations are called.
    public enum Naming: Sendable {
        /// As the protocol knows what they do: `read`, `write`, `increment`.
        case effects
        /// As the protocol calls them, `INCR`, or with what they are about, `POST /coin`; these functions they are, and
        /// any other is foreign.
        case functions([String: History.Function])
        /// As the protocol calls them, in the spelling of these names; each is `other`.
        case names([String])
    }

    /// Reads evidence.
    ///
    /// - Complexity: O(bytes).
    public init(_ evidence: Evidence, _ naming: Naming) {
        self.init(Reading(evidence), naming)
    }

    init(_ reading: Reading, _ naming: Naming) {
        startsEmpty = reading.evidence.keysStartAbsent
        history.numberWord = "packet"
        for (index, conversation) in reading.evidence.conversations.enumerated() {
            history.clientNames[Int32(index)] = conversation.name
            if conversation.datagrams != nil { isReliable = false }
            guard let rest = conversation.malformedRequest else { continue }
            history.doubts.append(
                "\(conversation.name) sent \(rest.unread) bytes that are no request: what they did nobody knows.")
        }
        switch naming {
        case .effects: addEffects(reading)
        case .functions(let functions): addCalls(reading, CallNaming(functions: functions))
        case .names(let names): addCalls(reading, CallNaming(names: names))
        }
        if !history.doubts.isEmpty { isReliable = false }
    }

    /// Appends the operation of a call.
    mutating func append(
        _ function: History.Function, _ call: Call, _ reading: Reading, key: Int, argument: Int, expected: Int?,
        result: Int, invoked: Int64, completed: Int64, status: History.Status
    ) {
        history.append(
            function, client: Int(call.conversation), key: key, argument: argument, expected: expected, result: result,
            invoked: invoked, completed: completed, status: status, id: reading.request(call).last.number)
        exchanges.append(ExchangeReference(conversation: Int(call.conversation), exchange: Int(call.exchange)))
        answers.append(reading.reply(call)?.first.number ?? 0)
    }
}
