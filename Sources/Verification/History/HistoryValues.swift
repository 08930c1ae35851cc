/// Codes for the values of a history: equal values have equal codes, from `History.firstName` on. Whole numbers below
/// it, in magnitude, are their own codes and are not kept here.
///
/// A long text is kept as its beginning, its length and a 128-bit hash: a value of a gigabyte costs some hundred bytes.
/// Two different ones are taken for one with a chance of 2⁻¹²⁸; the hash is keyed anew in each process.
public struct HistoryValues: Sendable {
    private var values: [HistoryValue] = []
    private var hashes: [Int] = []
    /// Open addressing: a power of two of places, each -1 or the index of a value.
    private var slots: [Int32] = []

    /// Texts of more bytes are abbreviated.
    static let longestWhole = 4096
    private static let prefixBytes = 64

    /// Creates an empty table.
    public init() {}

    /// How many different values there are.
    public var count: Int { values.count }

    /// The value that `code` stands for; nil for whole numbers, for `History.null`, and for codes given by nobody.
    public subscript(code: Int) -> HistoryValue? {
        let index = code &- History.firstName
        return values.indices.contains(index) ? values[index] : nil
    }

    /// The code of a value, given now if it has none.
    ///
    /// - Complexity: O(length of the value).
    public mutating func code(_ value: HistoryValue) -> Int {
        if case .text(let text) = value {
            var string = text.string
            return string.withUTF8 { code(text: UnsafeRawBufferPointer($0)) }
        }
        let hash = Self.hash(value)
        if let known = find(hash, where: { $0 == value }) { return History.firstName + known }
        return insert(value, hash)
    }

    /// The code of a whole number that fits 64 bits.
    public mutating func code(number: Int) -> Int {
        number.magnitude < History.firstName ? number : code(.number(ExactText(String(number))))
    }

    /// The code that a value has; nil if it has none.
    public func known(_ value: HistoryValue) -> Int? {
        find(Self.hash(value)) { $0 == value }.map { History.firstName + $0 }
    }

    /// The code of the text with these bytes.
    mutating func code(text bytes: UnsafeRawBufferPointer) -> Int {
        let hash = Self.hash(text: bytes)
        if bytes.count > Self.longestWhole { return code(whole: Self.abbreviated(bytes)) }
        let known = find(hash) { value in
            guard case .text(let text) = value else { return false }
            return text.string.utf8.elementsEqual(bytes)
        }
        if let known { return History.firstName + known }
        guard let text = String(validating: bytes, as: UTF8.self) else { return code(.bytes(Array(bytes))) }
        return insert(.text(ExactText(text)), hash)
    }

    private mutating func code(whole text: String) -> Int {
        var text = text
        return text.withUTF8 { code(text: UnsafeRawBufferPointer($0)) }
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

    // MARK: The table

    private static func hash(text bytes: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return hasher.finalize()
    }

    private static func hash(_ value: HistoryValue) -> Int {
        guard case .text(let text) = value else { return value.hashValue }
        var string = text.string
        return string.withUTF8 { hash(text: UnsafeRawBufferPointer($0)) }
    }

    private func find(_ hash: Int, where isWanted: (HistoryValue) -> Bool) -> Int? {
        guard !slots.isEmpty else { return nil }
        var place = hash & (slots.count - 1)
        while slots[place] >= 0 {
            let index = Int(slots[place])
            if hashes[index] == hash, isWanted(values[index]) { return index }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func insert(_ value: HistoryValue, _ hash: Int) -> Int {
        if 2 * (values.count + 1) > slots.count {
            slots = Array(repeating: -1, count: max(64, 2 * slots.count))
            for (index, hash) in hashes.enumerated() { occupy(hash, index) }
        }
        values.append(value)
        hashes.append(hash)
        occupy(hash, values.count - 1)
        return History.firstName + values.count - 1
    }

    private mutating func occupy(_ hash: Int, _ index: Int) {
        var place = hash & (slots.count - 1)
        while slots[place] >= 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = Int32(truncatingIfNeeded: index)
    }
}
