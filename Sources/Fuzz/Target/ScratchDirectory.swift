import CLinux
import Glibc

/// A directory of our own under TMPDIR, for this user alone, removed with all that is in it. mkdtemp(3), nftw(3).
///
/// While it is used it is locked: what killed runs left behind goes with the next run's first one. flock(2)
package final class ScratchDirectory {
    /// Its absolute path.
    package let path: String
    private let lock: Int32

    private static let prefix = "crossfire."
    /// Younger ones may not have been locked yet. Seconds.
    private static let leastLeftoverAge = 10

    /// Makes one.
    ///
    /// - Throws: `ScratchError`.
    package init() throws(ScratchError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        guard !parent.isEmpty else { throw ScratchError(path: parent, reason: "TMPDIR is set, and empty") }
        _ = Self.removal
        let template = strdup("\(parent)/\(Self.prefix)XXXXXX")!
        defer { free(template) }
        guard mkdtemp(template) != nil, let real = realpath(template, nil) else {
            throw ScratchError(path: parent, reason: String(cString: strerror(errno)))
        }
        defer { free(real) }
        path = String(cString: real)
        lock = Self.locked(path) ?? -1
    }

    deinit {
        cf_remove_tree(path)
        if lock >= 0 { close(lock) }
    }

    /// Done once in a process.
    private static let removal: Void = removeLeftovers(in: getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")

    /// Removes the directories of this user that nobody has locked.
    package static func removeLeftovers(in parent: String, olderThan seconds: Int = leastLeftoverAge) {
        for name in ProcessTree.entries(parent) where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6
        {
            let path = "\(parent)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                time(nil) - status.st_mtim.tv_sec >= seconds, let lock = locked(path)
            else { continue }
            cf_remove_tree(path)
            close(lock)
        }
    }

    /// A descriptor that holds the lock of a directory; nil where another process holds it.
    private static func locked(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        close(descriptor)
        return nil
    }
}

/// There is no place for temporary files.
package struct ScratchError: Error, CustomStringConvertible {
    /// The folder that was to hold them.
    package var path: String
    /// Why it cannot.
    package var reason: String

    /// One line.
    package var description: String {
        "cannot make a folder for temporary files in '\(path)' (TMPDIR): \(reason)"
    }
}
