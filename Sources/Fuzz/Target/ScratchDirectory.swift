import CLinux
import Glibc
import System

/// A directory of our own under TMPDIR, for this user alone, removed with all that is in it. mkdtemp(3), nftw(3).
///
/// While it is used it is locked: what killed runs left behind goes with the next run's first one. flock(2)
package final class ScratchDirectory {
    /// Its absolute path.
    package let path: String
    private let lock: Int32

    private static let prefix = "crossfire-run."
    /// What mkdtemp(3) puts in the place of its X.
    private static let suffixLength = 6

    /// Makes one.
    ///
    /// - Parameter folder: where; nil for TMPDIR.
    /// - Throws: `CampaignError.noTemporaryFolder`.
    package init(in folder: String? = nil) throws(CampaignError) {
        let parent = folder ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        guard !parent.isEmpty else { throw .noTemporaryFolder(path: parent, reason: "TMPDIR is set, and empty") }
        // Before it is made: what is made may be gone before its path is asked for.
        guard let real = realpath(parent, nil) else { throw .noTemporaryFolder(path: parent, reason: errorText(errno)) }
        defer { free(real) }
        _ = Self.removal
        while true {
            guard let made = Self.make(in: String(cString: real)) else {
                throw .noTemporaryFolder(path: parent, reason: errorText(errno))
            }
            // Another run that came upon it before it was locked has taken it for a leftover: once more.
            guard let lock = Self.locked(made) else { continue }
            path = made
            self.lock = lock
            return
        }
    }

    private static func make(in parent: String) -> String? {
        let template = strdup("\(parent)/\(prefix)" + String(repeating: "X", count: suffixLength))!
        defer { free(template) }
        return mkdtemp(template).map { String(cString: $0) }
    }

    deinit {
        cf_remove_tree(path)
        close(lock)
    }

    /// Done once in a process.
    private static let removal: Void = removeLeftovers(in: getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")

    /// Removes the directories of this user that nobody has locked: the kernel gives a lock back however its owner ends.
    package static func removeLeftovers(in parent: String) {
        let length = prefix.utf8.count + suffixLength
        for name in ProcessTree.entries(parent) where name.hasPrefix(prefix) && name.utf8.count == length {
            let path = "\(parent)/\(name)"
            guard let lock = locked(path) else { continue }
            cf_remove_tree(path)
            close(lock)
        }
    }

    /// A descriptor that holds the lock of a directory of this user; nil where another process holds it, or it is gone.
    private static func locked(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var opened = stat()
        var named = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0, lstat(path, &named) == 0,
            opened.st_ino == named.st_ino, opened.st_uid == geteuid()
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
