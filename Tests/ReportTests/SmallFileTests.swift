import Foundation
import Report
import System
import Testing

/// Goal: what is no file of a sensible size neither keeps us waiting nor fills the memory, and the reason is the system's.
/// Method: devices, FIFOs, folders, links in a circle, and files around the limit.
@Suite struct SmallFileTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "/crossfire-small-\(UUID().uuidString)"
        try OwnFolder.make(folder)
    }

    private func refusal(_ path: String, atMost limit: Int = 8) -> String? {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do throws(SmallFile.Refusal) {
            _ = try SmallFile.bytes(path, atMost: limit)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("a file up to its limit", arguments: [1, 8, 9, 200_000])
    func limit(count: Int) throws {
        let path = folder + "/file"
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(try SmallFile.bytes(path, atMost: count) == bytes)
        #expect(refusal(path, atMost: count - 1) == "more than \(count - 1) bytes")
    }

    @Test("what is no regular file", arguments: ["/dev/zero", "/dev/null", "/", "fifo", "link", "nothing"])
    func others(path: String) throws {
        mkfifo(folder + "/fifo", 0o600)
        symlink("link", folder + "/link")
        let expected = ["link": "Too many levels of symbolic links", "nothing": "No such file or directory"]
        let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        #expect(refusal(whole) == expected[path] ?? "it is no regular file")
    }

    @Test("folders are made with those above them, for this user alone")
    func folders() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try OwnFolder.make(folder + "/a/b/c")
        var status = stat()
        #expect(stat(folder + "/a/b/c", &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(throws: Never.self) { try OwnFolder.make(folder + "/a/b") }
        try Data().write(to: URL(fileURLWithPath: folder + "/file"))
        for path in [folder + "/file", folder + "/file/x", "", "/proc/x"] {
            #expect(throws: SmallFile.Refusal.self) { try OwnFolder.make(path) }
        }
    }
}
