import Verification

/// One violation as a page tells it.
struct CheckStory: Sendable {
    /// The property that is broken.
    var oracle: String
    /// What happened, in a sentence.
    var sentence: String
    /// More of it, one sentence each: the first inexplicable answer, the margin, whose fault.
    var details: [String] = []
    /// The operations that show it, by place in the timeline, in order of invocation.
    var rows: [Int] = []
    /// What packets show, by number.
    var notes: [(packet: Int, note: String)] = []
    /// The operation whose answer is the first that no order explains.
    var culprit: Int?
    /// The operations of a smaller history that no order explains either, by number.
    var shrunk: [Int] = []
    /// The key that it is about.
    var key: Int?
    var line = CheckLine()

    /// Where the bars are now that some were left out.
    mutating func renumber(_ place: (Int) -> Int?) {
        rows = rows.compactMap(place)
        if let row = culprit { culprit = place(row) }
        line.rows = line.rows.compactMap(place)
    }
}

/// The order of operations that a page draws as a line through their bars.
struct CheckLine: Sendable {
    /// The most operations of an object for which an order is looked for.
    static let maximumOperations = 1_000_000
    /// The same for objects that the search has to copy.
    static let maximumQueueOperations = 10_000
    static let maximumLogOperations = 4000

    /// The most operations of one of these objects.
    static func limit(_ model: CheckModel) -> Int {
        switch model {
        case .queue: maximumQueueOperations
        case .log, .stack: maximumLogOperations
        default: maximumOperations
        }
    }

    /// The operations in that order, by place in the timeline.
    var rows: [Int] = []
    /// What the line is, or why there is none.
    var note = ""

    /// Instants for `intervals`, the invocations and answers of operations in a legal order: each within its interval,
    /// none before the one ahead of it.
    ///
    /// Each is in the middle of where it can be; those that share a middle are spread out.
    static func instants(_ intervals: [(start: Double, end: Double)]) -> [Double] {
        guard !intervals.isEmpty else { return [] }
        var early = intervals.map(\.start)
        var late = intervals.map(\.end)
        for index in early.indices.dropFirst() { early[index] = max(early[index], early[index - 1]) }
        for index in late.indices.dropLast().reversed() { late[index] = min(late[index], late[index + 1]) }
        var instants = zip(early, late).map { ($0 + $1) / 2 }
        var first = 0
        var before = -Double.infinity
        while first < instants.count {
            let middle = instants[first]
            var end = first
            while end < instants.count, instants[end] == middle { end += 1 }
            let after = end < instants.count ? instants[end] : .infinity
            let low = max(early[first], (before + middle) / 2)
            let high = min(late[first], (after + middle) / 2)
            for index in first..<end where end - first > 1 {
                instants[index] = low + (high - low) * Double(index - first + 1) / Double(end - first + 1)
            }
            before = middle
            first = end
        }
        return instants
    }
}
