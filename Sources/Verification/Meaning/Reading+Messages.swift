/// The messages of calls.
extension Reading {
    package func request(_ call: Call) -> Message {
        let conversation = Int(call.conversation)
        return call.isSilent
            ? evidence.conversations[conversation].silent[Int(call.exchange)].request
            : evidence.conversations[conversation].exchanges[Int(call.exchange)].request
    }

    package func reply(_ call: Call) -> Message? {
        call.isSilent ? nil : evidence.conversations[Int(call.conversation)].exchanges[Int(call.exchange)].reply
    }

    /// The connection that the reply of a call announced, if it was captured.
    ///
    /// - Complexity: O(1).
    package func related(_ call: Call) -> RelatedFlow? {
        evidence.conversations[Int(call.conversation)].related[Int(call.exchange)]
    }
}
