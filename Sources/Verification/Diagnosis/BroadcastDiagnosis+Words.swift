import Capture

/// What is wrong with messages to subscribers, in words.
extension BroadcastDiagnosis {
    /// A message that nobody published.
    ///
    /// - Parameter besides: a clause that begins with a comma, or nothing.
    func unpublished(
        _ delivery: Broadcasts.Delivery, _ listener: Broadcasts.Listener, _ besides: String
    ) -> Problem {
        problem(
            .corruption, "message-of-nobody", listener,
            "was sent \(text(delivery.content)) on \(channel(delivery.content))\(besides) (packet "
                + "\(delivery.message.first.number)), which nobody published.",
            [(delivery.message.first, "nobody published this message")], needsAll: besides.isEmpty)
    }

    /// A message that was for others.
    func misdirected(
        _ delivery: Broadcasts.Delivery, _ listener: Broadcasts.Listener, _ source: Int, _ why: String
    ) -> Problem {
        problem(
            .crosstalk, "foreign-message", listener,
            "was sent \(words(source)) in packet \(delivery.message.first.number), \(why).",
            [
                (request(source).last, "\(who(source)) publishes"),
                (delivery.message.first, "the message goes to \(reading.name(listener.conversation))"),
            ])
    }

    /// A message that came twice.
    func doubled(
        _ first: Broadcasts.Delivery, _ again: Broadcasts.Delivery, _ listener: Broadcasts.Listener, _ source: Int
    ) -> Problem {
        problem(
            .duplication, "message", listener,
            "got \(words(source)) twice, in packet \(first.message.first.number) and in packet "
                + "\(again.message.first.number).",
            [
                (request(source).last, "\(who(source)) publishes once"), (first.message.first, "the message"),
                (again.message.first, "the message again"),
            ], needsAll: true)
    }

    /// A message that came after one which was published later on the same connection.
    func overtaken(_ match: Match, by later: Match, _ listener: Broadcasts.Listener) -> Problem {
        problem(
            .order, "messages", listener,
            "got \(words(later.publication)) in packet \(later.delivery.message.first.number) before "
                + "\(text(match.delivery.content)) in packet \(match.delivery.message.first.number), which the same "
                + "client published before (packet \(request(match.publication).last.number)).",
            [
                (request(match.publication).last, "\(who(match.publication)) publishes"),
                (request(later.publication).last, "the same client publishes again"),
                (later.delivery.message.first, "the later message comes first"),
                (match.delivery.message.first, "the earlier one comes after it"),
            ], needsAll: true)
    }

    /// A message that never came, though a later one of its publisher did.
    func missing(_ publication: Int, _ later: Match, _ count: Int, _ listener: Broadcasts.Listener) -> Problem {
        let more = count > 1 ? " (and \(count - 1) more)" : ""
        return problem(
            .loss, "message-missing", listener,
            "never got \(words(publication))\(more), to which it was subscribed (packet "
                + "\(later.since.begin.last.number)); what the same client published after it came in packet "
                + "\(later.delivery.message.first.number).",
            [
                (later.since.begin.last, "\(reading.name(listener.conversation)) is subscribed"),
                (request(publication).last, "\(who(publication)) publishes what never arrives"),
                (later.delivery.message.first, "a later message of the same publisher arrives"),
            ], needsAll: true)
    }

    private func problem(
        _ oracle: OracleID, _ kind: String, _ listener: Broadcasts.Listener, _ what: String,
        _ story: [(packet: PacketReference, note: String)], needsAll: Bool = false
    ) -> Problem {
        var violation = Violation(
            oracle: oracle, summary: "\(reading.name(listener.conversation)) \(what)",
            packets: story.map(\.packet.number), notes: story.map(\.note), signature: "\(oracle.rawValue):\(kind)")
        // That there are no other publishers is known to who ran the clients, and to nobody who has the packets alone.
        violation.restsOnLog = needsAll && reading.evidence.source == .target
        violation.flow = reading.evidence.conversations[listener.conversation].flow
        return Problem(violation: violation, conversation: listener.conversation)
    }

    private func who(_ publication: Int) -> String {
        reading.name(Int(broadcasts.publications[publication].call.conversation))
    }

    /// `c0's PUBLISH news (packet 12)` with what was published.
    private func words(_ publication: Int) -> String {
        let call = broadcasts.publications[publication].call
        let text = text(broadcasts.publications[publication].content)
        return "\(text) of \(who(publication))'s \(reading.label(call)) (packet \(request(publication).last.number))"
    }

    private func text(_ content: Broadcasts.Content) -> String {
        Reading.text(broadcasts.payloads.bytes(content.payload))
    }

    private func channel(_ content: Broadcasts.Content) -> String {
        Reading.text(broadcasts.names.bytes(content.channel))
    }
}
