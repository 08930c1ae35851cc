/// Messages that are the same, `+OK` or a request that is sent again, share their bytes: a long connection has millions.
///
/// It remembers the last message of each of some thousand places, by hash.
struct MessagePool {
    private var known: [[UInt8]]

    /// Longer messages are rarely the same.
    private static let longest = 128
    private static let places = 1 << 11
    /// So few messages are not worth the places.
    private static let fewest = 1 << 10

    /// A pool for a connection of about so many messages.
    init(messages: Int) {
        known = messages < Self.fewest ? [] : Array(repeating: [], count: Self.places)
    }

    /// The bytes of `source[range]`.
    ///
    /// - Complexity: O(length).
    mutating func bytes(_ source: [UInt8], _ range: Range<Int>) -> [UInt8] {
        guard !known.isEmpty, range.count <= Self.longest else { return Array(source[range]) }
        let place = Int(truncatingIfNeeded: ByteInterner.hash(source, range)) & (known.count - 1)
        if ByteInterner.isEqual(known[place], known[place].indices, source, range) { return known[place] }
        known[place] = Array(source[range])
        return known[place]
    }
}
