import Foundation
public import System

/// Folders that we make, for this user alone.
public enum OwnFolder {
    /// Makes a folder, and those above it; what is there already stays as it is. mkdir(2)
    ///
    /// - Throws: `SmallFile.Refusal`, why that cannot be.
    public static func make(_ path: String) throws(SmallFile.Refusal) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw SmallFile.Refusal(description: "it is no folder") }
            return
        }
        let reason = errno
        // Foundation's own way of finding the folder above traps on a path of one letter.
        let above = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if reason == ENOENT, !above.isEmpty { try make(above) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SmallFile.Refusal(description: String(cString: strerror(errno)))
        }
    }
}
