/// `doubled-message`: who subscribes again to what he is subscribed to is on the list twice.
///
/// Modelled on brokers that append to a list of listeners and never look into it. A client that subscribes to a channel
/// twice, as many do after a reconnect, is sent each message twice.
struct DoubledMessage: Defect {
    let name = "doubled-message"
    let summary = "who subscribes to a channel twice is sent each message twice"
    let oracle = "duplication"
    let grade = Grade.hard
    let replaces: Set<Part> = [.board]

    func objection(to choice: Choice) -> String? { choice.needsChannels }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.board = AppendingBoard()
        return true
    }
}

/// A list that is appended to.
private final class AppendingBoard: ChannelBoard {
    private let seats = Guarded<[(topic: ChannelTopic, subscriber: Outbox)]>([])

    func subscribe(_ subscriber: Outbox, to topic: ChannelTopic) { seats.withLock { $0.append((topic, subscriber)) } }

    func unsubscribe(_ subscriber: Outbox, from topic: ChannelTopic) {
        seats.withLock { $0.removeAll { $0.topic == topic && $0.subscriber === subscriber } }
    }

    func publish(_ payload: [UInt8], on channel: [UInt8]) -> Int {
        seats.withLock { seats in
            let meant = seats.filter { $0.topic.matches(channel) }
            for seat in meant { seat.subscriber.deliver(seat.topic.message(payload, on: channel)) }
            return meant.count
        }
    }
}
