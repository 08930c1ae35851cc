/// Reads requests of the memcached service: a line, and behind those that store a value of announced length.
enum MemcachedRequestReader {
    /// The longest line, and the longest value that is taken. Bytes.
    private static let maximumLineBytes = 64 << 10
    private static let maximumValueBytes = 64 << 20
    private static let maximumKeyBytes = 250

    /// Finds the end of the first request of `bytes`.
    ///
    /// - Complexity: O(length of the line).
    static func frame(_ bytes: Span<UInt8>) -> RequestFrame {
        guard let end = lineEnd(bytes) else {
            guard bytes.count < maximumLineBytes else { return .malformed(offset: 0, reason: "line too long") }
            return .incomplete
        }
        guard let length = valueLength(split(bytes, 0..<end)) else { return .message(length: end) }
        guard length <= maximumValueBytes else { return .malformed(offset: 0, reason: "object too large for cache") }
        return bytes.count < end + length + 2 ? .incomplete : .message(length: end + length + 2)
    }

    /// The words of a whole request; of one that stores, the value stands in the place of its length.
    static func words(_ bytes: Span<UInt8>) -> [[UInt8]] {
        let end = lineEnd(bytes) ?? bytes.count
        var words = split(bytes, 0..<end)
        guard let length = valueLength(words), bytes.count >= end + length else { return words }
        words[4] = copy(bytes, end..<end + length)
        return words
    }

    /// Takes `noreply` off; what it may stand behind is for the command's number of words to say.
    static func takeNoReply(_ words: inout [[UInt8]]) -> Bool {
        guard words.count > 2, words.last == Array("noreply".utf8) else { return false }
        words.removeLast()
        return true
    }

    private static func lineEnd(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index < bytes.count, index < maximumLineBytes {
            if bytes[index] == 0x0A { return index + 1 }
            index += 1
        }
        return nil
    }

    private static func split(_ bytes: Span<UInt8>, _ line: Range<Int>) -> [[UInt8]] {
        var text = copy(bytes, line)
        while let last = text.last, last == 0x0A || last == 0x0D { text.removeLast() }
        return text.split(separator: 0x20).map(Array.init)
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        bytes.extracting(range).withUnsafeBufferPointer { Array($0) }
    }

    private static func valueLength(_ words: [[UInt8]]) -> Int? {
        guard words.count >= 5, words[1].count <= maximumKeyBytes, storing.contains(words[0]),
            words[0] != cas || words.count >= 6, words[4].count <= 10
        else { return nil }
        return Int(String(decoding: words[4], as: UTF8.self)).flatMap { $0 >= 0 ? $0 : nil }
    }

    private static let cas = Array("cas".utf8)
    private static let storing = ["set", "add", "replace", "append", "prepend", "cas"].map { Array($0.utf8) }
}
