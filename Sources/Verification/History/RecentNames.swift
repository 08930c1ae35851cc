/// The codes of short names that came last: a journal repeats few of them in each line.
struct RecentNames: Sendable {
    private var keys: [UInt64] = []
    private var codes: [Int] = []

    private static let longest = 7
    private static let places = 64

    /// The bytes of a name, their number, and whether it is a keyword or a text; nil where they are too many.
    static func key(_ bytes: UnsafeRawBufferPointer, isKeyword: Bool) -> UInt64? {
        guard !bytes.isEmpty, bytes.count <= longest else { return nil }
        var key = UInt64(bytes.count) << 1 | (isKeyword ? 1 : 0)
        for byte in bytes { key = key << 8 | UInt64(byte) }
        return key
    }

    /// What was noted, unless another name has taken its place.
    func code(_ key: UInt64) -> Int? {
        guard !keys.isEmpty, keys[Self.place(key)] == key else { return nil }
        return codes[Self.place(key)]
    }

    mutating func note(_ key: UInt64, _ code: Int) {
        if keys.isEmpty {
            // No name has this key: it would have no bytes.
            keys = Array(repeating: 0, count: Self.places)
            codes = Array(repeating: 0, count: Self.places)
        }
        (keys[Self.place(key)], codes[Self.place(key)]) = (key, code)
    }

    /// Fibonacci hashing, to six bits.
    private static func place(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> 58) }
}
