/// What a command does to channels.
enum RESPChannelEffect: Sendable, Equatable {
    case subscribe(RESPChannelForm), unsubscribe(RESPChannelForm), publish(RESPChannelForm)
}

/// How a channel is meant: by its name, by a pattern of names, or by its name within its shard.
enum RESPChannelForm: Int, Sendable {
    case channel, pattern, shard
}

/// What Redis tells who subscribes: an array, or with RESP3 a push, that begins with the word for what it is.
///
/// Source: <https://redis.io/docs/latest/develop/pubsub/>.
struct RESPNotice {
    enum Kind: Equatable {
        case message, subscribed, unsubscribed
    }

    let kind: Kind
    let form: RESPChannelForm
    let isPush: Bool
    /// The channel or the pattern that is subscribed to; nil where an end of all subscriptions had nothing to end.
    let name: Range<Int>?
    /// Where a message was published, and what.
    private(set) var channel = 0..<0
    private(set) var payload = 0..<0

    /// Nil for anything else.
    ///
    /// - Complexity: O(length of the lines).
    init?(_ bytes: Span<UInt8>) {
        // `*3`, and the shortest word has seven letters.
        guard bytes.count > Self.leastBytes, bytes[0] == UInt8(ascii: "*") || bytes[0] == UInt8(ascii: ">"),
            bytes[2] == 0x0D, let count = Self.counts[bytes[1]]
        else { return nil }
        isPush = bytes[0] == UInt8(ascii: ">")
        var cursor = RESPCursor(bytes: bytes)
        guard cursor.line() != nil, let word = cursor.text(), let meaning = Self.meaning(bytes, word) else {
            return nil
        }
        (kind, form) = meaning
        guard count == (kind == .message && form == .pattern ? 4 : 3) else { return nil }
        let name = cursor.text()
        self.name = name
        guard kind == .message else {
            guard let line = cursor.line(), !line.isEmpty, bytes[line.lowerBound] == UInt8(ascii: ":"),
                cursor.number(line) != nil, name != nil || kind == .unsubscribed
            else { return nil }
            return
        }
        guard let name, let channel = form == .pattern ? cursor.text() : name, let payload = cursor.text() else {
            return nil
        }
        (self.channel, self.payload) = (channel, payload)
    }

    private static let leastBytes = 16
    private static let counts: [UInt8: Int] = [UInt8(ascii: "3"): 3, UInt8(ascii: "4"): 4]

    private static func meaning(_ bytes: Span<UInt8>, _ word: Range<Int>) -> (Kind, RESPChannelForm)? {
        guard word.count <= 12 else { return nil }
        return switch String(decoding: word.map { bytes[$0] }, as: UTF8.self) {
        case "message": (.message, .channel)
        case "pmessage": (.message, .pattern)
        case "smessage": (.message, .shard)
        case "subscribe": (.subscribed, .channel)
        case "psubscribe": (.subscribed, .pattern)
        case "ssubscribe": (.subscribed, .shard)
        case "unsubscribe": (.unsubscribed, .channel)
        case "punsubscribe": (.unsubscribed, .pattern)
        case "sunsubscribe": (.unsubscribed, .shard)
        default: nil
        }
    }

    /// Whether it confirms what a command asked for.
    func confirms(_ effect: RESPCommand.Effect) -> Bool {
        switch effect {
        case .channel(.subscribe(form)): kind == .subscribed
        case .channel(.unsubscribe(form)): kind == .unsubscribed
        default: false
        }
    }
}

extension RESPCursor {
    /// The body of the string that comes next; nil for a null, or anything else.
    fileprivate mutating func text() -> Range<Int>? {
        guard let line = line(), !line.isEmpty, bytes[line.lowerBound] == UInt8(ascii: "$"),
            let length = number(line), length >= 0
        else { return nil }
        return bulkBody(length)
    }
}
