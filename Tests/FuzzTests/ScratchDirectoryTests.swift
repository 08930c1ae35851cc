import Fuzz
import Glibc
import Synchronization
import System
import Testing

/// Goal: temporary folders go with their owners, and what a killed one left goes with the next. Method: folders made by hand
/// beside those that are in use.
@Suite("Temporary folders", .serialized)
struct ScratchDirectoryTests {
    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static var parent: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    @Test("it is this user's alone, and goes with all that is in it")
    func goes() throws {
        var directory: ScratchDirectory? = try ScratchDirectory()
        let path = try #require(directory?.path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(mkdir(path + "/inside", 0o700) == 0 && symlink("/etc", path + "/inside/link") == 0)
        directory = nil
        #expect(!Self.exists(path) && Self.exists("/etc/passwd"))
    }

    @Test("leftovers go, folders in use and those of others stay")
    func leftovers() throws {
        let used = try ScratchDirectory()
        let leftover = used.path.dropLast(6) + "left01"
        let other = "\(Self.parent)/crossfire-other.left01"
        #expect(mkdir(String(leftover), 0o700) == 0 && mkdir(leftover + "/target", 0o700) == 0)
        #expect(mkdir(other, 0o700) == 0)
        defer { rmdir(other) }
        ScratchDirectory.removeLeftovers(in: Self.parent)
        #expect(!Self.exists(String(leftover)))
        #expect(Self.exists(used.path) && Self.exists(other))
        withExtendedLifetime(used) {}
    }

    @Test("a link is no leftover, and is not followed")
    func link() throws {
        let used = try ScratchDirectory()
        let link = used.path.dropLast(6) + "link01"
        #expect(mkdir(used.path + "/kept", 0o700) == 0 && symlink(used.path, String(link)) == 0)
        defer { unlink(String(link)) }
        ScratchDirectory.removeLeftovers(in: Self.parent)
        #expect(Self.exists(used.path + "/kept"))
        withExtendedLifetime(used) {}
    }

    @Test("runs that begin while another takes away leftovers get their folder")
    func raced() throws {
        let isOver = Flag()
        // Few names beside them: then they are come upon soon.
        let own = try ScratchDirectory()
        let folder = own.path
        try withThread {
            while !isOver.value.load(ordering: .relaxed) { ScratchDirectory.removeLeftovers(in: folder) }
        } while: {
            defer { isOver.value.store(true, ordering: .relaxed) }
            for _ in 0..<3000 {
                let made = try ScratchDirectory(in: folder)
                #expect(Self.exists(made.path))
                withExtendedLifetime(made) {}
            }
        }
        withExtendedLifetime(own) {}
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    private func withThread(
        _ body: @escaping @Sendable () -> Void, while other: () throws -> Void
    ) throws {
        let thread = try JoinableThread("leftovers", body)
        let result = Result { try other() }
        thread.join()
        try result.get()
    }
}
