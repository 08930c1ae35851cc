/// Times of operations on one connection.
extension KeyHistory {
    /// Widens intervals so that they keep to the order of the streams: what stands earlier in a stream was sent no later
    /// than what stands behind it, whatever stamps and order a capture gives the packets.
    ///
    /// - Complexity: O(operations).
    mutating func keepStreamOrder(_ reading: Reading) {
        var conversation: Int32 = -1
        var latest = Int64.min
        for index in operations.indices {
            let own = reading.calls[Int(operations[index].call)].conversation
            if own != conversation { (conversation, latest) = (own, .min) }
            guard operations[index].isAnswered else { continue }
            latest = max(latest, operations[index].completed)
            operations[index].completed = latest
        }
        conversation = -1
        var earliest = Int64.max
        for index in operations.indices.reversed() {
            let own = reading.calls[Int(operations[index].call)].conversation
            if own != conversation { (conversation, earliest) = (own, .max) }
            earliest = min(earliest, operations[index].invoked)
            operations[index].invoked = earliest
        }
    }
}
