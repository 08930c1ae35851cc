import Verification

/// One RESP value; those of version 3 are what they come to: a map is an array of names and values, a double a text.
public indirect enum RESPValue: Hashable, Sendable {
    case simple([UInt8])
    case error([UInt8])
    case integer(Int64)
    case bulk([UInt8])
    case null
    case array([RESPValue])

    /// Decodes the value that fills `bytes` from their first byte; nil unless `RESPCodec.frame` calls it a message.
    ///
    /// - Complexity: O(count of `bytes`).
    public init?(_ bytes: Span<UInt8>) {
        var cursor = RESPCursor(bytes: bytes)
        guard let value = cursor.value(depth: 0) else { return nil }
        self = value
    }

    /// Appends the value as it goes on the wire.
    public func append(to out: inout [UInt8]) {
        func line(_ type: Character, _ body: some Sequence<UInt8>) {
            out.append(type.asciiValue!)
            out.append(contentsOf: body)
            out.append(contentsOf: crlf)
        }
        switch self {
        case .simple(let text): line("+", text)
        case .error(let text) where text.contains(0x0A):
            line("!", String(text.count).utf8)
            out.append(contentsOf: text)
            out.append(contentsOf: crlf)
        case .error(let text): line("-", text)
        case .integer(let value): line(":", String(value).utf8)
        case .null: line("$", "-1".utf8)
        case .bulk(let body):
            line("$", String(body.count).utf8)
            out.append(contentsOf: body)
            out.append(contentsOf: crlf)
        case .array(let elements):
            line("*", String(elements.count).utf8)
            for element in elements { element.append(to: &out) }
        }
    }

    /// Decodes a request into its words: an array of bulk strings, or an inline line split at white space.
    /// Nil when an element is not a string; empty for an empty line.
    public static func requestWords(_ bytes: Span<UInt8>) -> [[UInt8]]? {
        guard bytes.count > 0 else { return nil }
        var cursor = RESPCursor(bytes: bytes)
        guard bytes[0] == UInt8(ascii: "*") else {
            guard let line = cursor.line() else { return nil }
            return inlineWords(bytes, line)
        }
        guard let header = cursor.line(), let count = cursor.elementCount(header, depth: 0) else { return nil }
        var words: [[UInt8]] = []
        words.reserveCapacity(max(0, min(count, 64)))
        for _ in 0..<max(0, count) {
            guard case .bulk(let word)? = cursor.value(depth: 1) else { return nil }
            words.append(word)
        }
        return words
    }

    private static func inlineWords(_ bytes: Span<UInt8>, _ line: Range<Int>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for index in line {
            if bytes[index] == 0x20 || bytes[index] == 0x09 {
                if !word.isEmpty { words.append(word) }
                word = []
            } else {
                word.append(bytes[index])
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}

extension RESPCursor {
    /// Decodes one value; nil: see `outcome`.
    mutating func value(depth: Int) -> RESPValue? {
        guard let line = line(), !line.isEmpty else { return nil }
        let body = line.lowerBound + 1..<line.upperBound
        let type = bytes[line.lowerBound]
        switch type {
        case UInt8(ascii: "+"): return .simple(copy(body))
        case UInt8(ascii: "-"): return .error(copy(body))
        case UInt8(ascii: ":"): return number(line).map(RESPValue.integer)
        case UInt8(ascii: "$"):
            guard let length = number(line) else { return nil }
            return length < 0 ? .null : bulkBody(length).map { .bulk(copy($0)) }
        case UInt8(ascii: "*"):
            guard let count = elementCount(line, depth: depth) else { return nil }
            guard count >= 0 else { return .null }
            var elements: [RESPValue] = []
            for _ in 0..<count {
                guard let element = value(depth: depth + 1) else { return nil }
                elements.append(element)
            }
            return .array(elements)
        default:
            return third(line, type, depth)
        }
    }

    /// The types of RESP3 as what they come to: a map is an array of names and values, a double is a text.
    private mutating func third(_ line: Range<Int>, _ type: UInt8, _ depth: Int) -> RESPValue? {
        let body = line.lowerBound + 1..<line.upperBound
        switch type {
        case UInt8(ascii: "_") where body.isEmpty: return .null
        case UInt8(ascii: "#") where body.count == 1: return .integer(bytes[body.lowerBound] == 0x74 ? 1 : 0)
        case UInt8(ascii: ","), UInt8(ascii: "("): return .bulk(copy(body))
        case UInt8(ascii: "!"):
            guard let length = number(line), length >= 0 else { return nil }
            return bulkBody(length).map { .error(copy($0)) }
        case UInt8(ascii: "="):
            guard let length = number(line), length >= 0 else { return nil }
            return bulkBody(length).map { .bulk(copy(min($0.upperBound, $0.lowerBound + 4)..<$0.upperBound)) }
        case UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "%"):
            guard let count = elementCount(line, depth: depth), count >= 0 else { return nil }
            var elements: [RESPValue] = []
            for _ in 0..<(type == UInt8(ascii: "%") ? 2 * count : count) {
                guard let element = value(depth: depth + 1) else { return nil }
                elements.append(element)
            }
            return .array(elements)
        case UInt8(ascii: "|"):
            return passAttributes(line, depth: depth) ? value(depth: depth + 1) : nil
        default: return nil
        }
    }

    func copy(_ range: Range<Int>) -> [UInt8] {
        bytes.extracting(range).withUnsafeBufferPointer { Array($0) }
    }
}

extension RESPValue {
    /// The value in few words: `[a, 1, nil, … 9 more]`.
    var words: String {
        switch self {
        case .simple(let text), .error(let text), .bulk(let text): return Reading.text(text)
        case .integer(let number): return String(number)
        case .null: return "nil"
        case .array(let elements):
            let told = elements.prefix(Self.mostWords).map(\.words)
            let left = elements.count - told.count
            return "[" + (told + (left > 0 ? ["… \(left) more"] : [])).joined(separator: ", ") + "]"
        }
    }

    private static let mostWords = 8
}
