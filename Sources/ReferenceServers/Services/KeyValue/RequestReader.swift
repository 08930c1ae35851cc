/// Reads requests of the kv service: arrays of bulk strings, or lines of words, as Redis takes them. It never looks beyond a
/// request, and remembers nothing between two.
package struct RequestReader {
    /// The longest line, and the longest word, as in Redis (`PROTO_INLINE_MAX_SIZE`, `proto-max-bulk-len`). Bytes.
    static let maximumLineBytes = 64 << 10
    static let maximumWordBytes = 512 << 20
    /// The most words of a request.
    static let maximumWords = 1 << 20

    /// The words, where they were asked for.
    private(set) var words: [[UInt8]] = []
    private let keepsWords: Bool
    private var offset = 0

    private init(keepsWords: Bool) {
        self.keepsWords = keepsWords
    }

    /// Finds the end of the first request of `bytes`.
    ///
    /// - Complexity: O(words + length of the lines).
    package static func frame(_ bytes: Span<UInt8>) -> RequestFrame {
        var reader = RequestReader(keepsWords: false)
        return reader.read(bytes)
    }

    /// The words of a whole request, none of an empty one; nil where it is none.
    package static func words(_ bytes: Span<UInt8>) -> [[UInt8]]? {
        var reader = RequestReader(keepsWords: true)
        guard case .message = reader.read(bytes) else { return nil }
        return reader.words
    }

    /// A request as clients write it.
    package static func encode(_ words: [[UInt8]]) -> [UInt8] {
        var out: [UInt8] = []
        Reply.appendLine("*", String(words.count).utf8, to: &out)
        for word in words { Reply.appendBulk(word, to: &out) }
        return out
    }

    private mutating func read(_ bytes: Span<UInt8>) -> RequestFrame {
        guard bytes.count > 0 else { return .incomplete }
        if bytes[0] != UInt8(ascii: "*") { return readInline(bytes) }
        let count: Int
        switch number(bytes, most: Self.maximumWords) {
        case .success(let value): count = value
        case .failure(let why): return why.frame
        }
        for _ in 0..<max(0, count) {
            guard offset < bytes.count else { return .incomplete }
            guard bytes[offset] == UInt8(ascii: "$") else {
                return .malformed(offset: offset, reason: "expected a bulk string")
            }
            let length: Int
            switch number(bytes, most: Self.maximumWordBytes) {
            case .success(let value): length = value
            case .failure(let why): return why.frame
            }
            guard length >= 0 else { return .malformed(offset: offset, reason: "a word has no length") }
            guard bytes.count - offset >= length + 2 else { return .incomplete }
            guard bytes[offset + length] == 0x0D, bytes[offset + length + 1] == 0x0A else {
                return .malformed(offset: offset + length, reason: "a word does not end with CR LF")
            }
            if keepsWords { words.append(Self.copy(bytes, offset..<offset + length)) }
            offset += length + 2
        }
        return .message(length: offset)
    }

    private mutating func readInline(_ bytes: Span<UInt8>) -> RequestFrame {
        guard let line = line(bytes) else { return Self.noLine(bytes, from: 0) }
        guard keepsWords else { return .message(length: offset) }
        var start = line.lowerBound
        for index in line.lowerBound...line.upperBound {
            let isEnd = index == line.upperBound || bytes[index] == 0x20 || bytes[index] == 0x09
            guard isEnd else { continue }
            if index > start { words.append(Self.copy(bytes, start..<index)) }
            start = index + 1
        }
        return .message(length: offset)
    }

    /// Why a number could not be read.
    private struct Fault: Error {
        let frame: RequestFrame
    }

    /// The number on a line behind its type byte.
    private mutating func number(_ bytes: Span<UInt8>, most: Int) -> Result<Int, Fault> {
        let start = offset
        guard let line = line(bytes) else { return .failure(Fault(frame: Self.noLine(bytes, from: start))) }
        let text = String(decoding: Self.copy(bytes, line.lowerBound + 1..<line.upperBound), as: UTF8.self)
        guard let value = Int(text), value <= most else {
            return .failure(Fault(frame: .malformed(offset: start, reason: "expected a number of at most \(most)")))
        }
        return .success(value)
    }

    /// The next line without its end, CR LF or LF.
    private mutating func line(_ bytes: Span<UInt8>) -> Range<Int>? {
        let limit = min(bytes.count, offset + Self.maximumLineBytes)
        for index in offset..<max(offset, limit) where bytes[index] == 0x0A {
            defer { offset = index + 1 }
            return offset..<(index > offset && bytes[index - 1] == 0x0D ? index - 1 : index)
        }
        return nil
    }

    private static func noLine(_ bytes: Span<UInt8>, from start: Int) -> RequestFrame {
        guard bytes.count - start >= maximumLineBytes else { return .incomplete }
        return .malformed(offset: start, reason: "a line is longer than \(maximumLineBytes) bytes")
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        bytes.extracting(range).withUnsafeBufferPointer { Array($0) }
    }
}
