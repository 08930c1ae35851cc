/// `misdelivered-message`: about one message in 32 goes to a subscriber of something else as well.
///
/// Modelled on brokers that keep subscribers by a number which is given to the next one as soon as it is free. A client gets
/// messages of a channel to which it never subscribed.
struct MisdeliveredMessage: Defect {
    let name = "misdelivered-message"
    let summary = "about one message in 32 goes to a subscriber of another channel as well"
    let oracle = "crosstalk"
    // Whom it goes to may be subscribed to it, too.
    let alsoShownBy = ["duplication"]
    let grade = Grade.hard
    let replaces: Set<Part> = [.board]

    func objection(to choice: Choice) -> String? { choice.needsChannels }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.board = LockedBoard(WrongNumberDelivery())
        return true
    }
}

/// Takes another subscriber's number for the right one.
private struct WrongNumberDelivery: MessageDelivery {
    func deliver(_ message: [UInt8], to subscriber: Outbox, of all: [ChannelTopic: [Outbox]]) {
        subscriber.deliver(message)
        guard UInt8.random(in: 0..<32) == 0 else { return }
        all.values.joined().first { $0 !== subscriber }?.deliver(message)
    }
}
