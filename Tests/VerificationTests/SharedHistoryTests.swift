import Glibc
import Testing
import Verification

/// Goal: histories of a thousand to ten thousand operations are decided as their headers say, and a planted violation
/// is named by the operations planted. Method: the files of a folder beside the package, `../shared/histories`, or the
/// one that `CROSSFIRE_HISTORY_FILES` names; where there is none, there is nothing to run.
@Suite("Histories in files", .enabled(if: !SharedHistories.files.isEmpty))
struct SharedHistoryTests {
    @Test("decided as planted, by the monitor, with the planted operations named", arguments: SharedHistories.files)
    func decided(file: String) throws {
        let history = try HistoryFile.read(SharedHistories.folder + "/" + file)
        let model = try #require(CheckModel(name: history.model))
        let result = Checker().check(history, model: model)
        #expect(result.verdict == (history.expectation == "ok" ? .held : .violated), "\(result)")
        #expect(result.method == "monitor")
        guard history.expectation == "illegal" else { return }
        let violation = try #require(result.violations.first)
        let planted = history.plant.split { !$0.isNumber }.compactMap { Int($0) }
        let named = violation.operations.filter(planted.contains)
        #expect(named.count >= 1, "\(violation.summary) — planted: \(history.plant)")
    }
}

/// Where the files are.
enum SharedHistories {
    static let folder =
        getenv("CROSSFIRE_HISTORY_FILES").map { String(cString: $0) } ?? packageRoot + "/../shared/histories"

    static let packageRoot = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
        separator: "/")

    static let files: [String] = {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".jsonl") { names.append(name) }
        }
        return names.sorted()
    }()
}
