import Foundation
import Testing

extension EndToEnd {
    /// Goal: what a target says of its own faults is told, and tells them apart, the same in every campaign. Method: a small
    /// store in C with faults that are switched on by name, built by the test, also with sanitizers.
    @Suite(
        "reports of targets", .enabled(if: canCapture), .enabled(if: FaultyStore.compiler != nil, "needs a C compiler"))
    struct TargetReports {
        private static func findings(_ store: FaultyStore, seed: Int, _ more: String...) throws -> [[String: Any]] {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                ["fuzz", "--protocol", "resp", "--json", "--seed", "\(seed)", "--out", folder.path] + more
                    + ["--"] + store.command)
            return result.json["findings"] as? [[String: Any]] ?? []
        }

        private static func crashes(_ store: FaultyStore, seed: Int) throws -> [[String: Any]] {
            try findings(store, seed: seed, "--stop-on-first", "--duration", "30s").filter {
                $0["oracle"] as? String == "crash"
            }
        }

        @Test("a crash that says nothing is told apart by the request that alone suffices, in every campaign")
        func silent() throws {
            var ids: [String: Set<String>] = [:]
            for fault in ["null-del", "null-echo"] {
                for seed in 1...2 {
                    let crashes = try Self.crashes(FaultyStore(fault), seed: seed)
                    #expect(crashes.count == 1)
                    ids[fault, default: []].formUnion(crashes.compactMap { $0["id"] as? String })
                }
            }
            #expect(ids["null-del"]?.count == 1 && ids["null-echo"]?.count == 1)
            #expect(ids["null-del"] != ids["null-echo"])
        }

        @Test("libc's words are quoted")
        func words() throws {
            let crash = try #require(try Self.crashes(FaultyStore("double-free-echo"), seed: 1).first)
            let summary = crash["summary"] as? String ?? ""
            #expect(
                summary.contains("was killed by SIGABRT during an execution: free(): double free detected in tcache"))
        }

        @Test("a sanitizer's report is quoted, and its stack is evidence")
        func stack() throws {
            guard let store = try? FaultyStore("use-after-free-del", sanitizer: "address") else { return }
            var ids: Set<String> = []
            for seed in 1...2 {
                let crash = try #require(try Self.crashes(store, seed: seed).first)
                let summary = crash["summary"] as? String ?? ""
                #expect(summary.contains("AddressSanitizer: heap-use-after-free"))
                #expect(summary.contains("in peek_freed, from reply"))
                ids.insert(crash["id"] as? String ?? "")
            }
            #expect(ids.count == 1)
        }

        @Test("what a race detector reports of a target that lives on is a race; without the fault there is none")
        func race() throws {
            guard let racy = try? FaultyStore("race", sanitizer: "thread") else { return }
            let found = try Self.findings(racy, seed: 1, "--stop-on-first", "--duration", "30s", "--confirm", "3")
            let race = try #require(found.first)
            #expect(race["oracle"] as? String == "sanitizer" && race["level"] as? String == "race")
            #expect((race["summary"] as? String ?? "").contains("data race"))
            #expect((race["summary"] as? String ?? "").contains("count_unlocked"))
            let correct = try FaultyStore("none", sanitizer: "thread")
            #expect(try Self.findings(correct, seed: 1, "--executions", "60").isEmpty)
        }

        @Test("what is undefined, and done by one client alone, is a fault with a stack")
        func undefined() throws {
            guard let store = try? FaultyStore("overflow-del", sanitizer: "undefined") else { return }
            let found = try Self.findings(store, seed: 1, "--stop-on-first", "--duration", "30s", "--confirm", "3")
            #expect(found.first?["oracle"] as? String == "sanitizer" && found.first?["level"] as? String == "fault")
            #expect((found.first?["summary"] as? String ?? "").contains("runtime error: signed integer overflow"))
        }
    }
}

/// A store of RESP in C, with faults by name.
struct FaultyStore {
    private let folder: TemporaryFolder
    let faults: String

    /// The command that starts it.
    var command: [String] { ["\(folder.path)/store", "{port}", faults] }

    static let compiler = ["/usr/bin/gcc", "/usr/bin/cc", "/usr/bin/clang"].first(
        where: FileManager.default.isExecutableFile)

    /// Builds it.
    ///
    /// - Throws: where the compiler has no such sanitizer.
    init(_ faults: String, sanitizer: String? = nil) throws {
        self.faults = faults
        folder = try TemporaryFolder()
        let flags = ["-g", "-O1", "-pthread"] + (sanitizer.map { ["-fsanitize=\($0)"] } ?? [])
        let source = CrossfireProcess.root + "/Tests/FaultyServers/store.c"
        let result = try CrossfireProcess.start(Self.compiler!, flags + ["-o", "\(folder.path)/store", source]).finish()
        guard result.status == 0 else { throw Refusal(words: result.errors) }
    }

    private struct Refusal: Error { let words: String }
}
