public import Wire

/// Lines that carry a tag: `WORD TAG …`, answered by a line `WORD TAG …` with the same tag, in the order of the
/// requests. Many protocols that people write for themselves look like this (`REQ 17 …`, `RSP 17 …`).
public struct TaggedLineCodec: WireCodec {
    /// Creates the codec.
    public init() {}

    /// `tagged`.
    public var name: String { "tagged" }
    /// What the words mean is not known, so no state is judged.
    public var hasSharedState: Bool { false }

    /// A message ends with its line feed.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        Lines.frame(bytes)
    }

    /// The words joined by spaces, and a line feed.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        Lines.encode(words)
    }

    /// Where the tag of a line stands: its second word, or nil where it has one word only. Spaces separate words.
    ///
    /// - Complexity: O(length of the first two words).
    public static func tag(of line: Span<UInt8>) -> Range<Int>? {
        var start = 0
        while start < line.count, line[start] != 0x20 { start += 1 }
        while start < line.count, line[start] == 0x20 { start += 1 }
        var end = start
        while end < line.count, line[end] > 0x20 { end += 1 }
        return start < end ? start..<end : nil
    }
}
