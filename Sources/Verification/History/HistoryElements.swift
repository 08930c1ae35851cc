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
/// small numbers and early names, as nearly all are, and by their differences where there are many.
struct ElementStore: Sendable {
    private var narrow: [Int32] = []
    private var wide: [Int] = []
    private var packed = PackedNumbers()

    /// Where the elements of a collection are, in 62 bits.
    struct Place {
        /// How they are stored, their start and, of narrow ones, their number.
        private(set) var bits: UInt64

        fileprivate enum Form: UInt64 {
            case narrow
            /// The number of elements comes first.
            case wide, packed
        }

        private static let countBits: UInt64 = 18
        /// More elements are not kept narrow.
        fileprivate static let maximumCount = 1 << 18 - 1

        init(bits: UInt64) { self.bits = bits }

        fileprivate init(_ form: Form, start: Int, count: Int = 0) {
            bits = (UInt64(start) << Self.countBits | UInt64(count)) << 2 | form.rawValue
        }

        fileprivate var form: Form { Form(rawValue: bits & 3)! }
        fileprivate var start: Int { Int(bits >> (Self.countBits + 2)) }
        fileprivate var count: Int { Int(bits >> 2) & Self.maximumCount }
    }

    /// So many elements are packed: a set that is read as a whole again and again is nearly always of about the same numbers.
    private static let leastPacked = 256

    /// - Complexity: O(elements).
    mutating func append(_ elements: [Int]) -> Place {
        let start = narrow.count
        if elements.count >= Self.leastPacked {
            let smalls = elements.lazy.compactMap(Self.narrowed)
            if let start = packed.append(smalls, count: elements.count) { return Place(.packed, start: start) }
        } else {
            for element in elements {
                guard let small = Self.narrowed(element) else { break }
                narrow.append(small)
            }
            if narrow.count - start == elements.count {
                return Place(.narrow, start: start, count: elements.count)
            }
            narrow.removeLast(narrow.count - start)
        }
        wide.append(elements.count)
        wide.append(contentsOf: elements)
        return Place(.wide, start: wide.count - elements.count)
    }

    /// - Complexity: O(1); O(elements) where there are many.
    subscript(place: Place) -> HistoryElements {
        let start = place.start
        switch place.form {
        case .narrow:
            return HistoryElements(narrow: narrow, wide: [], startIndex: start, endIndex: start + place.count)
        case .wide:
            return HistoryElements(narrow: [], wide: wide, startIndex: start, endIndex: start + wide[start - 1])
        case .packed:
            let numbers = packed.numbers(at: start)
            return HistoryElements(narrow: numbers, wide: [], startIndex: 0, endIndex: numbers.count)
        }
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
