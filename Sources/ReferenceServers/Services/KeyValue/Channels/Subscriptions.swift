/// What one connection is subscribed to, and what it may say meanwhile.
final class Subscriptions {
    private let board: any ChannelBoard
    /// In the order in which it subscribed.
    private var topics: [ChannelTopic] = []
    /// Where messages to the connection go; nil until it subscribes.
    private(set) var outbox: Outbox?

    init(_ board: any ChannelBoard) {
        self.board = board
    }

    /// The connection is over.
    func end() {
        guard let outbox else { return }
        for topic in topics { board.unsubscribe(outbox, from: topic) }
        outbox.close()
    }

    /// The reply to a request about channels, or one that a subscriber may not make; nil for any other.
    func answer(_ name: [UInt8], _ words: [[UInt8]]) -> [Reply]? {
        guard let word = Self.words[name] else { return topics.isEmpty ? nil : refusal(name, words) }
        let arguments = words.dropFirst()
        switch word {
        case .subscribe, .psubscribe:
            guard !arguments.isEmpty else { return [.wrongNumber(of: name)] }
            return arguments.map { subscribe(ChannelTopic(name: $0, isPattern: word == .psubscribe), name) }
        case .unsubscribe, .punsubscribe:
            let isPattern = word == .punsubscribe
            let meant =
                arguments.isEmpty
                ? topics.filter { $0.isPattern == isPattern }
                : arguments.map { ChannelTopic(name: $0, isPattern: isPattern) }
            guard !meant.isEmpty else { return [notice(name, .null)] }
            return meant.map { unsubscribe($0, name) }
        }
    }

    private func subscribe(_ topic: ChannelTopic, _ word: [UInt8]) -> Reply {
        let outbox = outbox ?? Outbox()
        self.outbox = outbox
        if !topics.contains(topic) { topics.append(topic) }
        board.subscribe(outbox, to: topic)
        return notice(word, .bulk(topic.name))
    }

    private func unsubscribe(_ topic: ChannelTopic, _ word: [UInt8]) -> Reply {
        topics.removeAll { $0 == topic }
        if let outbox { board.unsubscribe(outbox, from: topic) }
        return notice(word, .bulk(topic.name))
    }

    private func notice(_ word: [UInt8], _ name: Reply) -> Reply {
        let kind = String(decoding: word, as: UTF8.self).lowercased()
        return .array([.bulk(Array(kind.utf8)), name, .integer(Int64(topics.count))])
    }

    /// PING is answered in another form; the rest a subscriber may not say.
    private func refusal(_ name: [UInt8], _ words: [[UInt8]]) -> [Reply] {
        let text = String(decoding: name.prefix(128), as: UTF8.self)
        if text == "PING", words.count <= 2 {
            return [.array([.bulk(Array("pong".utf8)), .bulk(words.count > 1 ? words[1] : [])])]
        }
        return [
            .failure(
                "ERR Can't execute '\(Reply.printable(text.lowercased()))': only (P|S)SUBSCRIBE / "
                    + "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context")
        ]
    }

    private enum Word: String, CaseIterable {
        case subscribe = "SUBSCRIBE"
        case psubscribe = "PSUBSCRIBE"
        case unsubscribe = "UNSUBSCRIBE"
        case punsubscribe = "PUNSUBSCRIBE"
    }

    private static let words = Dictionary(uniqueKeysWithValues: Word.allCases.map { (Array($0.rawValue.utf8), $0) })
}

extension Command {
    /// PUBLISH, which needs no key.
    static func publish(on board: any ChannelBoard) -> Command {
        Command("PUBLISH", 3, .read, .none) { words, _ in .integer(Int64(board.publish(words[2], on: words[1]))) }
    }
}
