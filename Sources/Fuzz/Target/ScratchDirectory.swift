import CLinux
import Glibc

/// A directory of our own under TMPDIR, removed with all that is in it. mkdtemp(3), nftw(3).
final class ScratchDirectory {
    /// Its absolute path.
    let path: String

    init() throws(SystemError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let template = strdup("\(parent)/crossfire.XXXXXX")!
        defer { free(template) }
        guard mkdtemp(template) != nil else { throw SystemError("mkdtemp") }
        path = String(cString: template)
    }

    deinit {
        cf_remove_tree(path)
    }
}
