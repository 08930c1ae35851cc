/// Reads Jepsen's journals as plain text: lines of a process, `:type`, `:f` and a value, with or without a log's prefix
/// in front of them:
///
///     3	:invoke	:write	4
///     INFO  jepsen.util - 3	:ok	:write	4
///
/// Where lines have a prefix, those that tell of no event are other lines of the log.
struct TextJournalReader {
    private(set) var cursor: HistoryCursor
    private var journal: Journal

    init(_ cursor: HistoryCursor, _ options: HistoryOptions) {
        self.cursor = cursor
        journal = Journal(path: cursor.path, options)
    }

    /// Whether one of the first lines is an event.
    static func isJournal(_ start: UnsafeRawBufferPointer) -> Bool {
        start.prefix(1 << 20).split(separator: 0x0A).contains { words($0) != nil }
    }

    mutating func parse() throws(HistoryError) -> History {
        var hasPrefix = false
        while !cursor.isAtEnd {
            cursor.forgetRead()
            let start = cursor
            while !cursor.isAtEnd, cursor.byte != 0x0A { cursor.offset += 1 }
            let line = cursor.bytes[start.offset..<cursor.offset]
            let isWhole = !cursor.isAtEnd
            if isWhole { cursor.passLineFeed() }
            if let words = Self.words(line) {
                hasPrefix = hasPrefix || words.process.lowerBound > Self.trimmed(line).startIndex
                guard try add(words, line, start, isWhole) else { break }
            } else if !hasPrefix, !Self.isIdle(line) {
                guard isWhole || journal.isEmpty else {
                    journal.doubts.append("The file is cut: line \(start.line) ends inside an event.")
                    break
                }
                throw start.failure("expected a process, :type, :f and a value")
            }
        }
        return try journal.finish()
    }

    /// - Returns: False where nothing more is to be read.
    private mutating func add(
        _ words: Words, _ line: Slice<UnsafeRawBufferPointer>, _ start: HistoryCursor, _ isWhole: Bool
    ) throws(HistoryError) -> Bool {
        // The same bytes up to the end of the line.
        var reader = ValueReader(start.until(line.endIndex), isJSON: false)
        var event = JournalEvent()
        event.place = start.place
        event.type = reader.cursor.text(words.type.dropFirst())
        event.kind = JournalEvent.Kind(event.type)
        do throws(HistoryError) {
            reader.cursor.offset = words.process.lowerBound
            event.process = try reader.code(&journal.values)
            reader.cursor.offset = words.function.lowerBound
            event.function = try reader.code(&journal.values)
            try reader.skipBlank()
            if !reader.cursor.isAtEnd { event.value = try reader.code(&journal.values) }
        } catch {
            guard error.isCut else { throw error }
            guard !isWhole, !journal.isEmpty else { throw reader.cursor.failure("the line ends inside a value") }
            journal.doubts.append("The file is cut: line \(start.line) ends inside an event.")
            return false
        }
        return try journal.add(event)
    }

    // MARK: Lines

    /// Where an event's words stand in its line.
    private struct Words {
        var process: Range<Int>
        var type: Range<Int>
        var function: Range<Int>
    }

    /// The first `:type` that follows a process and is followed by a `:function`.
    private static func words(_ line: Slice<UnsafeRawBufferPointer>) -> Words? {
        guard line.contains(UInt8(ascii: ":")) else { return nil }
        var place = line.startIndex
        var found: [Range<Int>] = []
        while place < line.endIndex {
            guard !isBlank(line[place]) else {
                place += 1
                continue
            }
            let start = place
            while place < line.endIndex, !isBlank(line[place]) { place += 1 }
            found.append(start..<place)
            guard found.count >= 3, isKeyword(line[start..<place]) else { continue }
            let words = Words(
                process: found[found.count - 3], type: found[found.count - 2], function: found[found.count - 1])
            if isType(line[words.type]), isProcess(line[words.process]) { return words }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func isKeyword(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        word.count > 1 && word.first == UInt8(ascii: ":")
    }

    private static func isType(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        [":invoke", ":ok", ":fail", ":info"].contains { word.elementsEqual($0.utf8) }
    }

    /// A number, a name, or a text between quotes.
    private static func isProcess(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        word.allSatisfy { !"()[]{},;#\\".utf8.contains($0) } && !word.elementsEqual("nil".utf8)
    }

    private static func trimmed(_ line: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        line.drop(while: isBlank)
    }

    /// An empty line or a comment.
    private static func isIdle(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let first = trimmed(line).first else { return true }
        return first == UInt8(ascii: ";") || first == UInt8(ascii: "#")
    }
}
