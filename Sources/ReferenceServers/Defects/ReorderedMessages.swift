/// `reordered-messages`: two helpers send what is published, and now and then the one with the earlier message is the slower.
///
/// Modelled on brokers that hand the messages of one publisher to a pool. A subscriber gets two messages of one publisher the
/// wrong way round, about once in sixteen.
struct ReorderedMessages: Defect {
    let name = "reordered-messages"
    let summary = "two helpers send messages, and the later one may be sent first"
    let oracle = "order"
    let grade = Grade.hard
    let replaces: Set<Part> = [.board]

    func objection(to choice: Choice) -> String? { choice.needsChannels }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.board = LockedBoard(SlowHelperDelivery())
        return true
    }
}

/// What the slow helper has in hand goes out behind the next message to the same subscriber, or when it has too much.
private struct SlowHelperDelivery: MessageDelivery {
    private let slow = Guarded<[(subscriber: Outbox, message: [UInt8])]>([])

    /// Messages that the slow helper has in hand at most.
    private static let most = 64

    func deliver(_ message: [UInt8], to subscriber: Outbox, of all: [ChannelTopic: [Outbox]]) {
        slow.withLock { slow in
            let late = slow.firstIndex { $0.subscriber === subscriber }.map { slow.remove(at: $0) }
            if late == nil, UInt8.random(in: 0..<16) == 0 {
                slow.append((subscriber, message))
            } else {
                subscriber.deliver(message)
            }
            if let late { late.subscriber.deliver(late.message) }
            if slow.count > Self.most {
                let oldest = slow.removeFirst()
                oldest.subscriber.deliver(oldest.message)
            }
        }
    }
}
