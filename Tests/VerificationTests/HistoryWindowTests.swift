import Foundation
import Testing
import Verification

/// Goal: a history's file, which is read a window at a time, means what its bytes mean as a whole. Method: histories of
/// each format, of some windows, with operations, notes and blanks longer than a window, sound, cut, or with a fault
/// somewhere; both ways of reading give the same history, or the same error at the same place.
@Suite("Histories read in windows")
struct HistoryWindowTests {
    private static let formats = ["linhist", "list", "edn", "json", "text"]
    /// Lengths on both sides of a window, and of what an operation may have in it.
    private static let lengths = [10, 1000, (128 << 10) - 40, 128 << 10, 200 << 10, (1 << 20) + 7, 3 << 20]

    private static func lines(_ format: String, _ row: Int, _ note: String) -> [String] {
        switch format {
        case "linhist", "list":
            let times = "\"t0\":\(2 * row),\"t1\":\(2 * row + 1)"
            return ["{\"c\":0,\"f\":\"write\",\"v\":\(row),\(times),\"note\":\"\(note)\"}"]
        case "edn":
            return ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :write, :value \(row), :note \"\(note)\"}" }
        case "json":
            return ["invoke", "ok"].map {
                "{\"process\":0,\"type\":\"\($0)\",\"f\":\"write\",\"value\":\(row),\"note\":\"\(note)\"}"
            }
        default: return ["invoke", "ok"].map { "INFO  jepsen - 0\t:\($0)\t:write\t\"\(row)\(note)\"" }
        }
    }

    private static func text(_ format: String, _ random: inout Seed) -> [UInt8] {
        var all: [String] = []
        let rows = 20_000 + random.below(10_000)
        let isLong = random.oneIn(2)
        for row in 0..<rows {
            let length = isLong && random.oneIn(rows / 3) ? lengths[random.below(lengths.count)] : random.below(60)
            all += lines(format, row, String(repeating: "x", count: length))
            guard isLong, random.oneIn(rows / 2) else { continue }
            all.append(String(repeating: random.oneIn(2) ? " " : "\n", count: lengths[random.below(lengths.count)]))
        }
        if random.oneIn(3) { all.insert("}{", at: random.below(all.count)) }
        let body = all.joined(separator: format == "list" ? ",\n" : "\n")
        let text = Array((format == "list" ? "[\(body)]" : body).utf8)
        return random.oneIn(3) ? Array(text.prefix(random.below(text.count))) : text
    }

    private static func told(_ read: Result<History, HistoryError>) -> [String] {
        switch read {
        case .success(let history):
            history.doubts + ["\(history.ids)", "\(history.arguments)", "\(history.invoked)", "\(history.statuses)"]
        case .failure(let error): ["\(error)"]
        }
    }

    @Test("the same as in one piece", arguments: formats, 0..<6)
    func same(format: String, seed: Int) throws {
        var random = Seed(UInt64(seed))
        let bytes = Self.text(format, &random)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("window-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let inPieces = Result { () throws(HistoryError) in try HistoryFile.read(path) }
        let whole = Result { () throws(HistoryError) in try HistoryFile.read(bytes: bytes, name: path) }
        #expect(Self.told(inPieces) == Self.told(whole), "\(Self.told(inPieces).map { $0.prefix(300) })")
    }
}
