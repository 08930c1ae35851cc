import Capture

/// Counts of operations that were open at once: how much a green answer is worth.
enum Overlaps {
    /// Pairs of operations of different connections on one key, and the most connections that were on one at once.
    ///
    /// - Complexity: O(events × operations that one connection has open).
    static func onKeys(_ history: KeyHistory, _ events: [SearchEvent], _ reading: Reading) -> (pairs: Int, meeting: Int)
    {
        var open = Array(repeating: 0, count: history.keys.count)
        var openOf: [[Int32]] = Array(repeating: [], count: reading.evidence.conversations.count)
        var pairs = 0
        // Connections that have the key open.
        var visitors = Array(repeating: 0, count: history.keys.count)
        var meeting = 0
        for event in events {
            let operation = history.operations[Int(event.operation)]
            let connection = Int(reading.calls[Int(operation.call)].conversation)
            let keys =
                operation.partCount > 0
                ? history.parts[Int(operation.firstPart)..<Int(operation.firstPart + operation.partCount)].map(\.key)
                : CollectionOfOne(operation.key).map { $0 }
            for key in keys {
                if event.isResponse {
                    open[Int(key)] -= 1
                    if let place = openOf[connection].firstIndex(of: key) { openOf[connection].remove(at: place) }
                    if !openOf[connection].contains(key) { visitors[Int(key)] -= 1 }
                } else {
                    pairs += open[Int(key)]
                    for other in openOf[connection] where other == key { pairs -= 1 }
                    if !openOf[connection].contains(key) { visitors[Int(key)] += 1 }
                    meeting = max(meeting, visitors[Int(key)])
                    open[Int(key)] += 1
                    openOf[connection].append(key)
                }
            }
        }
        return (pairs, meeting)
    }

    /// Pairs of exchanges of different connections, whatever they are about.
    ///
    /// - Complexity: O(n log n) in the exchanges.
    static func ofConnections(_ reading: Reading) -> Int {
        var events: [SearchEvent] = []
        for (index, call) in reading.calls.enumerated() {
            let request = reading.request(call).last.time.nanoseconds
            events.append(SearchEvent(time: request, operation: Int32(index), isResponse: false))
            guard let reply = reading.reply(call)?.first.time.nanoseconds else { continue }
            events.append(SearchEvent(time: max(reply, request), operation: Int32(index), isResponse: true))
        }
        events.sort(by: SearchEvent.isBefore)
        var open = 0
        var openOf = Array(repeating: 0, count: reading.evidence.conversations.count)
        var pairs = 0
        for event in events {
            let connection = Int(reading.calls[Int(event.operation)].conversation)
            if !event.isResponse { pairs += open - openOf[connection] }
            open += event.isResponse ? -1 : 1
            openOf[connection] += event.isResponse ? -1 : 1
        }
        return pairs
    }
}
