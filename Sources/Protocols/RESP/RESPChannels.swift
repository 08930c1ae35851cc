package import Verification
import Wire

/// Channels: who published what, who was subscribed to what, and what was delivered to whom.
extension RESPMeaning {
    // MARK: Which reply fits

    /// Whether a reply confirms what was asked for, of a channel that was named, where one was.
    func isConfirmation(
        _ reply: Message, of effect: RESPChannelEffect, _ call: Call, _ request: Message, _ reading: Reading
    ) -> Bool {
        guard let notice = RESPNotice(reply.bytes.span), notice.confirms(.channel(effect)) else { return false }
        guard call.wordCount > 1, call.wordCount <= Self.mostNames else { return true }
        guard let name = notice.name else { return false }
        return names(call, reading).contains { request.bytes[$0] == reply.bytes[name] }
    }

    /// More channels of one request are not looked for among the confirmations.
    private static let mostNames = 64

    /// With RESP2 PING is answered so while the connection is subscribed to something: `pong`, and what was sent.
    func isPong(_ reply: Message, _ call: Call, _ request: Message, _ reading: Reading) -> Bool {
        guard case .array(let elements)? = RESPValue(reply.bytes.span), elements.count == 2,
            elements[0] == .bulk(Array("pong".utf8)), case .bulk(let echo) = elements[1]
        else { return false }
        guard call.wordCount > 1 else { return echo.isEmpty }
        return request.bytes[reading.words[call.firstWord + 1]] == echo[...]
    }

    private func names(_ call: Call, _ reading: Reading) -> Slice<WordRanges> {
        reading.words[call.firstWord..<call.firstWord + call.wordCount].dropFirst()
    }

    // MARK: Reading

    /// Takes note of a command on channels.
    mutating func readChannels(_ call: inout Call, _ exchange: Exchange) {
        guard case .channel(let effect) = RESPCommand.table[call.command].effect else { return }
        hasBroadcasts = true
        if case .publish = effect { return }
        // Confirmed by EXEC, if at all.
        if let head = call.head?.resp, let reply = exchange.reply, Self.isText("QUEUED", head, reply) {
            call.endsPairing = true
        }
    }

    // MARK: What was published and delivered

    func addBroadcasts(of conversation: Int, _ reading: Reading, to broadcasts: inout Broadcasts) {
        let whole = reading.evidence.conversations[conversation]
        if whole.malformedRequest != nil || whole.requestGaps > 0 { broadcasts.mayHideMessages = true }
        var isPaired = reading.isPaired[conversation] && whole.isJudged
        let range = reading.range(conversation)
        for call in reading.calls[range] {
            if call.endsPairing { isPaired = false }
            addPublication(call, isPaired: isPaired, reading, to: &broadcasts)
        }
        // What came before the capture is not known, nor what a gap hides.
        guard isPaired, !whole.startsMidStream, whole.replyGaps == 0, whole.requestGaps == 0,
            !whole.unsolicited.isEmpty
        else { return }
        var listener = Broadcasts.Listener(conversation: conversation)
        var steps = reading.calls[range].compactMap { call in
            reading.reply(call).map { (reply: $0, call: Optional(call)) }
        }
        steps += whole.unsolicited.map { (reply: $0, call: nil) }
        steps.sort { $0.reply.offset < $1.reply.offset }
        for call in reading.calls[range] { listener.addAsked(call, reading, &broadcasts) }
        for step in steps { listener.add(step.reply, step.call, reading, &broadcasts) }
        broadcasts.listeners.append(listener)
    }

    private func addPublication(_ call: Call, isPaired: Bool, _ reading: Reading, to broadcasts: inout Broadcasts) {
        let command = RESPCommand.table[call.command]
        let isRefused = isPaired && call.head?.isError ?? false
        guard !call.isOpaque, case .channel(.publish(let form)) = command.effect, call.wordCount == 3 else {
            // A script may publish, and so may what is not known; what SUBSCRIBE and the like may not.
            let mayPublish = call.isOpaque || call.command == 0 || [.script, .writesAll].contains(command.effect)
            if mayPublish, !isRefused { broadcasts.mayHideMessages = true }
            return
        }
        guard !isRefused else { return }
        let request = reading.request(call)
        let words = names(call, reading)
        let isQueued = transactions.isQueued(CallPlace(call))
        let isAnswered = isPaired && call.head?.resp?.kind == .integer
        broadcasts.publications.append(
            Broadcasts.Publication(
                call: call,
                content: broadcasts.content(
                    form == .shard, request.bytes, words[words.startIndex], words[words.startIndex + 1]),
                isCertain: isAnswered && !isQueued, receivers: isAnswered ? call.head?.number : nil))
    }
}

extension Broadcasts.Listener {
    /// Takes note of what a call asks to subscribe to.
    fileprivate mutating func addAsked(_ call: Call, _ reading: Reading, _ broadcasts: inout Broadcasts) {
        guard case .channel(.subscribe(let form)) = RESPCommand.table[call.command].effect else { return }
        let request = reading.request(call)
        for word in reading.words[call.firstWord..<call.firstWord + call.wordCount].dropFirst() {
            asked[broadcasts.topic(form, request.bytes, word)] = request.offset
        }
    }

    /// Takes the server's next message: a reply to a call, or one that answers nobody.
    fileprivate mutating func add(
        _ message: Message, _ call: Call?, _ reading: Reading, _ broadcasts: inout Broadcasts
    ) {
        let request = call.map { reading.request($0).offset } ?? 0
        if let call, call.command == RESPCommand.reset, !(call.head?.isError ?? true) {
            return endAll(message, request: request)
        }
        if let call, case .channel = RESPCommand.table[call.command].effect {} else if call != nil { return }
        guard let notice = RESPNotice(message.bytes.span), let name = notice.name else { return }
        let topic = broadcasts.topic(notice.form, message.bytes, name)
        switch notice.kind {
        case .subscribed: begin(topic, message)
        case .unsubscribed: end(topic, message, request: request)
        case .message:
            deliveries.append(
                Broadcasts.Delivery(
                    topic: topic,
                    content: broadcasts.content(notice.form == .shard, message.bytes, notice.channel, notice.payload),
                    message: message))
        }
    }
}

extension Broadcasts {
    fileprivate mutating func topic(_ form: RESPChannelForm, _ bytes: [UInt8], _ name: Range<Int>) -> Topic {
        Topic(form: form.rawValue, name: names.intern(bytes, name))
    }

    /// - Parameter isShard: channels of shards are others than those of the same name.
    fileprivate mutating func content(
        _ isShard: Bool, _ bytes: [UInt8], _ channel: Range<Int>, _ payload: Range<Int>
    ) -> Content {
        Content(
            space: isShard ? 1 : 0, channel: names.intern(bytes, channel), payload: payloads.intern(bytes, payload))
    }
}
