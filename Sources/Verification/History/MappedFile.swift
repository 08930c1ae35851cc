import Capture
import Glibc

/// Lets `body` read a whole file, decompressed where it is compressed, and what was wrong with that. One of the files
/// where bytes are read through pointers.
///
/// A plain regular file is mapped, anything else is read to its end, up to `maximumReadBytes`.
///
/// - Throws: `HistoryError` where the file cannot be opened or read. mmap(2), read(2)
func withFileBytes<Result>(
    _ path: String, _ body: (UnsafeRawBufferPointer, String?) throws(HistoryError) -> Result
) throws(HistoryError) -> Result {
    guard path != "-" else { return try withReadBytes(path, body) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw HistoryError(path: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
        throw HistoryError(path: path, reason: String(cString: strerror(errno)))
    }
    var magic = [UInt8](repeating: 0, count: 4)
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0, pread(descriptor, &magic, 4, 0) >= 0,
        !ByteSource.isCompressed(magic)
    else { return try withReadBytes(path, body) }
    let length = Int(status.st_size)
    guard let base = mmap(nil, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0), base != MAP_FAILED else {
        throw HistoryError(path: path, reason: String(cString: strerror(errno)))
    }
    defer { munmap(base, length) }
    madvise(base, length, MADV_SEQUENTIAL)
    return try body(UnsafeRawBufferPointer(start: base, count: length), nil)
}

/// stat(2)
func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// A pipe, and what is compressed, is read up to this much.
let maximumReadBytes = 1 << 30

private func withReadBytes<Result>(
    _ path: String, _ body: (UnsafeRawBufferPointer, String?) throws(HistoryError) -> Result
) throws(HistoryError) -> Result {
    let (bytes, warning) = try readToEnd(path)
    let base = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    defer { base.deallocate() }
    base.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(base), warning)
}

private func readToEnd(_ path: String) throws(HistoryError) -> (bytes: [UInt8], warning: String?) {
    do throws(CaptureError) {
        let source = try ByteSource(path: path)
        var bytes: [UInt8] = []
        while true {
            let before = bytes.count
            try source.read(1 << 20, appendingTo: &bytes)
            guard bytes.count > before else { return (bytes, source.warning) }
            guard bytes.count <= maximumReadBytes else {
                throw CaptureError.unreadable(path: path, reason: "over \(maximumReadBytes) bytes of a history")
            }
            // Whatever unpacks to gigabytes of nothing is told at once.
            guard !bytes[before...].contains(0) else {
                throw CaptureError.unreadable(path: path, reason: "it is no text: there are zeros in it")
            }
        }
    } catch {
        if case .unreadable(_, let reason) = error { throw HistoryError(path: path, reason: reason) }
        throw HistoryError(path: path, reason: error.description)
    }
}
