/// An operation's request or its answer, in four bytes: with their times, those of a whole capture would be large.
struct KeyEvent {
    private let code: UInt32

    init(operation: Int32, isResponse: Bool) {
        code = UInt32(bitPattern: operation) << 1 | (isResponse ? 1 : 0)
    }

    var operation: Int32 { Int32(bitPattern: code >> 1) }
    var isResponse: Bool { code & 1 == 1 }

    /// As the search sees it.
    func event(of operations: [KeyOperation]) -> SearchEvent {
        let own = operations[Int(operation)]
        return SearchEvent(
            time: isResponse ? own.completed : own.invoked, operation: operation, isResponse: isResponse)
    }

    /// All events in the order of `SearchEvent.isBefore`.
    ///
    /// - Complexity: O(n log n).
    static func all(_ operations: [KeyOperation]) -> [KeyEvent] {
        let invocations = order(operations, responses: false)
        let responses = order(operations, responses: true)
        var events: [KeyEvent] = []
        events.reserveCapacity(invocations.count + responses.count)
        var answered = 0
        for invocation in invocations {
            let time = operations[Int(invocation)].invoked
            while answered < responses.count, operations[Int(responses[answered])].completed < time {
                events.append(KeyEvent(operation: responses[answered], isResponse: true))
                answered += 1
            }
            events.append(KeyEvent(operation: invocation, isResponse: false))
        }
        for response in responses[answered...] { events.append(KeyEvent(operation: response, isResponse: true)) }
        return events
    }

    /// The operations in the order of their invocations, or those that were answered in the order of their answers.
    private static func order(_ operations: [KeyOperation], responses: Bool) -> [Int32] {
        var events: [SearchEvent] = []
        events.reserveCapacity(operations.count)
        for (index, operation) in operations.enumerated() where !responses || operation.isAnswered {
            events.append(
                SearchEvent(
                    time: responses ? operation.completed : operation.invoked,
                    operation: Int32(truncatingIfNeeded: index), isResponse: responses))
        }
        events.sort(by: SearchEvent.isBefore)
        return events.map(\.operation)
    }
}
