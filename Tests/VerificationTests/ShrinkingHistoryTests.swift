import Foundation
import Synchronization
import Testing
import Verification

/// Goal: who reads a history with the library outlives that its file becomes shorter meanwhile. Method: another thread cuts
/// the file, at once or after a random number of turns, to a random length; what is read is the whole, a part that says
/// so, or an error.
@Suite("Histories that shrink")
struct ShrinkingHistoryTests {
    private static let operations = 20_000

    private static let texts: [(name: String, text: String)] = [
        ("linhist", (0..<operations).map { #"{"c":0,"f":"write","v":\#($0),"t0":\#(2 * $0),"t1":\#(2 * $0 + 1)}"# }),
        ("edn", events { "{:process 0, :type :\($0), :f :write, :value \($1)}" }),
        ("json", events { "{\"process\":0,\"type\":\"\($0)\",\"f\":\"write\",\"value\":\($1)}" }),
        ("text", events { "INFO  jepsen.util - 0\t:\($0)\t:write\t\($1)" }),
    ].map { ($0.0, $0.1.joined(separator: "\n") + "\n") }

    private static func events(_ line: (String, Int) -> String) -> [String] {
        (0..<operations).flatMap { row in ["invoke", "ok"].map { line($0, row) } }
    }

    @Test("at a random moment", arguments: texts.indices)
    func shrinks(_ index: Int) async throws {
        let (name, text) = Self.texts[index]
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("shrinking-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var random = Seed(UInt64(index))
        for _ in 0..<40 {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let (turns, length) = (random.below(300_000), random.below(text.utf8.count))
            async let cut: Void = Self.cut(path, to: length, after: turns)
            do throws(HistoryError) {
                #expect(try HistoryFile.read(path).count <= Self.operations, "\(name)")
            } catch {
                #expect(error.path == path, "\(error)")
            }
            await cut
        }
    }

    private static func cut(_ path: String, to length: Int, after turns: Int) async {
        let counter = Atomic(0)
        while counter.add(1, ordering: .relaxed).newValue < turns {}
        truncate(path, off_t(length))
    }
}
