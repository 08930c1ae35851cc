import Foundation

/// A timeline as the page's script reads it: numbers in seven-bit groups, column after column, and texts, all in
/// base64, so that nothing from the wire can be markup.
struct CheckPageData {
    private var bytes: [UInt8] = []

    /// Later times and larger numbers are this: what a double holds exactly.
    private static let largest: UInt64 = 1 << 53

    /// The script elements.
    static func elements(_ timeline: CheckTimeline, _ stories: [CheckStory]) -> String {
        var operations = CheckPageData()
        operations.append(timeline)
        for story in stories { operations.append(story) }
        let words = Words(
            clients: timeline.clients, keys: timeline.keys, texts: timeline.texts.all, isCapture: timeline.isCapture,
            notes: stories.map(\.line.note), sentences: stories.map(\.sentence))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = (try? encoder.encode(words)) ?? Data()
        return element("d-operations", Data(operations.bytes)) + element("d-words", json)
    }

    private static func element(_ id: String, _ data: Data) -> String {
        "<script type=\"text/plain\" id=\"\(id)\">\(data.base64EncodedString())</script>\n"
    }

    private struct Words: Encodable {
        var clients: [String]
        var keys: [String]
        var texts: [String]
        var isCapture: Bool
        var notes: [String]
        var sentences: [String]
    }

    private mutating func append(_ timeline: CheckTimeline) {
        let rows = timeline.rows
        bytes.reserveCapacity(rows.count * 20)
        let origin = timeline.origin
        append(unsigned: UInt64(rows.count))
        var last: UInt64 = 0
        for row in rows {
            let start = Self.span(origin, row.start)
            append(unsigned: start - last)
            last = start
        }
        for row in rows { append(unsigned: row.isAnswered ? Self.span(row.start, row.end) + 1 : 0) }
        for row in rows { append(unsigned: UInt64(row.client)) }
        for row in rows { append(unsigned: UInt64(row.key + 1)) }
        for row in rows { append(unsigned: UInt64(row.kind.rawValue)) }
        for row in rows { append(unsigned: UInt64(row.verb + 1)) }
        appendSteps(rows.lazy.map { Int($0.argument) + 1 })
        appendSteps(rows.lazy.map { Int($0.answer) + 1 })
        appendSteps(rows.lazy.map(\.number))
        for row in rows { append(signed: row.answerNumber == 0 ? 0 : row.answerNumber - row.number + 1) }
    }

    private mutating func append(_ story: CheckStory) {
        append(unsigned: UInt64(story.rows.count))
        for row in story.rows { append(unsigned: UInt64(row)) }
        append(unsigned: UInt64((story.culprit ?? -1) + 1))
        append(unsigned: UInt64((story.key ?? -1) + 1))
        append(unsigned: UInt64(story.line.rows.count))
        appendSteps(story.line.rows.lazy.map { $0 })
    }

    /// Each number as the difference to the one before.
    private mutating func appendSteps(_ numbers: some Sequence<Int>) {
        var last = 0
        for number in numbers {
            append(signed: number &- last)
            last = number
        }
    }

    private mutating func append(signed number: Int) {
        let limited = max(-Int(Self.largest / 2), min(Int(Self.largest / 2) - 1, number))
        append(unsigned: UInt64(bitPattern: Int64(limited << 1 ^ limited >> 63)))
    }

    private mutating func append(unsigned number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func span(_ from: Int64, _ to: Int64) -> UInt64 {
        let (span, overflow) = to.subtractingReportingOverflow(from)
        return overflow ? largest : min(largest, UInt64(max(0, span)))
    }
}
