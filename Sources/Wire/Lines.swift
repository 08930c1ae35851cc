/// Messages that are lines, which many protocols of one's own are.
public enum Lines {
    /// The longest line unless told otherwise, its line feed included. Bytes.
    public static let maximumBytes = 16 << 20

    /// A message ends with its line feed.
    ///
    /// - Complexity: O(length of the line).
    public static func frame(_ bytes: Span<UInt8>, maximumBytes: Int = maximumBytes) -> Framing {
        for index in 0..<min(bytes.count, maximumBytes) where bytes[index] == 0x0A {
            return .message(length: index + 1)
        }
        guard bytes.count < maximumBytes else {
            return .malformed(offset: maximumBytes, reason: "no line feed in \(maximumBytes) bytes")
        }
        return .incomplete
    }

    /// The words joined by spaces, and a line feed.
    public static func encode(_ words: [[UInt8]]) -> [UInt8] {
        Array(words.joined(separator: [0x20])) + [0x0A]
    }

    /// Where the words of a line are, which spaces separate; its end, a line feed with a carriage return or without, is
    /// none of them.
    ///
    /// - Complexity: O(length of the line).
    public static func words(of line: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for (index, byte) in line.enumerated() {
            let separates = byte == 0x20 || byte == 0x0A || byte == 0x0D
            if separates, let first = start { words.append(first..<index) }
            start = separates ? nil : start ?? index
        }
        if let start { words.append(start..<line.count) }
        return words
    }
}
