/// A server with channels that is right, and drawn clients: a message goes to all who are subscribed when it is published, later,
/// whenever; what one client published on a channel comes in its order. Once in a history it may be made to do wrong.
struct ChannelCrowd {
    enum Fault: String, CaseIterable {
        case lost = "loss", doubled = "duplication", swapped = "order", misdirected = "crosstalk", invented =
            "corruption"
    }

    private struct Sent {
        var publisher: Int
        var channel: String
        var payload: String
        var pattern: String?
    }

    private struct Subscriber {
        var connection: Int
        var channels: [String] = []
        var patterns: [String] = []
        var pending: [Sent] = []
    }

    private(set) var tape = ChannelTape()
    private var seed: Seed
    private var subscribers: [Subscriber] = []
    private var publishers: [Int] = []
    private var fault: Fault?
    private var fresh = 0
    /// Whether the server has done wrong.
    private(set) var didWrong = false

    private static let channels = ["krun.1.a", "krun.1.b", "krun.1.c"]
    /// It matches all of them.
    private static let pattern = "krun.1.*"

    init(seed: UInt64, fault: Fault? = nil) {
        self.seed = Seed(seed)
        self.fault = fault
        for _ in 0..<1 + self.seed.below(3) {
            let connection = tape.connect()
            if self.seed.oneIn(2) { becomePushed(connection) }
            subscribers.append(Subscriber(connection: connection))
        }
        for _ in 0..<1 + self.seed.below(2) { publishers.append(tape.connect()) }
    }

    private mutating func becomePushed(_ connection: Int) {
        tape.ask(connection, "HELLO", "3")
        tape.answer(connection, "%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n")
        tape.pushed.insert(connection)
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            let subscriber = seed.below(subscribers.count)
            switch seed.below(12) {
            case 0, 1: subscribe(subscriber)
            case 2: unsubscribe(subscriber)
            case 3: ping(subscriber)
            case 4 where seed.oneIn(4): reset(subscriber)
            case 5, 6, 7: publish()
            default: deliver(subscriber)
            }
        }
        guard !seed.oneIn(3) else { return }
        for subscriber in subscribers.indices { while !subscribers[subscriber].pending.isEmpty { deliver(subscriber) } }
    }

    // MARK: Clients

    private mutating func subscribe(_ index: Int) {
        let connection = subscribers[index].connection
        guard !seed.oneIn(4) else {
            tape.ask(connection, "PSUBSCRIBE", Self.pattern)
            if !subscribers[index].patterns.contains(Self.pattern) { subscribers[index].patterns.append(Self.pattern) }
            tape.tell(connection, ["psubscribe", Self.pattern, "\(count(index))"])
            return
        }
        let names = Self.channels.shuffled(using: &seed).prefix(1 + seed.below(2))
        tape.ask(connection, ["SUBSCRIBE"] + names)
        for name in names {
            if !subscribers[index].channels.contains(name) { subscribers[index].channels.append(name) }
            tape.tell(connection, ["subscribe", name, "\(count(index))"])
            // A server of many threads has messages for the first channel before it is at the second.
            if seed.oneIn(3) { deliver(index) }
        }
    }

    private func count(_ index: Int) -> Int { subscribers[index].channels.count + subscribers[index].patterns.count }

    private mutating func unsubscribe(_ index: Int) {
        let connection = subscribers[index].connection
        if seed.oneIn(2) {
            tape.ask(connection, "UNSUBSCRIBE")
            let all = subscribers[index].channels
            if all.isEmpty { tape.tell(connection, ["unsubscribe", nil, "\(count(index))"]) }
            for name in all {
                subscribers[index].channels.removeAll { $0 == name }
                tape.tell(connection, ["unsubscribe", name, "\(count(index))"])
            }
        } else if let name = subscribers[index].patterns.first {
            tape.ask(connection, "PUNSUBSCRIBE", name)
            subscribers[index].patterns = []
            tape.tell(connection, ["punsubscribe", name, "\(count(index))"])
        } else {
            let name = Self.channels[seed.below(3)]
            tape.ask(connection, "UNSUBSCRIBE", name)
            subscribers[index].channels.removeAll { $0 == name }
            tape.tell(connection, ["unsubscribe", name, "\(count(index))"])
        }
    }

    private mutating func ping(_ index: Int) {
        let connection = subscribers[index].connection
        tape.ask(connection, "PING")
        let isSubscribed = !tape.pushed.contains(connection) && count(index) > 0
        tape.answer(connection, isSubscribed ? "*2\r\n$4\r\npong\r\n$0\r\n\r\n" : "+PONG\r\n")
    }

    private mutating func reset(_ index: Int) {
        let connection = subscribers[index].connection
        tape.ask(connection, "RESET")
        (subscribers[index].channels, subscribers[index].patterns) = ([], [])
        tape.answer(connection, "+RESET\r\n")
        tape.pushed.remove(connection)
    }

    private mutating func publish() {
        let publisher = publishers[seed.below(publishers.count)]
        var reply = ""
        for _ in 0..<1 + seed.below(3) {
            fresh += 1
            let message = Sent(publisher: publisher, channel: Self.channels[seed.below(3)], payload: "m\(fresh)")
            tape.ask(publisher, "PUBLISH", message.channel, message.payload)
            var receivers = 0
            for index in subscribers.indices {
                if subscribers[index].channels.contains(message.channel) {
                    subscribers[index].pending.append(message)
                    receivers += 1
                }
                for pattern in subscribers[index].patterns {
                    var matched = message
                    matched.pattern = pattern
                    subscribers[index].pending.append(matched)
                    receivers += 1
                }
            }
            reply += ":\(receivers)\r\n"
        }
        tape.answer(publisher, reply)
    }

    // MARK: Messages

    /// The next message of one of the publishers; after the end of the subscription, too, if it was published before.
    private mutating func deliver(_ index: Int) {
        let pending = subscribers[index].pending
        guard !pending.isEmpty else { return }
        let publisher = pending[seed.below(pending.count)].publisher
        guard let place = pending.firstIndex(where: { $0.publisher == publisher }) else { return }
        let message = subscribers[index].pending.remove(at: place)
        guard let fault, !didWrong, seed.oneIn(3) else { return tell(message, to: subscribers[index].connection) }
        doWrong(fault, message, index)
    }

    private mutating func doWrong(_ fault: Fault, _ message: Sent, _ index: Int) {
        let connection = subscribers[index].connection
        switch fault {
        case .lost: didWrong = true
        case .doubled:
            didWrong = true
            for _ in 0..<2 { tell(message, to: connection) }
        case .swapped:
            let next = subscribers[index].pending.firstIndex {
                $0.publisher == message.publisher && $0.channel == message.channel && $0.pattern == message.pattern
            }
            if let next {
                didWrong = true
                tell(subscribers[index].pending.remove(at: next), to: connection)
            }
            tell(message, to: connection)
        case .misdirected:
            didWrong = true
            tell(message, to: connection)
            var stranger = message
            stranger.pattern = nil
            tell(stranger, to: message.publisher)
        case .invented:
            didWrong = true
            var other = message
            other.payload = "x" + message.payload
            tell(other, to: connection)
        }
    }

    private mutating func tell(_ message: Sent, to connection: Int) {
        if let pattern = message.pattern {
            tape.tell(connection, ["pmessage", pattern, message.channel, message.payload])
        } else {
            tape.tell(connection, ["message", message.channel, message.payload])
        }
    }
}
