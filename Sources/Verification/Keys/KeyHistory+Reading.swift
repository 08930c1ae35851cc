/// What the calls of a reading did.
extension KeyHistory {
    init(_ reading: Reading) {
        operations.reserveCapacity(reading.calls.count)
        for index in reading.evidence.conversations.indices { addOperations(of: index, reading) }
        settleFlushes()
        settleCollections(startsAbsent: reading.evidence.keysStartAbsent)
        keepStreamOrders(reading)
        excludeKeysOfUnreadableRequests(reading)
    }

    /// In the order of the stream: that is the order in which a server takes them.
    private mutating func addOperations(of index: Int, _ reading: Reading) {
        let conversation = reading.evidence.conversations[index]
        var isPaired = reading.isPaired[index]
        for call in reading.stream(index) {
            if call.endsPairing, !call.isSilent { isPaired = false }
            let exchange =
                call.isSilent
                ? Exchange(request: conversation.silent[Int(call.exchange)].request, reply: nil)
                : conversation.exchanges[Int(call.exchange)]
            reading.meaning.addOperations(of: call, exchange, isPaired: isPaired, reading, to: &self)
        }
    }

    /// Of each connection.
    private mutating func keepStreamOrders(_ reading: Reading) {
        var start = 0
        while start < operations.count {
            let own = reading.calls[Int(operations[start].call)].conversation
            let end = operations[start...].firstIndex { reading.calls[Int($0.call)].conversation != own }
            keepStreamOrder(start..<(end ?? operations.count))
            start = end ?? operations.count
        }
    }

    /// Bytes that are no request to this codec may still be one to the server.
    private mutating func excludeKeysOfUnreadableRequests(_ reading: Reading) {
        for conversation in reading.evidence.conversations {
            guard let rest = conversation.malformedRequest else { continue }
            guard rest.unread <= Self.maximumSearchedBytes, keys.count <= Self.maximumSearchedKeys else {
                exclusionOfAll = exclusionOfAll ?? "\(conversation.name) sent \(rest.unread) bytes that are no request"
                continue
            }
            for key in 0..<keys.count where Self.contains(rest.rest, keys.bytes(key)) {
                exclusion[key] = .unreadableRequest
            }
        }
    }

    static let maximumSearchedBytes = 64 << 10
    static let maximumSearchedKeys = 64

    private static func contains(_ bytes: [UInt8], _ key: ArraySlice<UInt8>) -> Bool {
        guard let first = key.first, bytes.count >= key.count else { return key.isEmpty }
        for start in 0...(bytes.count - key.count) where bytes[start] == first {
            if bytes[start..<start + key.count] == key { return true }
        }
        return false
    }
}
