import Wire

/// Which request a reply belongs to by its bytes alone: the requests whose reply must equal what they sent, by those
/// bytes, where they are unique in the evidence. Built when first asked.
package struct TokenIndex {
    /// Shorter bytes name nobody.
    package static let shortestToken = 3

    private var interner = ByteInterner()
    private var owners: [ExchangeReference?] = []
    private var isBuilt = false

    /// The only request that `reply` answers.
    ///
    /// - Complexity: O(all requests) the first time, then O(length).
    mutating func owner(of reply: Message, _ head: ReplyHead?, in reading: Reading) -> ExchangeReference? {
        if let owner = reading.meaning.owner(of: reply, head, reading) { return owner }
        guard let range = reading.meaning.token(ofReply: reply, head) else { return nil }
        // A tag is meant to name its request, however short it is.
        guard reading.meaning.tokensAreTags || range.count >= Self.shortestToken else { return nil }
        if !isBuilt { build(reading) }
        guard let id = interner.lookup(reply.bytes, range) else { return nil }
        return owners[id]
    }

    private mutating func build(_ reading: Reading) {
        isBuilt = true
        for call in reading.calls {
            let request = reading.request(call)
            guard !call.isSilent, let range = reading.meaning.token(of: call, reading) else { continue }
            let id = interner.intern(request.bytes, range)
            if id == owners.count {
                owners.append(ExchangeReference(conversation: Int(call.conversation), exchange: Int(call.exchange)))
            } else {
                owners[id] = nil
            }
        }
    }
}
