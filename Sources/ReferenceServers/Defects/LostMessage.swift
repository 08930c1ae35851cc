import Glibc

/// `lost-message`: each subscriber has room for one message that is under way, and the next one takes its place.
///
/// Modelled on conflating mailboxes, which are right for prices and wrong for events, and on condition variables with one
/// slot in front of them. A subscriber misses a message if two clients publish to it at once.
struct LostMessage: Defect {
    let name = "lost-message"
    let summary = "a message that is under way to a subscriber is replaced by the next one"
    let oracle = "loss"
    let grade = Grade.hard
    let replaces: Set<Part> = [.board]

    func objection(to choice: Choice) -> String? { choice.needsChannels ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.board = ConflatingBoard()
        return true
    }
}

/// Sends outside of the lock, through one slot for each subscriber.
private final class ConflatingBoard: ChannelBoard {
    private struct Seat {
        var topic: ChannelTopic
        var subscriber: Outbox
        let slot = Guarded<[UInt8]?>(nil)
    }

    private let seats = Guarded<[Seat]>([])

    func subscribe(_ subscriber: Outbox, to topic: ChannelTopic) {
        seats.withLock { seats in
            guard !seats.contains(where: { $0.topic == topic && $0.subscriber === subscriber }) else { return }
            seats.append(Seat(topic: topic, subscriber: subscriber))
        }
    }

    func unsubscribe(_ subscriber: Outbox, from topic: ChannelTopic) {
        seats.withLock { $0.removeAll { $0.topic == topic && $0.subscriber === subscriber } }
    }

    func publish(_ payload: [UInt8], on channel: [UInt8]) -> Int {
        let meant = seats.withLock { $0.filter { $0.topic.matches(channel) } }
        for seat in meant {
            seat.slot.withLock { $0 = seat.topic.message(payload, on: channel) }
            sched_yield()
            let message = seat.slot.withLock { slot in
                defer { slot = nil }
                return slot
            }
            if let message { seat.subscriber.deliver(message) }
        }
        return meant.count
    }
}
