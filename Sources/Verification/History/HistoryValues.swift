/// Codes for the values of a history: equal values have equal codes, from `History.firstName` on. Whole numbers below
/// it, in magnitude, are their own codes and are not kept here.
///
/// A long text is kept as its beginning, its length and a 128-bit hash: a value of a gigabyte costs some hundred bytes.
/// Two different ones are taken for one with a chance of 2⁻¹²⁸; the hash is keyed anew in each process.
public struct HistoryValues: Sendable {
    private var store = ValueStore()
    /// What is no collection and no text of some length.
    private var atoms: [HistoryValue] = []
    /// The lower bits of each value's hash. Empty where no more are awaited.
    private var hashes: [UInt32] = []
    /// Open addressing: a power of two of places, each -1 or the index of a value. Empty where no more are awaited.
    private var slots: [Int32] = []
    private var recent = RecentNames()

    /// Texts of more bytes are abbreviated.
    static let longestWhole = 4096
    private static let prefixBytes = 64
    /// A `String` of so many bytes takes no memory beside itself.
    private static let longestSmall = 15

    /// Creates an empty table.
    public init() {}

    /// How many different values there are.
    public var count: Int { store.count }

    /// The value that `code` stands for; nil for whole numbers, for `History.null`, and for codes given by nobody.
    public subscript(code: Int) -> HistoryValue? { record(code).map(value) }

    private func value(_ record: ValueStore.Record) -> HistoryValue {
        switch record.collection {
        case .list: .list(Array(store.elements(record)))
        case .set: .set(Array(store.elements(record)))
        case .map: .map(Array(store.elements(record)))
        case .text: .text(ExactText(String(decoding: store.text(record), as: UTF8.self)))
        default: atoms[store.atom(record)]
        }
    }

    private func record(_ code: Int) -> ValueStore.Record? {
        let index = code &- History.firstName
        return index >= 0 && index < store.count ? store.record(index) : nil
    }

    /// The elements of a list or a set; nil for any other value.
    func elements(of code: Int) -> HistoryElements? {
        guard let record = record(code), record.collection == .list || record.collection == .set else { return nil }
        return store.elements(record)
    }

    /// The elements of a list; nil for any other value.
    func list(_ code: Int) -> HistoryElements? { collection(.list, code) }

    /// Keys and values in turn; nil for any other value than a map.
    func map(_ code: Int) -> HistoryElements? { collection(.map, code) }

    private func collection(_ kind: ValueStore.Kind, _ code: Int) -> HistoryElements? {
        guard let record = record(code), record.collection == kind else { return nil }
        return store.elements(record)
    }

    /// The value that `code` stands for if it is no list, set or map.
    func atom(_ code: Int) -> HistoryValue? {
        guard let record = record(code), record.kind == .atom || record.kind == .text else { return nil }
        return value(record)
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
        if let (kind, elements) = Self.collection(value) { return insert(hash) { $0.append(kind, elements) } }
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
            return find(hash) { ($0.kind == .atom || $0.kind == .text) && self.value($0) == value }
        }
        return find(hash) { $0.collection == kind && store.holds($0, elements) }
    }

    private static func collection(_ value: HistoryValue) -> (ValueStore.Kind, [Int])? {
        switch value {
        case .list(let elements): (.list, elements)
        case .set(let elements): (.set, elements)
        case .map(let elements): (.map, elements)
        default: nil
        }
    }

    /// The code of the text with these bytes.
    mutating func code(text bytes: UnsafeRawBufferPointer) -> Int {
        code(named: bytes, isKeyword: false) { $0.code(anyText: bytes) }
    }

    /// The code of the keyword with these bytes, without the colon.
    mutating func code(keyword bytes: UnsafeRawBufferPointer) -> Int {
        code(named: bytes, isKeyword: true) {
            $0.code(.keyword(ExactText(String(decoding: bytes, as: UTF8.self))))
        }
    }

    private mutating func code(
        named bytes: UnsafeRawBufferPointer, isKeyword: Bool, _ find: (inout HistoryValues) -> Int
    ) -> Int {
        guard let key = RecentNames.key(bytes, isKeyword: isKeyword) else { return find(&self) }
        if let known = recent.code(key) { return known }
        let code = find(&self)
        recent.note(key, code)
        return code
    }

    private mutating func code(anyText bytes: UnsafeRawBufferPointer) -> Int {
        let hash = Self.hash(text: bytes)
        if bytes.count > Self.longestWhole { return code(whole: Self.abbreviated(bytes)) }
        let known = find(hash) { record in
            if bytes.count > Self.longestSmall { return store.isText(record, bytes) }
            guard record.kind == .atom, case .text(let text) = atoms[store.atom(record)] else { return false }
            return text.string.utf8.elementsEqual(bytes)
        }
        if let known { return History.firstName + known }
        guard let text = String(validating: bytes, as: UTF8.self) else { return code(.bytes(Array(bytes))) }
        if bytes.count > Self.longestSmall { return insert(hash) { $0.append(text: bytes) } }
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

    private func find(_ hash: UInt32, where isWanted: (ValueStore.Record) -> Bool) -> Int? {
        guard !slots.isEmpty else { return (0..<count).first { isWanted(store.record($0)) } }
        var place = Int(hash) & (slots.count - 1)
        while slots[place] >= 0 {
            let index = Int(slots[place])
            if hashes[index] == hash, isWanted(store.record(index)) { return index }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func insert(atom: HistoryValue, _ hash: UInt32) -> Int {
        atoms.append(atom)
        let place = atoms.count - 1
        return insert(hash) { $0.append(atom: place) }
    }

    private mutating func insert(_ hash: UInt32, _ append: (inout ValueStore) -> Void) -> Int {
        if hashes.count < count { hashes = (0..<count).map { Self.hash(value(store.record($0))) } }
        // Two in three at most are taken.
        if 3 * (count + 1) > 2 * slots.count {
            var places = max(64, 2 * slots.count)
            while 3 * (count + 1) > 2 * places { places *= 2 }
            slots = []
            slots = Array(repeating: -1, count: places)
            for (index, hash) in hashes.enumerated() { occupy(hash, index) }
        }
        append(&store)
        hashes.append(hash)
        occupy(hash, count - 1)
        return History.firstName + count - 1
    }

    /// Gives back what only new values need; should any come, it is made again.
    ///
    /// - Complexity: O(1), and from then on O(values) to find one.
    package mutating func close() { (hashes, slots) = ([], []) }

    private mutating func occupy(_ hash: UInt32, _ index: Int) {
        var place = Int(hash) & (slots.count - 1)
        while slots[place] >= 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = Int32(truncatingIfNeeded: index)
    }
}
