/// What can be subscribed to: a channel, or all channels whose names match a pattern.
package struct ChannelTopic: Hashable, Sendable {
    package var name: [UInt8]
    package var isPattern = false

    /// Whether a channel is meant.
    package func matches(_ channel: [UInt8]) -> Bool {
        isPattern ? GlobPattern.matches(name[...], channel[...]) : name == channel
    }

    /// A message as a subscriber is sent it.
    package func message(_ payload: [UInt8], on channel: [UInt8]) -> [UInt8] {
        let words: [[UInt8]] =
            isPattern
            ? [Array("pmessage".utf8), name, channel, payload] : [Array("message".utf8), channel, payload]
        var bytes: [UInt8] = []
        Reply.array(words.map(Reply.bulk)).append(to: &bytes)
        return bytes
    }
}

/// Who is subscribed to what.
package protocol ChannelBoard: Sendable {
    func subscribe(_ subscriber: Outbox, to topic: ChannelTopic)
    func unsubscribe(_ subscriber: Outbox, from topic: ChannelTopic)
    /// Sends a message to all who are subscribed.
    ///
    /// - Returns: to how many subscriptions.
    func publish(_ payload: [UInt8], on channel: [UInt8]) -> Int
}

/// One list behind one lock: who publishes sends while nobody subscribes, and nobody else publishes.
package final class LockedBoard: ChannelBoard {
    private let subscribers = Guarded<[ChannelTopic: [Outbox]]>([:])
    private let delivery: any MessageDelivery

    /// - Parameter delivery: brings a message to a subscriber.
    package init(_ delivery: any MessageDelivery = DirectDelivery()) {
        self.delivery = delivery
    }

    package func subscribe(_ subscriber: Outbox, to topic: ChannelTopic) {
        subscribers.withLock { subscribers in
            guard !(subscribers[topic] ?? []).contains(where: { $0 === subscriber }) else { return }
            subscribers[topic, default: []].append(subscriber)
        }
    }

    package func unsubscribe(_ subscriber: Outbox, from topic: ChannelTopic) {
        subscribers.withLock { subscribers in
            subscribers[topic]?.removeAll { $0 === subscriber }
            if subscribers[topic]?.isEmpty ?? false { subscribers[topic] = nil }
        }
    }

    package func publish(_ payload: [UInt8], on channel: [UInt8]) -> Int {
        subscribers.withLock { subscribers in
            // As Redis does it: first who named the channel.
            let patterns = subscribers.keys.filter { $0.isPattern && $0.matches(channel) }
            var receivers = 0
            for topic in [ChannelTopic(name: channel)] + patterns {
                let message = topic.message(payload, on: channel)
                for outbox in subscribers[topic] ?? [] {
                    delivery.deliver(message, to: outbox, of: subscribers)
                    receivers += 1
                }
            }
            return receivers
        }
    }
}

/// Brings a message to one subscriber.
package protocol MessageDelivery: Sendable {
    /// - Parameter all: who is subscribed to what.
    func deliver(_ message: [UInt8], to subscriber: Outbox, of all: [ChannelTopic: [Outbox]])
}

/// Once, at once, to whom it is for.
package struct DirectDelivery: MessageDelivery {
    package init() {}

    package func deliver(_ message: [UInt8], to subscriber: Outbox, of all: [ChannelTopic: [Outbox]]) {
        subscriber.deliver(message)
    }
}
