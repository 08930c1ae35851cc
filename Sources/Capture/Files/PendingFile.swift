import Glibc
import System

/// A file that is written beside its place and then renamed: a reader sees the whole of it or nothing.
///
/// Devices and FIFOs are written into as they are and never replaced. A link keeps pointing to its file.
public struct PendingFile: ~Copyable {
    /// What becomes of a file that could not be finished.
    public enum Remains: Sendable {
        /// It is removed: it can be made again. What a killed run left is written over by the next. (`NAME.tmp`)
        case nothing
        /// It stays, and no later run touches it: what it holds will never come again. (`NAME.partial`, `NAME.2.partial`…)
        case partial
    }

    /// The file's place, as it was given.
    public let path: String
    /// Where the bytes go until then; equal to `path` for a device.
    public let temporary: String
    /// The bytes of which write(2) says that it has them.
    private(set) var written = 0
    private let place: String
    private let remains: Remains
    private let isRegular: Bool
    private var descriptor: Int32

    /// Who may read what holds other people's traffic.
    public static let privateMode: UInt32 = 0o600
    /// Names that are tried for a partial file beside those of killed runs.
    static let mostPartialFiles = 1000

    /// Opens the file beside its place.
    ///
    /// - Parameter mode: who may read and write the new file, before the umask.
    /// - Throws: `.unwritable`. (open(2), flock(2), realpath(3))
    public init(path: String, remains: Remains = .nothing, mode: UInt32 = privateMode) throws(CaptureError) {
        self.path = path
        self.remains = remains
        var status = stat()
        let exists = stat(path, &status) == 0
        isRegular = !exists || status.st_mode & S_IFMT == S_IFREG
        guard isRegular else {
            (place, temporary) = (path, path)
            descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else { throw .unwritable(path: path, reason: errorText(errno)) }
            return
        }
        place = exists ? Self.resolved(path) : path
        switch remains {
        case .nothing:
            temporary = place + ".tmp"
            descriptor = Self.openLocked(temporary, O_CREAT, mode)
        case .partial:
            var name = place + ".partial"
            descriptor = Self.openLocked(name, O_CREAT | O_EXCL, mode)
            var number = 2
            while descriptor < 0, errno == EEXIST, number < Self.mostPartialFiles {
                name = "\(place).\(number).partial"
                descriptor = Self.openLocked(name, O_CREAT | O_EXCL, mode)
                number += 1
            }
            temporary = name
        }
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: errorText(errno)) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        if isRegular, remains == .nothing { unlink(temporary) }
        close(descriptor)
    }

    /// Opens and empties a file that no other process is writing; -1 and errno otherwise. Where the file system knows no
    /// locks, it does without.
    private static func openLocked(_ name: String, _ flags: Int32, _ mode: UInt32) -> Int32 {
        while true {
            let descriptor = open(name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, mode)
            guard descriptor >= 0 else { return -1 }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
                close(descriptor)
                errno = EBUSY
                return -1
            }
            // Its last writer may have renamed it before we held the lock.
            var opened = stat()
            var named = stat()
            if fstat(descriptor, &opened) == 0, stat(name, &named) == 0, opened.st_ino == named.st_ino {
                guard ftruncate(descriptor, 0) == 0 else { break }
                return descriptor
            }
            close(descriptor)
        }
        return -1
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Writes all of `bytes`; repeats after EINTR and after a short write. (write(2))
    public mutating func write(_ bytes: [UInt8]) throws(CaptureError) {
        precondition(descriptor >= 0, "the file is finished")
        var failure: Int32 = 0
        bytes.withUnsafeBytes { source in
            var done = 0
            while done < source.count {
                let count = Glibc.write(descriptor, source.baseAddress! + done, source.count - done)
                if count >= 0 {
                    done += count
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
            written += done
        }
        guard failure == 0 else { throw .unwritable(path: path, reason: errorText(failure)) }
    }

    /// Whether it is neither committed nor given up.
    var isOpen: Bool { descriptor >= 0 }

    /// Lets go of all bytes behind the first `count`. (ftruncate(2))
    mutating func cut(to count: Int) {
        guard isRegular, count < written, ftruncate(descriptor, off_t(count)) == 0 else { return }
        lseek(descriptor, off_t(count), SEEK_SET)
        written = count
    }

    /// Closes the file and renames it to its name. (close(2), rename(2))
    ///
    /// - Throws: `.unwritable`; the place is then as it was before.
    public mutating func commit() throws(CaptureError) {
        precondition(descriptor >= 0, "the file is finished")
        // Some file systems tell only now that there was no room.
        let closed = close(descriptor)
        descriptor = -1
        if closed == 0, !isRegular || rename(temporary, place) == 0 { return }
        let reason = errorText(errno)
        if isRegular, remains == .nothing { unlink(temporary) }
        throw .unwritable(path: path, reason: reason)
    }

    /// Writes a whole file.
    ///
    /// - Throws: `.unwritable`; the place is then as it was before.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = privateMode) throws(CaptureError) {
        var file = try PendingFile(path: path, mode: mode)
        try file.write(bytes)
        try file.commit()
    }
}
