import Glibc

/// A file that is written beside its place, and is there either whole or not at all.
struct PendingFile: ~Copyable {
    private let path: String
    private let temporary: String
    private var descriptor: Int32

    /// Creates the temporary file in the same folder. (open(2))
    init(path: String) throws(CaptureError) {
        self.path = path
        temporary = "\(path).\(getpid()).partial"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: errorText(errno)) }
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(temporary)
        }
    }

    /// Writes all of `bytes`; repeats after EINTR and after a short write. (write(2))
    mutating func write(_ bytes: [UInt8]) throws(CaptureError) {
        precondition(descriptor >= 0, "the file is finished")
        var failure: Int32 = 0
        bytes.withUnsafeBytes { source in
            var written = 0
            while written < source.count {
                let count = Glibc.write(descriptor, source.baseAddress! + written, source.count - written)
                if count >= 0 {
                    written += count
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else { throw .unwritable(path: path, reason: errorText(failure)) }
    }

    /// Closes the file and renames it to its name. (close(2), rename(2))
    mutating func commit() throws(CaptureError) {
        precondition(descriptor >= 0, "the file is finished")
        let closed = close(descriptor)
        descriptor = -1
        if closed == 0, rename(temporary, path) == 0 { return }
        let reason = errorText(errno)
        unlink(temporary)
        throw .unwritable(path: path, reason: reason)
    }
}
