/// The values of a history but for their names, one record behind the other in one row of bytes: histories of millions
/// of transactions are mostly lists of few small numbers, which take a byte or two each.
///
/// A record is a header, its length in bytes and its kind, and then a text's bytes, or the codes of what is inside.
struct ValueStore: Sendable {
    /// What a value is.
    enum Kind: UInt64 {
        /// Kept elsewhere: where.
        case atom
        case list, set, map
        /// Its UTF-8.
        case text
        /// As a list, a set or a map, by differences.
        case listRun, setRun, mapRun
    }

    private var bytes: [UInt8] = []
    /// Where the record of each `spacing`-th value begins.
    private var anchors: [Int] = []
    /// How many values there are.
    private(set) var count = 0

    private static let spacing = 4
    private static let kindBits = 3
    /// Of so many elements of a list or a set the differences are kept: a set that is read as a whole again and again is
    /// nearly always of about the same numbers.
    private static let leastInRun = 16

    /// One value: where its bytes are.
    struct Record {
        let kind: Kind
        fileprivate let index: Int
        fileprivate let place: Range<Int>

        /// With one case for each collection.
        var collection: Kind {
            switch kind {
            case .listRun: .list
            case .setRun: .set
            case .mapRun: .map
            default: kind
            }
        }

        fileprivate var isRun: Bool { kind != collection }
    }

    /// - Complexity: O(1).
    func record(_ index: Int) -> Record {
        var place = anchors[index / Self.spacing]
        for _ in 0..<index % Self.spacing {
            let header = number(&place)
            place += Int(header >> Self.kindBits)
        }
        let header = number(&place)
        let kind = Kind(rawValue: header & (1 << Self.kindBits - 1))!
        return Record(kind: kind, index: index, place: place..<place + Int(header >> Self.kindBits))
    }

    // MARK: What is in a record

    /// Where an atom is kept.
    func atom(_ record: Record) -> Int {
        var place = record.place.lowerBound
        return Int(number(&place))
    }

    func text(_ record: Record) -> ArraySlice<UInt8> { bytes[record.place] }

    /// - Complexity: O(bytes).
    func isText(_ record: Record, _ text: UnsafeRawBufferPointer) -> Bool {
        record.kind == .text && record.place.count == text.count && bytes[record.place].elementsEqual(text)
    }

    /// What is in a list, a set or a map.
    ///
    /// - Complexity: O(elements).
    func elements(_ record: Record) -> HistoryElements {
        var elements = HistoryElements(capacity: record.place.count)
        var codes = Codes(record)
        while let code = next(&codes) { elements.append(code) }
        return elements
    }

    /// Whether just these are in it.
    ///
    /// - Complexity: O(elements).
    func holds(_ record: Record, _ elements: [Int]) -> Bool {
        var codes = Codes(record)
        for element in elements {
            guard next(&codes) == element else { return false }
        }
        return codes.place == record.place.upperBound
    }

    // MARK: New values

    mutating func append(atom: Int) {
        append(.atom) { store in store.append(number: UInt64(atom)) }
    }

    mutating func append(text: UnsafeRawBufferPointer) {
        append(.text) { store in store.bytes.append(contentsOf: text) }
    }

    /// - Complexity: O(elements).
    mutating func append(_ kind: Kind, _ elements: [Int]) {
        let isRun = kind != .map && elements.count >= Self.leastInRun || !elements.allSatisfy(Self.isUsual)
        let index = count
        append(!isRun ? kind : kind == .list ? .listRun : kind == .set ? .setRun : .mapRun) { store in
            var previous = 0
            for element in elements {
                store.append(number: isRun ? Self.folded(element &- previous) : Self.encoded(element, in: index))
                previous = element
            }
        }
    }

    private mutating func append(_ kind: Kind, _ content: (inout ValueStore) -> Void) {
        if count % Self.spacing == 0 { anchors.append(bytes.count) }
        count += 1
        let start = bytes.count
        bytes.append(0)
        content(&self)
        let header = UInt64(bytes.count - start - 1) << Self.kindBits | kind.rawValue
        guard header >= Self.more else { return bytes[start] = UInt8(header) }
        var long = ValueStore()
        long.append(number: header)
        bytes.replaceSubrange(start...start, with: long.bytes)
    }

    // MARK: Codes

    /// Where one is in the codes of a record.
    private struct Codes {
        let isRun: Bool
        let index: Int
        let end: Int
        var place: Int
        var previous = 0

        init(_ record: Record) {
            isRun = record.isRun
            (index, place, end) = (record.index, record.place.lowerBound, record.place.upperBound)
        }
    }

    @inline(__always)
    private func next(_ codes: inout Codes) -> Int? {
        guard codes.place < codes.end else { return nil }
        let bits = number(&codes.place)
        guard codes.isRun else { return Self.decoded(bits, in: codes.index) }
        codes.previous &+= Self.unfolded(bits)
        return codes.previous
    }

    /// How a code is written, in its two lowest bits.
    private enum Form: UInt64 {
        /// A whole number, with the sign as its lowest bit.
        case number
        /// The number of a name.
        case name
        /// By how much that is less than the number of the value itself.
        case nameBefore
        /// Nothing.
        case null
    }

    private static let formBits = 2

    /// Differences are exact for whatever stands there.
    private static func isUsual(_ code: Int) -> Bool { code.magnitude < 1 << 61 || code == History.null }

    private static func encoded(_ code: Int, in index: Int) -> UInt64 {
        if code == History.null { return Form.null.rawValue }
        let name = code &- History.firstName
        guard (0..<index).contains(name) else { return folded(code) << formBits | Form.number.rawValue }
        let before = index - name
        return before < name
            ? UInt64(before) << formBits | Form.nameBefore.rawValue : UInt64(name) << formBits | Form.name.rawValue
    }

    @inline(__always)
    private static func decoded(_ bits: UInt64, in index: Int) -> Int {
        let rest = bits >> formBits
        switch Form(rawValue: bits & (1 << formBits - 1))! {
        case .number: return unfolded(rest)
        case .name: return History.firstName + Int(rest)
        case .nameBefore: return History.firstName + index - Int(rest)
        case .null: return History.null
        }
    }

    private static func folded(_ number: Int) -> UInt64 { UInt64(bitPattern: Int64(number << 1 ^ number >> 63)) }

    private static func unfolded(_ bits: UInt64) -> Int { Int(Int64(bitPattern: bits >> 1)) ^ -Int(bits & 1) }

    // MARK: Numbers of seven bits a byte

    private static let more: UInt64 = 0x80

    private mutating func append(number: UInt64) {
        var rest = number
        while rest >= Self.more {
            bytes.append(UInt8(truncatingIfNeeded: rest) | UInt8(Self.more))
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    @inline(__always)
    private func number(_ place: inout Int) -> UInt64 {
        let first = UInt64(bytes[place])
        place += 1
        return first < Self.more ? first : longNumber(first & ~Self.more, &place)
    }

    private func longNumber(_ first: UInt64, _ place: inout Int) -> UInt64 {
        var (number, shift) = (first, UInt64(7))
        while true {
            let byte = UInt64(bytes[place])
            place += 1
            number |= (byte & ~Self.more) << shift
            guard byte >= Self.more else { return number }
            shift += 7
        }
    }
}
