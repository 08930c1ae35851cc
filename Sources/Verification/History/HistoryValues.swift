/// Codes for the values of a history: equal values have equal codes, from `History.firstName` on. Whole numbers below
/// it, in magnitude, are their own codes and are not kept here.
///
/// A long text is kept as its beginning, its length and a 128-bit hash: a value of a gigabyte costs some hundred bytes.
/// Two different ones are taken for one with a chance of 2⁻¹²⁸; the hash is keyed anew in each process.
public struct HistoryValues: Sendable {
    private var entries: [Entry] = []
    /// What is no collection.
    private var atoms: [HistoryValue] = []
    /// What is in the collections.
    private var store = ElementStore()
    /// The lower bits of each value's hash.
    private var hashes: [UInt32] = []
    /// Open addressing: a power of two of places, each -1 or the index of a value. Empty where no more are awaited.
    private var slots: [Int32] = []

    private enum Kind: UInt64 {
        case atom, list, set, map
    }

    /// A value in eight bytes: its kind, and where it is in `atoms` or `store`.
    private struct Entry {
        private let bits: UInt64

        init(atom: Int) { bits = UInt64(atom) << 2 }

        init(_ kind: Kind, _ place: ElementStore.Place) { bits = place.bits << 2 | kind.rawValue }

        var kind: Kind { Kind(rawValue: bits & 3)! }
        var atom: Int { Int(bits >> 2) }
        var place: ElementStore.Place { ElementStore.Place(bits: bits >> 2) }
    }

    /// Texts of more bytes are abbreviated.
    static let longestWhole = 4096
    private static let prefixBytes = 64

    /// Creates an empty table.
    public init() {}

    /// How many different values there are.
    public var count: Int { entries.count }

    /// The value that `code` stands for; nil for whole numbers, for `History.null`, and for codes given by nobody.
    public subscript(code: Int) -> HistoryValue? {
        guard let entry = entry(code) else { return nil }
        switch entry.kind {
        case .atom: return atoms[entry.atom]
        case .list: return .list(Array(store[entry.place]))
        case .set: return .set(Array(store[entry.place]))
        case .map: return .map(Array(store[entry.place]))
        }
    }

    private func entry(_ code: Int) -> Entry? {
        let index = code &- History.firstName
        return entries.indices.contains(index) ? entries[index] : nil
    }

    /// The elements of a list or a set; nil for any other value.
    func elements(of code: Int) -> HistoryElements? {
        guard let entry = entry(code), entry.kind == .list || entry.kind == .set else { return nil }
        return store[entry.place]
    }

    /// The elements of a list; nil for any other value.
    func list(_ code: Int) -> HistoryElements? {
        guard let entry = entry(code), entry.kind == .list else { return nil }
        return store[entry.place]
    }

    /// Keys and values in turn; nil for any other value than a map.
    func map(_ code: Int) -> HistoryElements? {
        guard let entry = entry(code), entry.kind == .map else { return nil }
        return store[entry.place]
    }

    /// The value that `code` stands for if it is no list, set or map.
    func atom(_ code: Int) -> HistoryValue? {
        guard let entry = entry(code), entry.kind == .atom else { return nil }
        return atoms[entry.atom]
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
        if let known = known(value, hash) { return History.firstName + known }
        if let (kind, elements) = Self.collection(value) { return insert(Entry(kind, store.append(elements)), hash) }
        return insert(atom: value, hash)
    }

    /// The code of a whole number that fits 64 bits.
    public mutating func code(number: Int) -> Int {
        number.magnitude < History.firstName ? number : code(.number(ExactText(String(number))))
    }

    /// The code that a value has; nil if it has none.
    public func known(_ value: HistoryValue) -> Int? {
        known(value, Self.hash(value)).map { History.firstName + $0 }
    }

    private func known(_ value: HistoryValue, _ hash: UInt32) -> Int? {
        guard let (kind, elements) = Self.collection(value) else {
            return find(hash) { $0.kind == .atom && atoms[$0.atom] == value }
        }
        return find(hash) { $0.kind == kind && store[$0.place].elementsEqual(elements) }
    }

    private static func collection(_ value: HistoryValue) -> (Kind, [Int])? {
        switch value {
        case .list(let elements): (.list, elements)
        case .set(let elements): (.set, elements)
        case .map(let elements): (.map, elements)
        default: nil
        }
    }

    /// The code of the text with these bytes.
    mutating func code(text bytes: UnsafeRawBufferPointer) -> Int {
        let hash = Self.hash(text: bytes)
        if bytes.count > Self.longestWhole { return code(whole: Self.abbreviated(bytes)) }
        let known = find(hash) { entry in
            guard entry.kind == .atom, case .text(let text) = atoms[entry.atom] else { return false }
            return text.string.utf8.elementsEqual(bytes)
        }
        if let known { return History.firstName + known }
        guard let text = String(validating: bytes, as: UTF8.self) else { return code(.bytes(Array(bytes))) }
        return insert(atom: .text(ExactText(text)), hash)
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

    private static func hash(text bytes: UnsafeRawBufferPointer) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    private static func hash(_ value: HistoryValue) -> UInt32 {
        guard case .text(let text) = value else { return UInt32(truncatingIfNeeded: value.hashValue) }
        var string = text.string
        return string.withUTF8 { hash(text: UnsafeRawBufferPointer($0)) }
    }

    private func find(_ hash: UInt32, where isWanted: (Entry) -> Bool) -> Int? {
        guard !slots.isEmpty else { return hashes.indices.first { hashes[$0] == hash && isWanted(entries[$0]) } }
        var place = Int(hash) & (slots.count - 1)
        while slots[place] >= 0 {
            let index = Int(slots[place])
            if hashes[index] == hash, isWanted(entries[index]) { return index }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func insert(atom: HistoryValue, _ hash: UInt32) -> Int {
        atoms.append(atom)
        return insert(Entry(atom: atoms.count - 1), hash)
    }

    private mutating func insert(_ entry: Entry, _ hash: UInt32) -> Int {
        // Two in three at most are taken.
        if 3 * (entries.count + 1) > 2 * slots.count {
            var count = max(64, 2 * slots.count)
            while 3 * (entries.count + 1) > 2 * count { count *= 2 }
            slots = []
            slots = Array(repeating: -1, count: count)
            for (index, hash) in hashes.enumerated() { occupy(hash, index) }
        }
        entries.append(entry)
        hashes.append(hash)
        occupy(hash, entries.count - 1)
        return History.firstName + entries.count - 1
    }

    /// Gives back what only new values need; should any come, it is made again.
    ///
    /// - Complexity: O(1), and from then on O(values) to find one.
    package mutating func close() { slots = [] }

    private mutating func occupy(_ hash: UInt32, _ index: Int) {
        var place = Int(hash) & (slots.count - 1)
        while slots[place] >= 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = Int32(truncatingIfNeeded: index)
    }
}
