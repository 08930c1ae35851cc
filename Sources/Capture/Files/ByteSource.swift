import Glibc

/// Where a capture file's bytes come from: a file descriptor, closed when this goes.
final class ByteSource {
    private let descriptor: Int32
    private let owned: Bool
    /// The name for messages.
    let name: String

    /// Opens a file; `-` is standard input.
    init(path: String) throws(CaptureError) {
        if path == "-" {
            descriptor = STDIN_FILENO
            owned = false
            name = "standard input"
            return
        }
        name = path
        owned = true
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: errorText(errno)) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw .unreadable(path: path, reason: errorText(EISDIR))
        }
    }

    deinit {
        if owned { close(descriptor) }
    }

    /// Appends up to `count` bytes to `buffer`; fewer only at the end of the file. Repeats after EINTR. (read(2))
    func read(_ count: Int, appendingTo buffer: inout [UInt8]) throws(CaptureError) {
        let before = buffer.count
        var failure: Int32 = 0
        let descriptor = descriptor
        let filled = [UInt8](unsafeUninitializedCapacity: before + count) { target, initialized in
            buffer.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
            initialized = before
            while initialized < before + count {
                let got = Glibc.read(descriptor, target.baseAddress! + initialized, before + count - initialized)
                if got > 0 {
                    initialized += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        buffer = filled
        guard failure == 0 else { throw .unreadable(path: name, reason: errorText(failure)) }
    }
}

/// The system's words for an error number. (strerror(3))
func errorText(_ number: Int32) -> String {
    String(cString: strerror(number))
}
