import Verification

/// Operations as a page draws them: bars in the lanes of clients and of keys, in order of invocation.
struct CheckTimeline: Sendable {
    /// One bar.
    struct Row: Sendable {
        /// Its lane in `clients`.
        var client: Int32
        /// Its lane in `keys`; -1 where it is about no key.
        var key: Int32
        /// In nanoseconds of the capture's or the history's clock.
        var start: Int64
        /// `never` where it was not answered.
        var end: Int64
        var kind = Kind.operation
        /// Texts of its label; -1 for none.
        var verb: Int32 = -1
        var argument: Int32 = -1
        var answer: Int32 = -1
        /// The packet of its invocation, or its number in the history.
        var number: Int
        /// The packet of its answer; 0 where there is none.
        var answerNumber = 0
        /// Its place in what it was made from.
        var source: Int

        var isAnswered: Bool { end != CheckTimeline.never }
    }

    /// What a bar stands for. The raw value is its code in the page's data.
    enum Kind: UInt8, Sendable {
        case operation
        /// Answered, and without effect.
        case refused
        /// A reply to nothing that was asked.
        case stray
    }

    static let never = Int64.max

    var rows: [Row] = []
    /// The names of the lanes.
    var clients: [String] = []
    var keys: [String] = []
    /// The texts of labels.
    var texts = LabelTexts()
    /// Whether bars are exchanges of packets; otherwise numbered operations of a history.
    var isCapture: Bool
    /// Whether times are times; if not, the numbers of a journal's events.
    var hasClock = true
    /// What the search for a line may spend, where it is not the checked object that tells.
    var budget = CheckPage.budget
    /// What is not on the page, one sentence each.
    var leftOut: [String] = []

    init(isCapture: Bool) {
        self.isCapture = isCapture
    }

    /// The time of the first invocation: where the page's clock begins.
    var origin: Int64 { rows.first?.start ?? 0 }

    /// The time of the last thing that is known.
    var end: Int64 {
        var last = rows.last?.start ?? 0
        for row in rows where row.isAnswered { last = max(last, row.end) }
        return last
    }

    /// Puts rows in order of invocation.
    ///
    /// - Complexity: O(n log n).
    mutating func sort() {
        rows.sort { $0.start != $1.start ? $0.start < $1.start : ($0.number, $0.source) < ($1.number, $1.source) }
    }

    /// `INCR k → 2`.
    func label(_ row: Row) -> String {
        var words: [String] = []
        if row.verb >= 0 { words.append(texts[row.verb]) }
        if isCapture, row.key >= 0 { words.append(keys[Int(row.key)]) }
        if row.argument >= 0 { words.append(texts[row.argument]) }
        if row.answer >= 0 { words.append("→ \(texts[row.answer])") }
        return words.joined(separator: " ")
    }

    /// A time in words, from the page's beginning: to a nanosecond, of long captures to a microsecond.
    func time(_ time: Int64) -> String {
        if !hasClock { return "event \(time)" }
        let (span, overflow) = time.subtractingReportingOverflow(origin)
        if overflow { return "very late" }
        return span.magnitude >= 1_000_000_000
            ? "\(fixed(Double(span / 1000) / 1e6, 6)) s" : "\(fixed(Double(span) / 1e6, 6)) ms"
    }

    /// The key on which most pairs of answered operations were open at once; nil where there are no keys. And the time at
    /// which most were.
    ///
    /// - Complexity: O(n log n).
    func busiest() -> (key: Int, time: Int64)? {
        guard !keys.isEmpty else { return nil }
        let ends = rows.indices.filter { rows[$0].isAnswered }.sorted { rows[$0].end < rows[$1].end }
        var open = Array(repeating: 0, count: keys.count)
        var pairs = Array(repeating: 0, count: keys.count)
        var peaks = Array(repeating: (open: 0, time: Int64(0)), count: keys.count)
        var ended = 0
        for row in rows where row.key >= 0 && row.isAnswered {
            while ended < ends.count, rows[ends[ended]].end < row.start {
                let key = Int(rows[ends[ended]].key)
                if key >= 0 { open[key] -= 1 }
                ended += 1
            }
            let key = Int(row.key)
            pairs[key] += open[key]
            open[key] += 1
            if open[key] > peaks[key].open { peaks[key] = (open[key], row.start) }
        }
        guard let key = pairs.indices.max(by: { pairs[$0] < pairs[$1] }) else { return nil }
        return (key, peaks[key].time)
    }

    /// Keeps so many operations, those around the place `center` in order of invocation, and whatever `stories` need.
    mutating func limit(to most: Int, _ stories: inout [CheckStory], around center: Int) {
        let all = rows.count
        guard all > most else { return }
        let first = min(max(0, center - most / 2), all - most)
        let window = first..<first + most
        let needed = Set(stories.flatMap { $0.rows + [$0.culprit].compactMap(\.self) })
        var place = Array(repeating: Int32(-1), count: all)
        var kept: [Row] = []
        for index in rows.indices where window.contains(index) || needed.contains(index) {
            place[index] = Int32(kept.count)
            kept.append(rows[index])
        }
        rows = kept
        for index in stories.indices { stories[index].renumber { place[$0] < 0 ? nil : Int(place[$0]) } }
        leftOut.append(
            "\(grouped(all - kept.count)) of \(grouped(all)) operations: those nearest to the first violation are drawn."
        )
    }
}

/// The texts of labels, each once. Control characters are made visible as U+FFFD.
struct LabelTexts: Sendable {
    /// The most bytes of texts on a page; further ones become `…`.
    static let maximumBytes = 9 << 20
    /// Longer texts are cut. Characters.
    static let maximumLength = 60

    private(set) var all: [String] = []
    private(set) var shortened = 0
    private var numbers: [String: Int32] = [:]
    private var bytes = 0

    subscript(_ number: Int32) -> String { all[Int(number)] }

    /// The number of a text.
    mutating func number(_ text: String) -> Int32 {
        if let known = numbers[text] { return known }
        guard bytes + text.utf8.count <= Self.maximumBytes else {
            shortened += 1
            return number("…")
        }
        bytes += text.utf8.count + 1
        let number = Int32(all.count)
        numbers[text] = number
        let cut = text.count > Self.maximumLength ? text.prefix(Self.maximumLength) + "…" : text[...]
        all.append(Self.clean(cut))
        return number
    }

    private static func clean(_ text: Substring) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return String(text) }
        var out = ""
        for scalar in text.unicodeScalars {
            out.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : scalar)
        }
        return out
    }
}
