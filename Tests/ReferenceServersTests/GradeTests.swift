import ReferenceServers
import Testing

/// Goal: the zoo has defects of every difficulty, and the hard ones are those with a narrow window. Method: look through the
/// table; `Benchmarks/grades` measures what the grades say.
@Suite struct GradeTests {
    @Test("every grade is there, the hardest at least five times")
    func spread() {
        let grades = Defects.all.map(\.grade)
        for grade in Grade.allCases { #expect(grades.contains(grade)) }
        #expect(grades.count { $0 == .hard } >= 5)
    }

    @Test(
        "windows of a few instructions are hard",
        arguments: [
            "narrow-window", "lost-wakeup", "late-reply-on-reused-descriptor", "lost-digit", "errno-overwritten",
        ])
    func narrow(_ name: String) throws {
        let defect = try #require(Defects.all.first { $0.name == name })
        #expect(defect.grade == .hard)
    }

    @Test("the entry of a defective server has its defect's grade, that of a correct one has none")
    func entries() {
        for entry in ZooEntry.all {
            #expect((entry.grade == nil) == entry.server.defects.isEmpty)
            if let grade = entry.grade { #expect(entry.server.summary.hasSuffix("(\(grade)).")) }
        }
    }

    @Test("a server's full name reads back, whatever its transport and state")
    func fullNames() throws {
        for spec in ServerSpec.all + ServerSpec.variants {
            #expect(try ServerSpec.parse(fullName: spec.description) == spec)
        }
        #expect(throws: SpecError.self) { try ServerSpec.parse(fullName: "") }
        #expect(throws: SpecError.self) { try ServerSpec.parse(fullName: "threaded/kv --transport") }
    }

    @Test("a name of the zoo narrows to what has all of its words")
    func names() throws {
        let entry = try #require(
            ZooEntry.all.first { $0.server.description == "forked/kv+lost-update --transport unix" })
        for name in ["forked", "forked/kv", "kv/unix", "lost-update", "defective+unix", "forked/kv/unix+lost-update"] {
            #expect(entry.isNamed(name), "\(name)")
        }
        for name in ["threaded", "forked/echo", "forked/kv/tcp", "correct", "lost"] {
            #expect(!entry.isNamed(name), "\(name)")
        }
    }
}
