import Capture

/// Finds out what is wrong with the messages that subscribers got: order, loss, doubles, strangers.
///
/// Who published what is known for certain only of channels that nobody but the clients of the evidence can know of. Of other
/// channels somebody unseen may have published the same, so nothing is said of what is there too much, and what is missing or
/// comes too late is told only if that is so whoever published it: the subscriber was there long enough after.
struct BroadcastDiagnosis {
    let reading: Reading
    let broadcasts: Broadcasts
    private(set) var problems: [Problem] = []
    /// Who published each message.
    private var publishers: [Broadcasts.Content: [Int]] = [:]
    /// What each connection published on each channel for certain, in the order of its requests.
    private var lines: [Line: [Int]] = [:]
    /// Channels of which all publishers are known, as far as that was asked.
    private var closedChannels: [Int: Bool] = [:]

    /// One connection's publications on one channel.
    struct Line: Hashable {
        var conversation: Int32
        var space: Int
        var channel: Int

        init(_ publication: Broadcasts.Publication) {
            conversation = publication.call.conversation
            (space, channel) = (publication.content.space, publication.content.channel)
        }
    }

    /// What of one channel a subscriber got by one subscription.
    private struct Group: Hashable {
        var topic: Broadcasts.Topic
        var channel: Int
    }

    /// A delivery that is certainly of one publication.
    struct Match {
        var publication: Int
        var delivery: Broadcasts.Delivery
        var since: Broadcasts.Subscription
    }

    /// More of one connection are not told.
    private static let maximumProblems = 4

    /// - Parameter wrong: conversations in which more is wrong, so that nothing is said of their messages.
    /// - Complexity: O(messages log messages).
    init(_ reading: Reading, apartFrom wrong: Set<Int>) {
        self.reading = reading
        var broadcasts = Broadcasts()
        for index in reading.evidence.conversations.indices {
            reading.meaning.addBroadcasts(of: index, reading, to: &broadcasts)
        }
        self.broadcasts = broadcasts
        for (index, publication) in broadcasts.publications.enumerated() {
            publishers[publication.content, default: []].append(index)
            guard publication.isCertain else { continue }
            lines[Line(publication), default: []].append(index)
        }
        for listener in broadcasts.listeners where !wrong.contains(listener.conversation) { judge(listener) }
    }

    // MARK: One subscriber

    private mutating func judge(_ listener: Broadcasts.Listener) {
        var found: [Problem] = []
        var groups: [Group: [Broadcasts.Delivery]] = [:]
        var order: [Group] = []
        for delivery in listener.deliveries {
            if let problem = stranger(delivery, listener) {
                found.append(problem)
                continue
            }
            let group = Group(topic: delivery.topic, channel: delivery.content.channel)
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append(delivery)
        }
        for group in order {
            found += doubled(groups[group] ?? [], listener)
            found += wrongSequences(groups[group] ?? [], listener)
        }
        problems += found.prefix(Self.maximumProblems)
    }

    /// A message that was not for this subscriber, or for nobody.
    private mutating func stranger(_ delivery: Broadcasts.Delivery, _ listener: Broadcasts.Listener) -> Problem? {
        let sources = publishers[delivery.content] ?? []
        guard let asked = listener.asked[delivery.topic] else {
            return sources.isEmpty
                ? unpublished(delivery, listener, ", to which it never subscribed")
                : misdirected(delivery, listener, sources[0], "though it never subscribed to it")
        }
        if sources.isEmpty, isClosed(delivery.content.channel) { return unpublished(delivery, listener, "") }
        guard let last = listener.subscription(before: delivery), let end = last.end,
            end.offset < delivery.message.offset, !sources.isEmpty,
            isTelling(delivery.content),
            sources.allSatisfy({ end.last.time < request($0).last.time }), asked < last.endRequest
        else { return nil }
        return misdirected(
            delivery, listener, sources[0],
            "though the end of its subscription was confirmed before (packet "
                + "\(end.last.number))")
    }

    /// The same message more than once.
    private mutating func doubled(_ deliveries: [Broadcasts.Delivery], _ listener: Broadcasts.Listener) -> [Problem] {
        var seen: [Broadcasts.Content: Broadcasts.Delivery] = [:]
        for delivery in deliveries {
            guard let first = seen.updateValue(delivery, forKey: delivery.content) else { continue }
            guard let sources = publishers[delivery.content], sources.count == 1, isClosed(delivery.content.channel)
            else { continue }
            return [doubled(first, delivery, listener, sources[0])]
        }
        return []
    }

    /// What each publisher said out of its order, or left out. `deliveries` are of one channel, by one subscription.
    private mutating func wrongSequences(
        _ deliveries: [Broadcasts.Delivery], _ listener: Broadcasts.Listener
    ) -> [Problem] {
        var times: [Broadcasts.Content: Int] = [:]
        for delivery in deliveries { times[delivery.content, default: 0] += 1 }
        var matches: [Line: [Match]] = [:]
        var order: [Line] = []
        for delivery in deliveries where times[delivery.content] == 1 {
            guard let sources = publishers[delivery.content], sources.count == 1,
                let since = listener.subscription(delivery), isSettled(sources[0], listener)
            else { continue }
            let publication = broadcasts.publications[sources[0]]
            guard publication.isCertain, isSameServer(publication, listener) else { continue }
            let line = Line(publication)
            if matches[line] == nil { order.append(line) }
            matches[line, default: []].append(Match(publication: sources[0], delivery: delivery, since: since))
        }
        var found: [Problem] = []
        for line in order {
            let line = (published: lines[line] ?? [], got: matches[line] ?? [])
            if let problem = overtaken(line.got, listener) { found.append(problem) }
            if let problem = missing(line.published, line.got, times, listener) { found.append(problem) }
        }
        return found
    }

    /// A message that came after one which its publisher sent later.
    private func overtaken(_ matches: [Match], _ listener: Broadcasts.Listener) -> Problem? {
        var latest: Match?
        for match in matches {
            if let later = latest, match.publication < later.publication {
                guard isInEffect(match.since, match.publication), match.since.begin.offset == later.since.begin.offset
                else { continue }
                return overtaken(match, by: later, listener)
            }
            latest = match
        }
        return nil
    }

    /// A publication that the subscriber never got, though it got a later one of the same publisher.
    private mutating func missing(
        _ published: [Int], _ matches: [Match], _ times: [Broadcasts.Content: Int], _ listener: Broadcasts.Listener
    ) -> Problem? {
        let byPublication = Dictionary(matches.map { ($0.publication, $0) }, uniquingKeysWith: { first, _ in first })
        var later: Match?
        var lost: (first: Int, later: Match)?
        var count = 0
        for publication in published.reversed() {
            if let match = byPublication[publication] {
                later = match
            } else if let later, times[broadcasts.publications[publication].content] == nil,
                isInEffect(later.since, publication), isSettled(publication, listener)
            {
                lost = (publication, later)
                count += 1
            }
        }
        return lost.map { missing($0.first, $0.later, count, listener) }
    }

    // MARK: What is known

    func request(_ publication: Int) -> Message { reading.request(broadcasts.publications[publication].call) }

    /// The subscription was confirmed before the message was published.
    private func isInEffect(_ subscription: Broadcasts.Subscription, _ publication: Int) -> Bool {
        subscription.begin.last.time < request(publication).first.time
    }

    /// Two servers of one capture share no channels, or by ways that nobody sees.
    private func isSameServer(_ publication: Broadcasts.Publication, _ listener: Broadcasts.Listener) -> Bool {
        let conversations = reading.evidence.conversations
        return conversations[Int(publication.call.conversation)].server == conversations[listener.conversation].server
    }

    /// Nothing of the publication can still be under way to the subscriber, whoever else published the same.
    private mutating func isSettled(_ publication: Int, _ listener: Broadcasts.Listener) -> Bool {
        let content = broadcasts.publications[publication].content
        if isClosed(content.channel) { return true }
        // What went to nobody was published at another server of several behind one address.
        guard isTelling(content), broadcasts.publications[publication].receivers ?? 1 > 0,
            let reply = reading.reply(broadcasts.publications[publication].call)
        else { return false }
        let conversation = reading.evidence.conversations[listener.conversation]
        let seen = conversation.proof?.clientSeen?.time ?? conversation.lastTime
        let end = min(seen.nanoseconds, conversation.clientEnd?.time.nanoseconds ?? .max)
        return end - reply.first.time.nanoseconds >= Self.settlingNanoseconds
    }

    /// Long enough that no two publishers say it by accident.
    private func isTelling(_ content: Broadcasts.Content) -> Bool {
        broadcasts.payloads.bytes(content.payload).count >= Self.tellingBytes
    }

    /// Nobody but the clients of the evidence can know the channel.
    private mutating func isClosed(_ channel: Int) -> Bool {
        if let known = closedChannels[channel] { return known }
        let evidence = reading.evidence
        let isClosed =
            evidence.source == .target && evidence.incomplete.isEmpty && !broadcasts.mayHideMessages
            && evidence.isOwnName(broadcasts.names.bytes(channel))
        closedChannels[channel] = isClosed
        return isClosed
    }

    /// A message reaches a subscriber within so long after its publisher was answered.
    private static let settlingNanoseconds: Int64 = 1_000_000_000
    private static let tellingBytes = 8
}

extension Broadcasts.Listener {
    /// The last subscription that began before a message which came by one like it.
    fileprivate func subscription(before delivery: Broadcasts.Delivery) -> Broadcasts.Subscription? {
        let all = subscriptions[delivery.topic] ?? []
        return all.last { $0.begin.offset < delivery.message.offset }
    }

    /// The subscription by which a message came.
    fileprivate func subscription(_ delivery: Broadcasts.Delivery) -> Broadcasts.Subscription? {
        guard let last = subscription(before: delivery) else { return nil }
        return last.end.map { $0.offset > delivery.message.offset } ?? true ? last : nil
    }
}
