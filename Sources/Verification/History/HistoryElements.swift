/// What stands in one list, set or map of a history, in order, as codes.
struct HistoryElements: RandomAccessCollection, Sendable {
    /// Those of all values in 32 bits; empty where these are wide.
    fileprivate let narrow: [Int32]
    /// Those of all values that do not fit.
    fileprivate let wide: [Int]
    let startIndex: Int
    let endIndex: Int

    static let nothing = HistoryElements(narrow: [], wide: [], startIndex: 0, endIndex: 0)

    subscript(place: Int) -> Int {
        wide.isEmpty ? ElementStore.widened(narrow[place]) : wide[place]
    }
}

/// The elements of all collections of a history, one behind the other: in 32 bits each where those of the collection are
/// small numbers and early names, as nearly all are.
struct ElementStore: Sendable {
    private var narrow: [Int32] = []
    private var wide: [Int] = []

    /// Where the elements of a collection are, in 62 bits.
    struct Place {
        /// Whether they are in `wide`, the start and, where it fits, the number; in `wide` the number comes first.
        private(set) var bits: UInt64

        private static let countBits: UInt64 = 18
        /// More elements are kept wide.
        fileprivate static let maximumCount = 1 << 18 - 1

        init(bits: UInt64) { self.bits = bits }

        fileprivate init(start: Int, count: Int, isWide: Bool) {
            let place = UInt64(start) << Self.countBits | UInt64(isWide ? 0 : count)
            bits = place << 1 | (isWide ? 1 : 0)
        }

        fileprivate var isWide: Bool { bits & 1 == 1 }
        fileprivate var start: Int { Int(bits >> (Self.countBits + 1)) }
        fileprivate var count: Int { Int(bits >> 1) & Self.maximumCount }
    }

    /// - Complexity: O(elements).
    mutating func append(_ elements: [Int]) -> Place {
        let start = narrow.count
        if elements.count <= Place.maximumCount {
            for element in elements {
                guard let small = Self.narrowed(element) else { break }
                narrow.append(small)
            }
            if narrow.count - start == elements.count {
                return Place(start: start, count: elements.count, isWide: false)
            }
            narrow.removeLast(narrow.count - start)
        }
        wide.append(elements.count)
        wide.append(contentsOf: elements)
        return Place(start: wide.count - elements.count, count: 0, isWide: true)
    }

    subscript(place: Place) -> HistoryElements {
        let start = place.start
        guard place.isWide else {
            return HistoryElements(narrow: narrow, wide: [], startIndex: start, endIndex: start + place.count)
        }
        return HistoryElements(narrow: [], wide: wide, startIndex: start, endIndex: start + wide[start - 1])
    }

    // MARK: 32 bits

    /// Smaller numbers stand for themselves, what is from here on for names.
    private static let firstName = 1 << 30

    private static func narrowed(_ code: Int) -> Int32? {
        if code.magnitude < firstName { return Int32(truncatingIfNeeded: code) }
        if code == History.null { return .min }
        let name = code &- History.firstName
        return (0..<firstName).contains(name) ? Int32(truncatingIfNeeded: name + firstName) : nil
    }

    @inline(__always)
    fileprivate static func widened(_ small: Int32) -> Int {
        if small == .min { return History.null }
        return small < firstName ? Int(small) : Int(small) - firstName + History.firstName
    }
}
