import CLinux
import Glibc
import Synchronization

/// The directory whose files are served. No path leads out of it: segments are opened one by one, and links not followed.
package final class FileRoot: Sendable {
    private let descriptor: Descriptor
    /// The directory's path if it was made here and is removed at the end.
    private let temporary: String?
    private let uploads = Atomic<Int>(0)

    /// Opens a directory, or makes an empty one for nil.
    package init?(_ path: String?) {
        var made: String?
        if path == nil {
            let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            var template = Array("\(parent)/reference-server-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { return nil }
            made = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        }
        let number = open(path ?? made ?? "", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        descriptor = Descriptor(owning: number)
        temporary = made
    }

    /// A file to read, with its size.
    func read(_ path: [String]) throws(HTTPStatus) -> (file: Int32, size: Int) {
        let number = try inParent(of: path) { parent, name in
            openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        }
        guard number >= 0 else { throw Self.status(errno) }
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(number)
            throw .forbidden
        }
        return (number, status.st_size)
    }

    /// A new file beside the one that it will replace.
    func create(_ path: [String]) throws(HTTPStatus) -> (file: Int32, name: String) {
        let name = ".upload-\(getpid())-\(uploads.add(1, ordering: .relaxed).newValue)"
        let number = try inParent(of: path) { parent, _ in
            openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        }
        guard number >= 0 else { throw Self.status(errno) }
        return (number, name)
    }

    /// Puts a finished upload in its place, in one step for all readers; whether there was a file before.
    func replace(_ path: [String], with upload: String) throws(HTTPStatus) -> Bool {
        var existed = false
        let result = try inParent(of: path) { parent, name in
            var status = stat()
            existed = fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            return renameat(parent, upload, parent, name)
        }
        guard result == 0 else { throw Self.status(errno) }
        return existed
    }

    /// Removes an upload that was broken off.
    func discard(_ path: [String], _ upload: String) {
        _ = try? inParent(of: path) { parent, _ in unlinkat(parent, upload, 0) }
    }

    /// Removes the directory if it was made here.
    func finish() {
        guard let temporary, let directory = fdopendir(dup(descriptor.number)) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { unlinkat(descriptor.number, name, 0) }
        }
        closedir(directory)
        rmdir(temporary)
    }

    private func inParent(of path: [String], _ body: (Int32, String) -> Int32) throws(HTTPStatus) -> Int32 {
        guard let name = path.last else { throw .forbidden }  // The root itself.
        var parent = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 0)
        for segment in path.dropLast() where parent >= 0 {
            let next = openat(parent, segment, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let error = errno
            close(parent)
            errno = error
            parent = next
        }
        guard parent >= 0 else { throw Self.status(errno) }
        let result = body(parent, name)
        let error = errno
        close(parent)
        errno = error
        return result
    }

    private static func status(_ error: Int32) -> HTTPStatus {
        switch error {
        case ENOENT, ENOTDIR, ENAMETOOLONG: .notFound
        case EACCES, EPERM, ELOOP, EISDIR, ENXIO: .forbidden
        case ENOSPC, EDQUOT: .insufficientStorage
        default: .internalError
        }
    }
}
