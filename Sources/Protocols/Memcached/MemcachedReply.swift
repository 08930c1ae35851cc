import Wire

/// Replies by their first word.
enum MemcachedReply {
    /// What kinds of reply there are, as a set.
    struct Kinds: OptionSet, Sendable {
        let rawValue: UInt32

        static let value = Kinds(rawValue: 1 << 0)
        static let stored = Kinds(rawValue: 1 << 1)
        static let notStored = Kinds(rawValue: 1 << 2)
        static let exists = Kinds(rawValue: 1 << 3)
        static let notFound = Kinds(rawValue: 1 << 4)
        static let deleted = Kinds(rawValue: 1 << 5)
        static let touched = Kinds(rawValue: 1 << 6)
        static let number = Kinds(rawValue: 1 << 7)
        static let ok = Kinds(rawValue: 1 << 8)
        static let version = Kinds(rawValue: 1 << 9)
        static let stats = Kinds(rawValue: 1 << 10)
        static let metaDone = Kinds(rawValue: 1 << 11)
        static let metaValue = Kinds(rawValue: 1 << 12)
        static let metaMiss = Kinds(rawValue: 1 << 13)
        static let metaNotFound = Kinds(rawValue: 1 << 14)
        static let metaNotStored = Kinds(rawValue: 1 << 15)
        static let metaExists = Kinds(rawValue: 1 << 16)
        static let metaNoop = Kinds(rawValue: 1 << 17)
        static let metaDebug = Kinds(rawValue: 1 << 18)
        static let error = Kinds(rawValue: 1 << 19)
        static let clientError = Kinds(rawValue: 1 << 20)
        static let serverError = Kinds(rawValue: 1 << 21)
        /// A line that begins with none of these words.
        static let other = Kinds(rawValue: 1 << 22)

        static let any = Kinds(rawValue: .max)
        static let errors: Kinds = [.error, .clientError, .serverError]

        /// Its number in a `ReplyHead`.
        var place: UInt8 { UInt8(rawValue.trailingZeroBitCount) }

        init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        init(place: UInt8) {
            self.init(rawValue: 1 << UInt32(place & 31))
        }
    }

    /// By their first words. `END` alone is the answer to a `get` that finds nothing.
    static let words: [(text: StaticString, kind: Kinds)] = [
        ("VALUE", .value), ("END", .value), ("STORED", .stored), ("NOT_STORED", .notStored), ("EXISTS", .exists),
        ("NOT_FOUND", .notFound), ("DELETED", .deleted), ("TOUCHED", .touched), ("OK", .ok), ("VERSION", .version),
        ("STAT", .stats), ("ITEM", .stats), ("HD", .metaDone), ("VA", .metaValue), ("EN", .metaMiss),
        ("NF", .metaNotFound), ("NS", .metaNotStored), ("EX", .metaExists), ("MN", .metaNoop), ("ME", .metaDebug),
        ("ERROR", .error), ("CLIENT_ERROR", .clientError), ("SERVER_ERROR", .serverError), ("RESET", .other),
    ]

    /// The kind of a reply by its first word.
    static func kind(_ bytes: Span<UInt8>, _ word: Range<Int>) -> Kinds {
        guard let first = word.first else { return .other }
        if (0x30...0x39).contains(bytes[first]) {
            for index in word where !(0x30...0x39).contains(bytes[index]) { return .other }
            return .number
        }
        for (text, kind) in words where MemcachedLine.equals(bytes, word, text) { return kind }
        return .other
    }

    /// The first word of the line at `start`.
    static func firstWord(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Range<Int> {
        var index = start
        while index < end, bytes[index] != 0x20, bytes[index] != 0x0D, bytes[index] != 0x0A { index += 1 }
        return start..<index
    }

    /// Finds the end of the reply at the front of `bytes`.
    static func frame(_ bytes: Span<UInt8>) -> Framing {
        var start = 0
        while true {
            let end: Int
            switch MemcachedLine.end(of: bytes, from: start) {
            case .failure(let none): return none.framing
            case .success(let found): end = found
            }
            guard end - start >= 2, bytes[end - 2] == 0x0D else {
                return .malformed(
                    offset: end - 1, reason: "a line that does not end with carriage return and line feed")
            }
            let word = firstWord(bytes, from: start, to: end)
            let kind = kind(bytes, word)
            let isBlock = kind == .metaValue || MemcachedLine.equals(bytes, word, "VALUE")
            guard isBlock else {
                if kind == .stats {
                    start = end
                    continue
                }
                let isEnd = start == 0 || MemcachedLine.equals(bytes, word, "END") || kind == .serverError
                return isEnd
                    ? .message(length: end)
                    : .malformed(offset: start, reason: "a line that is neither VALUE nor END among values")
            }
            guard let length = blockLength(bytes, start..<end, place: kind == .metaValue ? 1 : 3) else {
                return .malformed(offset: start, reason: "a value without its length")
            }
            guard length <= MemcachedCodec.maximumValueBytes else {
                return .malformed(
                    offset: start, reason: "a value of more than \(MemcachedCodec.maximumValueBytes) bytes")
            }
            let next = end + length + 2
            guard next <= bytes.count else { return .incomplete }
            guard bytes[next - 2] == 0x0D, bytes[next - 1] == 0x0A else {
                return .malformed(offset: next - 2, reason: "a value that does not end where its length says")
            }
            if kind == .metaValue { return .message(length: next) }
            start = next
        }
    }

    private static func blockLength(_ bytes: Span<UInt8>, _ line: Range<Int>, place: Int) -> Int? {
        var word = 0
        var index = line.lowerBound
        while index < line.upperBound, word < place {
            if bytes[index] == 0x20 { word += 1 }
            index += 1
        }
        let end = firstWord(bytes, from: index, to: line.upperBound)
        return word == place ? MemcachedLine.number(bytes, end, limit: MemcachedCodec.maximumValueBytes) : nil
    }
}

/// One value of a reply.
struct MemcachedBlock {
    /// `VALUE KEY FLAGS LENGTH [VERSION]`.
    var key: Range<Int>
    var flags: Range<Int>
    var body: Range<Int>
    var version: Range<Int>?

    /// The value whose line begins at `start`, and where the next line begins; nil where there is none.
    static func read(_ bytes: Span<UInt8>, at start: Int, _ words: inout [Range<Int>]) -> (MemcachedBlock, Int)? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "V") else { return nil }
        words.removeAll(keepingCapacity: true)
        MemcachedLine.appendWords(of: bytes, from: start, to: &words)
        guard words.count >= 4, MemcachedLine.equals(bytes, words[0], "VALUE"),
            let length = MemcachedLine.number(bytes, words[3], limit: MemcachedCodec.maximumValueBytes),
            case .success(let end) = MemcachedLine.end(of: bytes, from: start), length <= bytes.count - end - 2
        else { return nil }
        let block = MemcachedBlock(
            key: words[1], flags: words[2], body: end..<end + length, version: words.count > 4 ? words[4] : nil)
        return (block, end + length + 2)
    }

    /// All values of a reply to `get`, in its order.
    ///
    /// - Complexity: O(bytes).
    static func all(_ bytes: [UInt8]) -> [MemcachedBlock] {
        var blocks: [MemcachedBlock] = []
        var words: [Range<Int>] = []
        var start = 0
        while let (block, next) = read(bytes.span, at: start, &words) {
            blocks.append(block)
            start = next
        }
        return blocks
    }
}
