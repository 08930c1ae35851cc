/// A place in a history's bytes, with its line.
///
/// One of the files where bytes are read through pointers; every access is checked against `end` first.
struct HistoryCursor {
    let path: String
    let bytes: UnsafeRawBufferPointer
    /// Who brings more bytes; he outlives his cursors, which are copied all the time.
    private unowned(unsafe) let source: HistorySource?
    /// From where on what was read is let go of.
    private var nextForgotten = Int.max
    private var forgotten = 0
    private(set) var end: Int
    var offset: Int
    private(set) var line = 1
    private var lineStart: Int
    /// How many bytes there are in the whole file.
    let length: Int

    /// So much of what is whole in memory is given back at once.
    private static let step = 4 << 20

    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        (self.bytes, self.path, source) = (bytes, path, nil)
        (offset, lineStart, end, length) = (0, 0, bytes.count, bytes.count)
    }

    /// The beginning of a file.
    init(_ source: HistorySource, path: String) {
        (bytes, self.path, self.source) = (UnsafeRawBufferPointer(source.window), path, source)
        (offset, lineStart, end, length) = (0, 0, source.count, source.length)
        nextForgotten = min(source.nextMove, Self.step)
    }

    var isAtEnd: Bool { offset >= end }

    /// The byte here, or 0 at the end: no format gives 0 a meaning.
    @inline(__always)
    var byte: UInt8 { offset < end ? bytes[offset] : 0 }

    /// The byte so many further on, or 0.
    func byte(after count: Int) -> UInt8 { offset + count < end ? bytes[offset + count] : 0 }

    /// The next bytes, so many at most.
    func head(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[min(offset, end)..<min(offset + count, end)])
    }

    /// A byte order mark, and what is blank before the first word.
    mutating func skipStart() {
        if head(3).elementsEqual([0xEF, 0xBB, 0xBF]) { (offset, lineStart) = (3, 3) }
        while true {
            forgetRead()
            switch byte {
            case 0x20, 0x09, 0x0D: offset += 1
            case 0x0A: passLineFeed()
            default: return
            }
        }
    }

    /// A line feed stands here.
    mutating func passLineFeed() {
        offset += 1
        line += 1
        lineStart = offset
    }

    /// Nobody reads again what stands before.
    @inline(__always)
    mutating func forgetRead() {
        if offset >= nextForgotten { forget() }
    }

    @inline(never)
    private mutating func forget() {
        guard let source else { return nextForgotten = .max }
        guard source.nextMove < .max else {
            source.giveBack(forgotten..<offset)
            (forgotten, nextForgotten) = (offset, offset + Self.step)
            return
        }
        guard offset >= source.nextMove else { return nextForgotten = source.nextMove }
        source.move(to: offset)
        // What overran the window is read again, with a larger one.
        guard !source.isOverrun else { return end = offset }
        lineStart -= offset
        (offset, forgotten, end) = (0, 0, source.count)
        nextForgotten = source.nextMove
    }

    /// JSON's white space, and EDN's but for commas.
    @inline(__always)
    mutating func skipSpace() {
        if offset < end, bytes[offset] <= 0x20 { skipSpaces() }
    }

    private mutating func skipSpaces() {
        while offset < end {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0D, 0x0C: offset += 1
            case 0x0A: passLineFeed()
            default: return
            }
        }
    }

    /// Steps over `wanted` if it stands here.
    @inline(__always)
    mutating func take(_ wanted: UInt8) -> Bool {
        guard offset < end, bytes[offset] == wanted else { return false }
        offset += 1
        return true
    }

    /// Steps over the word if it stands here.
    mutating func take(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard offset + length <= end, isWord(offset..<offset + length, word) else { return false }
        offset += length
        return true
    }

    @inline(__always)
    mutating func expect(_ wanted: UInt8) throws(HistoryError) {
        guard take(wanted) else { throw missing(wanted) }
    }

    private func missing(_ wanted: UInt8) -> HistoryError {
        isAtEnd ? cut() : failure("expected \(Character(Unicode.Scalar(wanted)))")
    }

    /// Whether the bytes of `range` are this word, of ASCII letters.
    @inline(__always)
    func isWord(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for place in 0..<range.count where bytes[range.lowerBound + place] != word.utf8Start[place] { return false }
        return true
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The same place in the same bytes, which end at `end`.
    func until(_ end: Int) -> HistoryCursor {
        var shorter = self
        shorter.end = min(end, self.end)
        return shorter
    }

    var place: HistoryPlace { HistoryPlace(line: line, column: min(offset, end) - lineStart + 1) }

    /// What is wrong here.
    func failure(_ reason: String) -> HistoryError { failure(at: place, reason) }

    func failure(at place: HistoryPlace, _ reason: String) -> HistoryError {
        HistoryError(path: path, line: place.line, column: place.column, reason: reason)
    }

    /// The file ends here, inside something.
    func cut(_ inside: String = "an operation") -> HistoryError {
        var error = failure("the file ends inside \(inside)")
        error.isCut = true
        return error
    }
}

extension HistoryCursor {
    /// A text between quotes, a backslash before any byte keeps it from ending the text. The range without the quotes.
    mutating func quoted(acrossLines: Bool) throws(HistoryError) -> Range<Int> {
        try expect(UInt8(ascii: "\""))
        let start = offset
        while offset < end {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return start..<offset - 1
            case UInt8(ascii: "\\") where offset + 1 < end && bytes[offset + 1] != 0x0A: offset += 2
            case 0x0A:
                guard acrossLines else { throw failure("a text does not end") }
                passLineFeed()
            default: offset += 1
            }
        }
        throw cut("a text")
    }
}
