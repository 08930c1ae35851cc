/// What stands in one list, set or map of a history, in order, as codes.
struct HistoryElements: RandomAccessCollection, Sendable {
    /// The first three: most lists of a journal are steps of transactions, or a key and its value.
    private var few = (0, 0, 0)
    /// All of them where there are more.
    private var many: [Int] = []
    private(set) var endIndex = 0

    private static let fewest = 3

    /// Elements to come, about so many.
    init(capacity: Int) {
        if capacity > Self.fewest { many.reserveCapacity(capacity) }
    }

    static let nothing = HistoryElements(capacity: 0)

    var startIndex: Int { 0 }

    subscript(place: Int) -> Int {
        if endIndex > Self.fewest { return many[place] }
        precondition(place < endIndex)
        return place == 0 ? few.0 : place == 1 ? few.1 : few.2
    }

    mutating func append(_ code: Int) {
        switch endIndex {
        case 0: few.0 = code
        case 1: few.1 = code
        case 2: few.2 = code
        case Self.fewest:
            many.append(few.0)
            many.append(few.1)
            many.append(few.2)
            many.append(code)
        default: many.append(code)
        }
        endIndex += 1
    }
}
