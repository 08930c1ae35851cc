public import Wire

extension RESPCodec {
    /// Who subscribes gets a confirmation for each channel, and messages that answer nobody.
    public func pairing() -> (any ReplyPairing)? { RESPPairing() }
}

/// What a connection is subscribed to, as far as its server's messages are told by it.
private struct RESPPairing: ReplyPairing {
    /// What it is subscribed to, by form.
    private var names: [Set<[UInt8]>] = [[], [], []]
    /// What it ever was: a server of many threads may still be sending what was published before the end.
    private var everNames: Set<[UInt8]> = []
    /// How many confirmations the first request that is not answered whole is still owed, once it has had one.
    private var owed = 0

    /// With RESP2 such a connection is answered nothing that begins like a message.
    private var isSubscribed: Bool { names.contains { !$0.isEmpty } }

    mutating func place(of message: Span<UInt8>, after request: Span<UInt8>?) -> MessagePlace {
        guard let notice = RESPNotice(message) else { return place(ofOther: message) }
        switch notice.kind {
        case .message:
            if !notice.isPush, !isSubscribed, let request, Self.mayBeAnswered(request) {
                return place(ofOther: message)
            }
            return .unsolicited
        case .subscribed, .unsubscribed: return place(of: notice, message, request)
        }
    }

    private mutating func place(of notice: RESPNotice, _ message: Span<UInt8>, _ request: Span<UInt8>?) -> MessagePlace
    {
        let name = notice.name.map { range in range.map { message[$0] } }
        defer {
            if let name {
                if notice.kind == .subscribed {
                    names[notice.form.rawValue].insert(name)
                    everNames.insert(name)
                } else {
                    names[notice.form.rawValue].remove(name)
                }
            }
        }
        if owed == 0 {
            guard let request, let asked = Self.command(request),
                notice.confirms(RESPCommand.table[asked.command].effect)
            else {
                // A shard that moves away takes its subscriptions with it.
                let isMoved = notice.kind == .unsubscribed && notice.form == .shard
                return isMoved ? .unsolicited : .reply(more: 0)
            }
            owed = max(1, asked.words > 1 ? asked.words - 1 : names[notice.form.rawValue].count)
        }
        owed -= 1
        return .reply(more: owed)
    }

    /// What is neither a message nor a confirmation.
    private mutating func place(ofOther message: Span<UInt8>) -> MessagePlace {
        // What RESP3 pushes otherwise, nobody asked for.
        if message[0] == UInt8(ascii: ">") { return .unsolicited }
        owed = 0
        if message[0] == UInt8(ascii: "+"), isSubscribed, Self.isReset(message) { names = [[], [], []] }
        return .reply(more: 0)
    }

    private static func isReset(_ message: Span<UInt8>) -> Bool {
        let text = Array("+RESET\r\n".utf8)
        return message.count == text.count && text.indices.allSatisfy { message[$0] == text[$0] }
    }

    /// Whether a request may be answered with an array of three strings.
    private static func mayBeAnswered(_ request: Span<UInt8>) -> Bool {
        guard let asked = command(request) else { return true }
        let command = RESPCommand.table[asked.command]
        if case .channel = command.effect { return false }
        return command.shape.contains(.array)
    }

    /// The command of a request, and how many words it has.
    private static func command(_ request: Span<UInt8>) -> (command: Int, words: Int)? {
        var words: [Range<Int>] = []
        guard RESPValue.appendWordRanges(of: request, to: &words), let first = words.first else { return nil }
        let name = first.prefix(RESPCommand.longestName + 1).map { request[$0] }
        return (RESPCommand.index(name, name.indices), words.count)
    }
}
