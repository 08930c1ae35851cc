import Foundation
import Report
import Testing

/// Goal: only what this user's runs wrote counts as his own. Method: a hand-made finding saved with marks, moved, changed,
/// and put where no marks are.
@Suite("Marks of findings")
struct FindingMarksTests {
    let folder: TemporaryFolder
    let marks: FindingMarks

    init() throws {
        folder = try TemporaryFolder()
        marks = FindingMarks(directory: folder.path + "/state/findings")
    }

    @Test("what was saved is one's own, wherever it is moved, as long as nobody changes it")
    func own() throws {
        let path = try FindingStore(campaign: folder.path, marks: marks).save(Sample.finding(), Sample.context)
        #expect(marks.contains(path))
        let moved = folder.path + "/moved"
        try FileManager.default.moveItem(atPath: path, toPath: moved)
        #expect(marks.contains(moved))
        #expect(!FindingMarks(directory: folder.path + "/other").contains(moved))
        let record = moved + "/finding.json"
        try (folder.text("moved/finding.json") + " ").write(toFile: record, atomically: true, encoding: .utf8)
        #expect(!marks.contains(moved))
        #expect(!marks.contains(folder.path))
    }

    @Test("what is saved without marks is nobody's; a mark in the folder itself counts nothing")
    func foreign() throws {
        let path = try FindingStore(campaign: folder.path).save(Sample.finding(), Sample.context)
        #expect(!marks.contains(path))
    }

    @Test("they are this user's alone, and not more than so many")
    func bounded() throws {
        let directory = folder.path + "/state/findings"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for number in 0..<FindingMarks.maximumMarks + 5 {
            FileManager.default.createFile(atPath: "\(directory)/\(number).json", contents: nil)
        }
        let path = try FindingStore(campaign: folder.path, marks: marks).save(Sample.finding(), Sample.context)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(names.count == FindingMarks.maximumMarks)
        #expect(marks.contains(path))
        let mark = try #require(names.first { $0.count > 12 })
        let mode = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(mark)")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }
}
