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

/// Histories as files: `linhist-1` JSON lines in and out, Jepsen's EDN in.
public enum HistoryFile {
    /// Reads a history; which of the two formats it is, its first bytes tell. `-` is standard input.
    ///
    /// - Throws: `HistoryError` with the place of the first thing that is wrong.
    /// - Complexity: O(bytes).
    public static func read(
        _ path: String, _ vocabulary: HistoryVocabulary = HistoryVocabulary()
    ) throws(HistoryError) -> History {
        try withFileBytes(path) { bytes throws(HistoryError) in try parse(bytes, path, vocabulary) }
    }

    /// Reads a history from bytes.
    public static func read(
        bytes: [UInt8], name: String = "history", _ vocabulary: HistoryVocabulary = HistoryVocabulary()
    ) throws(HistoryError) -> History {
        var result: Result<History, HistoryError>?
        bytes.withUnsafeBytes { buffer in
            do throws(HistoryError) {
                result = .success(try parse(buffer, name, vocabulary))
            } catch {
                result = .failure(error)
            }
        }
        return try result!.get()
    }

    /// Whether these first bytes of a file look like a history at all, so that a command can tell it from a capture.
    public static func isHistory(_ firstBytes: [UInt8]) -> Bool {
        guard let first = firstBytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: ";")
            || first == UInt8(ascii: "#")
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer, _ name: String, _ vocabulary: HistoryVocabulary
    ) throws(HistoryError) -> History {
        guard let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            throw HistoryError(path: name, reason: "there is no operation in it")
        }
        let head = bytes.prefix(64)
        let isJSON =
            first == UInt8(ascii: "{") && head.contains(UInt8(ascii: "\"")) && !head.starts(with: [0x7B, 0x3A])
        if isJSON {
            var parser = LinhistParser(bytes: bytes, path: name, vocabulary)
            return try parser.parse()
        }
        var reader = EDNReader(bytes: Array(bytes), path: name, vocabulary)
        return try reader.parse()
    }
}
