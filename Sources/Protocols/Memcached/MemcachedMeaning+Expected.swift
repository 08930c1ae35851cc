import Verification
import Wire

/// What the replies to commands of memcached should have been.
extension MemcachedMeaning {
    /// The values that were written to the key that is read, as the reply to `get` has them.
    func expectedReplies(_ request: Int, like raw: [UInt8]?, _ dialogue: Dialogue) -> [[UInt8]] {
        let call = dialogue.call(request)
        guard MemcachedCommand.at(call.command).effect == .get, call.wordCount == 2,
            commandName(call, dialogue.reading) == "get"
        else { return [] }
        let key = dialogue.request(request).bytes[dialogue.reading.words[call.firstWord + 1]]
        return Self.written(to: key, dialogue.reading).map { flags, value in
            let head = Array("VALUE ".utf8) + key + [0x20] + flags + Array(" \(value.count)\r\n".utf8)
            return head + value + Array("\r\nEND\r\n".utf8)
        }
    }

    /// Flags and values of SET and its like, in order of writing.
    private static func written(
        to key: ArraySlice<UInt8>, _ reading: Reading
    ) -> [(flags: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
        reading.calls.compactMap { call in
            switch MemcachedCommand.at(call.command).effect {
            case .set, .add, .replace, .cas: break
            default: return nil
            }
            guard !call.isOpaque, call.wordCount > 5 else { return nil }
            let bytes = reading.request(call).bytes
            guard bytes[reading.words[call.firstWord + 1]] == key else { return nil }
            let value = reading.words[call.firstWord + call.wordCount - 1]
            return (bytes[reading.words[call.firstWord + 2]], bytes[value])
        }
    }

    /// Of the first value and the line that ends them.
    func announcedLength(_ bytes: [UInt8]) -> Int? {
        guard let block = Self.announced(bytes) else { return nil }
        return block.start + block.length + block.tail
    }

    func announcedBody(_ request: Int, _ raw: [UInt8], _ dialogue: Dialogue) -> (start: Int, length: Int)? {
        guard let block = Self.announced(raw), block.length > 0 else { return nil }
        return (block.start, block.length + block.tail)
    }

    private static func announced(_ raw: [UInt8]) -> (start: Int, length: Int, tail: Int)? {
        let kind = kind(of: raw)
        guard kind == .value || kind == .metaValue, raw.first == UInt8(ascii: "V"),
            case .success(let end) = MemcachedLine.end(of: raw.span, from: 0)
        else { return nil }
        var words: [Range<Int>] = []
        MemcachedLine.appendWords(of: raw.span, to: &words)
        let place = kind == .metaValue ? 1 : 3
        guard words.count > place,
            let length = MemcachedLine.number(raw.span, words[place], limit: MemcachedCodec.maximumValueBytes),
            length <= MemcachedCodec.maximumValueBytes
        else { return nil }
        return (end, length, kind == .metaValue ? 2 : "\r\nEND\r\n".utf8.count)
    }

    /// The first word of a reply, whole.
    func mayBeginReply(_ raw: [UInt8], at offset: Int) -> Bool {
        guard offset < raw.count else { return false }
        let word = MemcachedReply.firstWord(raw.span, from: offset, to: raw.count)
        guard word.upperBound < raw.count, word.count > 1 else { return false }
        let kind = MemcachedReply.kind(raw.span, word)
        return kind != .other && kind != .number
    }

    /// An error fits every request.
    func showsPlace(_ head: ReplyHead?) -> Bool { head.map { !$0.isError } ?? false }

    func mayBeginRefusal(_ bytes: [UInt8]) -> Bool {
        ["ERROR", "CLIENT_ERROR", "SERVER_ERROR"].contains { word in
            let prefix = bytes.prefix(word.utf8.count)
            return word.utf8.starts(with: prefix)
        }
    }

    // MARK: By the words of the protocol

    func named(_ call: Call, _ reading: Reading) -> NamedRequest? {
        guard !call.isOpaque, call.wordCount > 0 else { return nil }
        let bytes = reading.request(call).bytes
        let words = reading.words[call.firstWord..<call.firstWord + call.wordCount].map { Array(bytes[$0]) }
        let command = MemcachedCommand.at(call.command)
        let name = String(decoding: words[0].prefix(64), as: UTF8.self)
        guard words.count > 1, command.effect != .none else { return NamedRequest(name: name) }
        // A value is what was stored, its frame is not.
        let arguments = command.stores ? [words[words.count - 1]] : Array(words.dropFirst(2))
        return NamedRequest(name: name, object: words[1], arguments: arguments)
    }

    func named(_ reply: Message, _ head: ReplyHead?, _ values: inout HistoryValues) -> NamedAnswer {
        let line = Array(reply.bytes.prefix { $0 != 0x0D })
        if head?.isError ?? true { return .refused(values.code(bytes: line)) }
        let blocks = MemcachedBlock.all(reply.bytes)
        switch head.map({ MemcachedReply.Kinds(place: $0.kind) }) {
        case .some(.number): return .value(values.code(bytes: line))
        case .some(.value):
            guard let first = blocks.first else { return .value(History.null) }
            guard blocks.count > 1 else { return .value(values.code(bytes: Array(reply.bytes[first.body]))) }
            let codes = blocks.map { values.code(bytes: Array(reply.bytes[$0.body])) }
            return .value(values.code(.list(codes)))
        case .some(.metaValue):
            let start = reply.bytes.firstIndex(of: 0x0A).map { $0 + 1 } ?? 0
            return .value(values.code(bytes: Array(reply.bytes[start..<max(start, reply.bytes.count - 2)])))
        case .some(.metaMiss): return .value(History.null)
        default: return .value(values.code(bytes: line))
        }
    }
}
