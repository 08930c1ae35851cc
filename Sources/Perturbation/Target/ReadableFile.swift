import Glibc

/// A file open for reading at offsets. Maps to `open` and `pread`.
struct ReadableFile: ~Copyable {
    private let descriptor: Int32

    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Up to `count` bytes; fewer at the end of the file or after an error.
    func bytes(at offset: UInt64, count: Int) -> [UInt8] {
        guard let start = off_t(exactly: offset), count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress! + filled, count - filled, start + off_t(filled))
                if got < 0 && errno == EINTR { continue }
                if got <= 0 { break }
                filled += got
            }
        }
    }
}

extension NativeFile {
    /// The path of the running program. Maps to `readlink` of `/proc/self/exe`.
    package static var ownExecutable: String {
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, filled in
            filled = max(0, readlink("/proc/self/exe", buffer.baseAddress!, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
