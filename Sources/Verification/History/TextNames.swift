/// Numbers for the texts that stand as values in history files: equal texts get equal numbers, from `History.firstName`.
///
/// A long text is kept as its beginning, its length and a 128-bit hash: a value of a gigabyte costs some hundred bytes.
/// Two different ones are taken for one with a chance of 2⁻¹²⁸; the hash is keyed anew in each process.
struct TextNames {
    private(set) var names: [String] = []
    private var codes: [String: Int] = [:]

    /// Texts of more bytes are abbreviated.
    static let longestWhole = 4096
    private static let prefixBytes = 64

    /// The number of a text.
    ///
    /// - Complexity: O(length).
    mutating func code(_ text: String) -> Int {
        if let known = codes[text] { return known }
        let code = History.firstName + names.count
        names.append(text)
        codes[text] = code
        return code
    }

    /// The number of the text with these UTF-8 bytes.
    mutating func code(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count > Self.longestWhole else { return code(String(decoding: bytes, as: UTF8.self)) }
        return code(Self.abbreviated(bytes))
    }

    private static func abbreviated(_ bytes: UnsafeRawBufferPointer) -> String {
        let hashes = (0..<2).map { key in
            var hasher = Hasher()
            hasher.combine(key)
            hasher.combine(bytes: bytes)
            return String(UInt(bitPattern: hasher.finalize()), radix: 16)
        }
        // An escape must not be cut in two.
        var start = String(decoding: bytes.prefix(prefixBytes), as: UTF8.self)
        while start.last == "\\" { start.removeLast() }
        return "\(start)… (\(bytes.count) bytes, \(hashes[0]) \(hashes[1]))"
    }
}
