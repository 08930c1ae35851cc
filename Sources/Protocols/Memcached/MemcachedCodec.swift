public import Wire

/// memcached's text protocol: lines, behind some of them a value of announced length, and the meta commands.
///
/// Source: doc/protocol.txt of memcached 1.6.
public struct MemcachedCodec: WireCodec {
    /// The longest line. A `get` may name many keys.
    static let maximumLineBytes = 1 << 20
    /// The longest value that is taken for one, memcached's largest `-I`.
    static let maximumValueBytes = 1 << 30

    /// Creates the codec.
    public init() {}

    /// `memcached`.
    public var name: String { "memcached" }
    /// Keys are shared by all clients.
    public var hasSharedState: Bool { true }

    /// A request ends with its line, or with the value that the line announces; a reply also with `END` where it has lines
    /// of many.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        role == .client ? Self.frameRequest(bytes) : MemcachedReply.frame(bytes)
    }

    private static func frameRequest(_ bytes: Span<UInt8>) -> Framing {
        switch MemcachedLine.end(of: bytes, from: 0) {
        case .failure(let none): return none.framing
        case .success(let end):
            guard let length = MemcachedRequest.valueLength(bytes, lineEnd: end) else { return .message(length: end) }
            guard length <= maximumValueBytes else {
                return .malformed(offset: 0, reason: "a value of more than \(maximumValueBytes) bytes")
            }
            // As the server: so many bytes and two more, whatever they are.
            return bytes.count < end + length + 2 ? .incomplete : .message(length: end + length + 2)
        }
    }

    /// The words as a line; of a command that stores, the word in the place of the length is the value.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        let end: [UInt8] = [0x0D, 0x0A]
        var line = words
        guard let name = words.first, let command = MemcachedCommand.named(name, name.indices),
            let place = command.lengthPlace, words.count >= command.leastWords,
            words[1].count <= MemcachedRequest.maximumKeyBytes
        else { return Array(words.joined(separator: [0x20])) + end }
        // `cas KEY FLAGS EXPTIME VALUE VERSION`: all stand as on the wire.
        line[place] = Array(String(words[place].count).utf8)
        return Array(line.joined(separator: [0x20])) + end + words[place] + end
    }

    /// The version of the last value.
    public func told(_ reply: Span<UInt8>) -> [UInt8]? {
        guard reply.count > 1, reply[0] == UInt8(ascii: "V"), reply[1] == UInt8(ascii: "A") else { return nil }
        var words: [Range<Int>] = []
        var start = 0
        var version: Range<Int>?
        while let (block, next) = MemcachedBlock.read(reply, at: start, &words) {
            start = next
            version = block.version ?? version
        }
        return version.map { $0.map { reply[$0] } }
    }

    /// `noreply` and quiet requests get none, or only in some cases; `quit` closes.
    public func isAnswered(_ request: Span<UInt8>) -> Bool {
        var words: [Range<Int>] = []
        MemcachedLine.appendWords(of: request, to: &words)
        guard let name = words.first, let command = MemcachedCommand.named(request, name) else { return true }
        return !command.isSilent && !MemcachedRequest.isQuiet(request, words, command)
    }
}

/// Lines and their words.
enum MemcachedLine {
    /// Why there is no whole line.
    struct None: Error {
        var framing: Framing
    }

    /// Where the line that begins at `start` ends, its line feed included.
    static func end(of bytes: Span<UInt8>, from start: Int) -> Result<Int, None> {
        let limit = min(bytes.count, start + MemcachedCodec.maximumLineBytes)
        var index = start
        while index < limit {
            if bytes[index] == 0x0A { return .success(index + 1) }
            index += 1
        }
        guard index < start + MemcachedCodec.maximumLineBytes else {
            let reason = "no line feed in \(MemcachedCodec.maximumLineBytes) bytes"
            return .failure(None(framing: .malformed(offset: index, reason: reason)))
        }
        return .failure(None(framing: .incomplete))
    }

    /// Appends where the words of a line lie that begins at `start`.
    static func appendWords(of bytes: Span<UInt8>, from start: Int = 0, to words: inout [Range<Int>]) {
        var first = -1
        var index = start
        while index < bytes.count, bytes[index] != 0x0A {
            let byte = bytes[index]
            if byte == 0x20 || (byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A) {
                if first >= 0 { words.append(first..<index) }
                first = -1
            } else if first < 0 {
                first = index
            }
            index += 1
        }
        if first >= 0 { words.append(first..<index) }
    }

    /// A decimal number without a sign; nil for anything else. Beyond `limit` it is no more than larger.
    static func number(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> Int? {
        guard !range.isEmpty else { return nil }
        var number = 0
        for index in range {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            guard number <= limit else { continue }
            let (scaled, over) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(Int(bytes[index] - 0x30))
            guard !over, !carry else { return Int.max }
            number = sum
        }
        return number
    }

    /// Whether bytes are this text.
    static func equals(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { wanted in
            for index in wanted.indices where bytes[range.lowerBound + index] != wanted[index] { return false }
            return true
        }
    }
}

/// What a request's line says of what follows it, and of its reply.
enum MemcachedRequest {
    /// The longest key.
    static let maximumKeyBytes = 250

    /// How long the value is that the line announces; nil where it announces none that the server would read: then what
    /// follows is the next request.
    static func valueLength(_ bytes: Span<UInt8>, lineEnd: Int) -> Int? {
        // Most lines begin with another letter: they need not be taken apart.
        guard bytes.count > 0, stores.contains(bytes[0]) else { return nil }
        var words: [Range<Int>] = []
        MemcachedLine.appendWords(of: bytes.extracting(0..<lineEnd), to: &words)
        guard let name = words.first, let command = MemcachedCommand.named(bytes, name),
            let place = command.lengthPlace, words.count >= command.leastWords, words[1].count <= maximumKeyBytes,
            let length = MemcachedLine.number(bytes, words[place], limit: MemcachedCodec.maximumValueBytes)
        else { return nil }
        return length
    }

    private static let stores = Array("acmprsACMPRS".utf8)

    /// Whether a request asks for no reply, or for none in the ordinary case.
    static func isQuiet(_ bytes: Span<UInt8>, _ words: [Range<Int>], _ command: MemcachedCommand) -> Bool {
        if command.isMeta {
            return words.dropFirst(command.firstFlag).contains { bytes[$0.lowerBound] == UInt8(ascii: "q") }
        }
        guard command.takesNoReply, words.count > 1, let last = words.last else { return false }
        return MemcachedLine.equals(bytes, last, "noreply")
    }
}
