import Capture

/// Counts of operations that were open at once: how much a green answer is worth.
enum Overlaps {
    /// Pairs of operations of different connections on one key, and the most connections that were on one at once.
    ///
    /// - Complexity: O(events × keys of an operation).
    static func onKeys(
        _ history: KeyHistory, _ events: [KeyEvent], _ reading: Reading
    ) -> (pairs: Int, meeting: Int) {
        // Key by key: then counting those that a connection has open takes a number for each connection, and no search.
        var starts = [Int](repeating: 0, count: history.keys.count + 1)
        for event in events { forEachKey(of: event, history) { starts[$0 + 1] += 1 } }
        for key in 0..<history.keys.count { starts[key + 1] += starts[key] }
        var turns = [OverlapCount.Turn](repeating: OverlapCount.Turn(client: 0, opens: false), count: starts.last ?? 0)
        var next = starts
        for event in events {
            let call = Int(history.operations[Int(event.operation)].call)
            let turn = OverlapCount.Turn(client: reading.calls[call].conversation, opens: !event.isResponse)
            forEachKey(of: event, history) { key in
                turns[next[key]] = turn
                next[key] += 1
            }
        }
        var count = OverlapCount(clients: reading.evidence.conversations.count)
        for key in 0..<history.keys.count { count.add(turns[starts[key]..<starts[key + 1]]) }
        return (count.pairs, count.meeting)
    }

    private static func forEachKey(of event: KeyEvent, _ history: KeyHistory, _ body: (Int) -> Void) {
        let operation = history.operations[Int(event.operation)]
        guard operation.partCount > 0 else { return body(Int(operation.key)) }
        // What is done in several steps is one operation on each key.
        guard operation.kind != .atomic else { return history.parts.keys(of: operation).forEach { body(Int($0)) } }
        for part in history.parts.of(operation) { body(Int(part.key)) }
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
        var count = OverlapCount(clients: reading.evidence.conversations.count)
        count.add(
            events.map { event in
                OverlapCount.Turn(
                    client: reading.calls[Int(event.operation)].conversation, opens: !event.isResponse)
            })
        return count.pairs
    }
}
