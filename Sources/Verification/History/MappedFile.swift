import Glibc

/// Lets `body` read a whole file. One of the files where bytes are read through pointers.
///
/// A regular file is mapped, anything else (a pipe) is read to its end, up to `maximumPipeBytes`.
///
/// - Throws: `HistoryError` where the file cannot be opened or read. mmap(2), read(2)
func withFileBytes<Result>(
    _ path: String, _ body: (UnsafeRawBufferPointer) throws(HistoryError) -> Result
) throws(HistoryError) -> Result {
    let descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw HistoryError(path: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
        throw HistoryError(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
        let bytes = try readToEnd(descriptor, path)
        let base = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        defer { base.deallocate() }
        base.copyBytes(from: bytes)
        return try body(UnsafeRawBufferPointer(base))
    }
    let length = Int(status.st_size)
    guard let base = mmap(nil, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0), base != MAP_FAILED else {
        throw HistoryError(path: path, reason: String(cString: strerror(errno)))
    }
    defer { munmap(base, length) }
    madvise(base, length, MADV_SEQUENTIAL)
    return try body(UnsafeRawBufferPointer(start: base, count: length))
}

/// A pipe is read up to this much.
let maximumPipeBytes = 1 << 30

private func readToEnd(_ descriptor: Int32, _ path: String) throws(HistoryError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let got = read(descriptor, &chunk, chunk.count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw HistoryError(path: path, reason: String(cString: strerror(errno))) }
        guard got > 0 else { return bytes }
        bytes.append(contentsOf: chunk[..<got])
        guard bytes.count <= maximumPipeBytes else {
            throw HistoryError(path: path, reason: "over \(maximumPipeBytes) bytes through a pipe")
        }
    }
}
