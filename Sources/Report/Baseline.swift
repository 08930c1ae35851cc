import System
import Verification

/// A baseline: the ids of findings that are accepted, one a line; `#` starts a comment.
public struct Baseline: Sendable {
    /// The ids.
    public let ids: Set<String>

    /// A line that is no finding's id.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// The file.
        public var file: String
        /// From 1.
        public var line: Int

        /// `FILE:LINE: expected …`
        public var description: String { "\(file):\(line): expected a finding's id, as linearizability-1f3a9c20" }
    }

    /// Accepts nothing.
    public init() {
        ids = []
    }

    /// Bytes of a file.
    private static let maximumBytes = 16 << 20

    /// Reads a file.
    ///
    /// - Throws: `StoreError`, `Failure`.
    public init(file: String) throws {
        let text: String
        do {
            text = try SmallFile.text(file, atMost: Self.maximumBytes)
        } catch {
            throw StoreError(path: file, reason: "the baseline cannot be read: \(error)")
        }
        try self.init(parsing: text, file: file)
    }

    /// Reads the text of a file; a byte order mark and CR LF are read through.
    ///
    /// - Throws: `Failure` for a line that does not begin like an oracle's id.
    /// - Complexity: O(length of the text).
    public init(parsing text: String, file: String) throws(Failure) {
        var ids: Set<String> = []
        var bytes = text.utf8[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        // By bytes: as characters, CR LF is one, and no line feed.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard let word = words.first else { continue }
            let id = String(decoding: word, as: UTF8.self)
            guard words.count == 1, word.allSatisfy(Self.belongsInID),
                OracleID.allCases.contains(where: { id.hasPrefix($0.rawValue + "-") })
            else {
                throw Failure(file: file, line: number + 1)
            }
            ids.insert(id)
        }
        self.ids = ids
    }

    private static func belongsInID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
