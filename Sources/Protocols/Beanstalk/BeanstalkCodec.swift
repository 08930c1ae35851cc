public import Wire

/// beanstalkd's work queue: a line, behind `put`, `RESERVED`, `FOUND` and `OK` with a body of announced length.
///
/// Source: doc/protocol.txt of beanstalkd 1.12.
public struct BeanstalkCodec: WireCodec {
    /// The longest line, and the longest body that is taken for one.
    static let maximumLineBytes = 64 << 10
    static let maximumBodyBytes = 1 << 30

    /// Creates the codec.
    public init() {}

    /// `beanstalk`.
    public var name: String { "beanstalk" }
    /// Clients share jobs; what queues hold is not modelled.
    public var hasSharedState: Bool { true }

    /// A message ends with its line, or with the body that the line announces.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        var end = 0
        while end < min(bytes.count, Self.maximumLineBytes), bytes[end] != 0x0A { end += 1 }
        guard end < Self.maximumLineBytes else {
            return .malformed(offset: end, reason: "no line feed in \(Self.maximumLineBytes) bytes")
        }
        guard end < bytes.count else { return .incomplete }
        guard end > 0, bytes[end - 1] == 0x0D else {
            return .malformed(offset: end, reason: "a line that does not end with carriage return and line feed")
        }
        let line = BeanstalkLine(bytes.extracting(0..<end - 1))
        guard let body = line.bodyLength(bytes, role) else { return .message(length: end + 1) }
        guard body <= Self.maximumBodyBytes else {
            return .malformed(offset: 0, reason: "a body of more than \(Self.maximumBodyBytes) bytes")
        }
        let length = end + 1 + body + 2
        return bytes.count < length ? .incomplete : .message(length: length)
    }

    /// The words as a line; the last word of `put` is the body, whose length is written before it.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        let end: [UInt8] = [0x0D, 0x0A]
        guard words.count == 5, words[0].elementsEqual("put".utf8) else {
            return Array(words.joined(separator: [0x20])) + end
        }
        let length = Array(String(words[4].count).utf8)
        return Array((words[0..<4] + [length]).joined(separator: [0x20])) + end + words[4] + end
    }

    /// `quit` is not.
    public func isAnswered(_ request: Span<UInt8>) -> Bool {
        BeanstalkLine(request).name(request) != "quit"
    }
}

/// The words of a line.
struct BeanstalkLine {
    private(set) var words: [Range<Int>] = []

    /// Reads the first line of `bytes`.
    init(_ bytes: Span<UInt8>) {
        var start: Int?
        var index = 0
        while index < bytes.count, bytes[index] != 0x0D, bytes[index] != 0x0A {
            if bytes[index] == 0x20 {
                if let first = start { words.append(first..<index) }
                start = nil
            } else if start == nil {
                start = index
            }
            index += 1
        }
        if let first = start { words.append(first..<index) }
    }

    /// Its first word.
    func name(_ bytes: Span<UInt8>) -> String {
        guard let first = words.first else { return "" }
        var text: [UInt8] = []
        for index in first.prefix(Self.longestName) { text.append(bytes[index]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// No name of a request or a reply is longer.
    private static let longestName = 32

    /// How many bytes the body has that the line announces; nil where it announces none.
    func bodyLength(_ bytes: Span<UInt8>, _ role: Role) -> Int? {
        let place: Int
        switch (role, name(bytes)) {
        case (.client, "put"): place = 4
        case (.server, "RESERVED"), (.server, "FOUND"): place = 2
        case (.server, "OK"): place = 1
        default: return nil
        }
        guard words.count == place + 1 else { return nil }
        var number = 0
        for index in words[place] {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            // A number of any length means no more than that it is too large.
            number = min(10 * number + Int(bytes[index] - 0x30), BeanstalkCodec.maximumBodyBytes + 1)
        }
        return number
    }
}
