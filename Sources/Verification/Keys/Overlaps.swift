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
        var turns = [Turn](repeating: Turn(connection: 0, opens: false), count: starts.last ?? 0)
        var next = starts
        for event in events {
            let call = Int(history.operations[Int(event.operation)].call)
            let turn = Turn(connection: reading.calls[call].conversation, opens: !event.isResponse)
            forEachKey(of: event, history) { key in
                turns[next[key]] = turn
                next[key] += 1
            }
        }
        var openOf = [Int](repeating: 0, count: reading.evidence.conversations.count)
        return (0..<history.keys.count).reduce(into: (pairs: 0, meeting: 0)) { sum, key in
            let own = count(turns[starts[key]..<starts[key + 1]], &openOf)
            sum.pairs += own.pairs
            sum.meeting = max(sum.meeting, own.meeting)
        }
    }

    /// A connection begins or ends an operation.
    private struct Turn {
        var connection: Int32
        var opens: Bool
    }

    private static func forEachKey(of event: KeyEvent, _ history: KeyHistory, _ body: (Int) -> Void) {
        let operation = history.operations[Int(event.operation)]
        guard operation.partCount > 0 else { return body(Int(operation.key)) }
        // What is done in several steps is one operation on each key.
        guard operation.kind != .atomic else { return history.parts.keys(of: operation).forEach { body(Int($0)) } }
        for part in history.parts.of(operation) { body(Int(part.key)) }
    }

    /// - Parameter openOf: zero for each connection; left so.
    private static func count(_ turns: ArraySlice<Turn>, _ openOf: inout [Int]) -> (pairs: Int, meeting: Int) {
        var open = 0
        var visitors = 0
        var (pairs, meeting) = (0, 0)
        for turn in turns {
            let connection = Int(turn.connection)
            if turn.opens { pairs += open - openOf[connection] }
            if turn.opens, openOf[connection] == 0 { visitors += 1 }
            open += turn.opens ? 1 : -1
            openOf[connection] += turn.opens ? 1 : -1
            if !turn.opens, openOf[connection] == 0 { visitors -= 1 }
            meeting = max(meeting, visitors)
        }
        for turn in turns { openOf[Int(turn.connection)] = 0 }
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
