import Capture

/// Why a history could not be read, with its place.
public struct HistoryError: Error, Equatable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// From 1; 0 where the whole file is meant.
    public var line: Int
    /// From 1, in bytes.
    public var column: Int
    /// What is wrong.
    public var reason: String
    /// The file ends where more was to come.
    var isCut = false

    /// Creates an error.
    public init(path: String, line: Int = 0, column: Int = 0, reason: String) {
        self.path = path
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// `h.jsonl:3:14: expected a number.`
    public var description: String {
        line == 0 ? "\(path): \(reason)." : "\(path):\(line):\(column): \(reason)."
    }
}

/// Histories as files: `linhist-1` JSON lines in and out; Jepsen's journals in, as EDN, JSON or plain text.
public enum HistoryFile {
    /// Reads a history; which format it has, its first bytes tell. `-` is standard input.
    ///
    /// - Throws: `HistoryError` with the place of the first thing that is wrong.
    /// - Complexity: O(bytes).
    public static func read(
        _ path: String, _ options: HistoryOptions = HistoryOptions()
    ) throws(HistoryError) -> History {
        var margin = HistorySource.usualMargin
        while true {
            let source = try HistorySource(path: path, margin: margin)
            defer { withExtendedLifetime(source) {} }
            var reached = 0
            let read = Result { () throws(HistoryError) in
                try parse(HistoryCursor(source, path: path), options, damage: source.damage, &reached)
            }
            source.note(reached: reached)
            // What could not be read looks like the end of the file.
            if let failure = source.failure { throw failure }
            guard source.isOverrun else { return try read.get() }
            margin = min(16 * margin, source.length)
        }
    }

    /// Reads a history from bytes, which are not compressed.
    public static func read(
        bytes: [UInt8], name: String = "history", _ options: HistoryOptions = HistoryOptions()
    ) throws(HistoryError) -> History {
        var result: Result<History, HistoryError>?
        var reached = 0
        bytes.withUnsafeBytes { buffer in
            do throws(HistoryError) {
                result = .success(try parse(HistoryCursor(buffer, path: name), options, damage: nil, &reached))
            } catch {
                result = .failure(error)
            }
        }
        return try result!.get()
    }

    /// Whether these first bytes of a file look like a history at all, so that a command can tell it from a capture.
    public static func isHistory(_ firstBytes: [UInt8]) -> Bool {
        firstBytes.withUnsafeBytes { format(of: UnsafeRawBufferPointer(rebasing: $0.dropFirst(mark($0)))) != nil }
    }

    /// Whether the file at `path` begins so; a compressed one is looked into, and a pipe is left alone.
    package static func isHistory(at path: String) -> Bool {
        guard isRegularFile(path) else { return false }
        var start: [UInt8] = []
        try? ByteSource(path: path).read(1 << 12, appendingTo: &start)
        return isHistory(start)
    }

    private enum Format {
        case linhist, json, edn, text
    }

    /// - Parameters:
    ///   - damage: What is wrong with the bytes themselves.
    ///   - reached: becomes how far they were read.
    private static func parse(
        _ start: HistoryCursor, _ options: HistoryOptions, damage: String?, _ reached: inout Int
    ) throws(HistoryError) -> History {
        var cursor = start
        cursor.skipStart()
        reached = cursor.offset
        guard !cursor.isAtEnd else {
            throw HistoryError(path: cursor.path, reason: "there is no operation in it")
        }
        var history: History
        switch format(of: cursor.head(cursor.end)) {
        case .linhist:
            var reader = LinhistReader(cursor, options)
            defer { reached = reader.cursor.offset }
            return try reader.parse(damage: damage)
        case .json: history = try journal(cursor, isJSON: true, options, &reached)
        case .edn: history = try journal(cursor, isJSON: false, options, &reached)
        case .text:
            var reader = TextJournalReader(cursor, options)
            defer { reached = reader.cursor.offset }
            history = try reader.parse()
        case nil:
            throw HistoryError(
                path: cursor.path, line: 1, column: 1,
                reason: "expected a history: linhist-1, or Jepsen's as EDN, JSON or lines of process :type :f value")
        }
        if let damage { history.doubts.insert(damage, at: 0) }
        return history
    }

    private static func journal(
        _ cursor: HistoryCursor, isJSON: Bool, _ options: HistoryOptions, _ reached: inout Int
    ) throws(HistoryError) -> History {
        var reader = JournalReader(cursor, isJSON: isJSON, options)
        defer { reached = reader.offset }
        return try reader.parse()
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    /// How long the byte order mark is.
    private static func mark(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The format that the first bytes tell.
    private static func format(of bytes: UnsafeRawBufferPointer) -> Format? {
        let start = bytes.drop(while: isBlank)
        guard let first = start.first else { return nil }
        switch first {
        case UInt8(ascii: "{"): return hasColon(start) ? jsonFormat(start) : .edn
        case UInt8(ascii: "["):
            let inside = start.dropFirst().drop { isBlank($0) || $0 == UInt8(ascii: ",") }
            switch inside.first {
            case UInt8(ascii: "{"): return hasColon(inside) ? jsonFormat(inside) : .edn
            case nil, UInt8(ascii: "#"), UInt8(ascii: ";"), UInt8(ascii: "^"), UInt8(ascii: "]"): return .edn
            default: break
            }
        case UInt8(ascii: "("), UInt8(ascii: ";"), UInt8(ascii: "#"), UInt8(ascii: "^"):
            if !TextJournalReader.isJournal(bytes) { return .edn }
        default: break
        }
        return TextJournalReader.isJournal(bytes) ? .text : nil
    }

    /// Whether a text with a colon follows the brace, as in JSON.
    private static func hasColon(_ map: Slice<UnsafeRawBufferPointer>) -> Bool {
        let key = map.dropFirst().drop(while: isBlank)
        guard key.first == UInt8(ascii: "\"") else { return false }
        let behind = key.dropFirst().drop { $0 != UInt8(ascii: "\"") }.dropFirst().drop(while: isBlank)
        return behind.isEmpty || behind.first == UInt8(ascii: ":")
    }

    /// Jepsen's maps have a `type`; those of linhist-1, and its header, have not.
    private static func jsonFormat(_ start: Slice<UnsafeRawBufferPointer>) -> Format {
        var reader = ValueReader(HistoryCursor(UnsafeRawBufferPointer(rebasing: start), path: ""), isJSON: true)
        var values = HistoryValues()
        guard let code = try? reader.code(&values), case .map(let pairs)? = values[code] else {
            // Cut or damaged: what stands there decides.
            let head = String(decoding: start.prefix(4096), as: UTF8.self)
            return head.contains("\"type\"") && !head.contains("\"t0\"") ? .json : .linhist
        }
        let keys = Set(stride(from: 0, to: pairs.count, by: 2).map { values[pairs[$0]] })
        return keys.contains(.text("type")) && !keys.contains(.text("t0")) ? .json : .linhist
    }
}
