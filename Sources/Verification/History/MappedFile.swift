import Capture
import Glibc

/// Lets `body` read a whole file, decompressed where it is compressed, and what was wrong with that. One of the files
/// where bytes are read through pointers.
///
/// A plain regular file is mapped, anything else is read to its end, up to `maximumReadBytes`.
///
/// - Throws: `HistoryError` where the file cannot be opened or read. mmap(2), read(2)
func withFileBytes<Result>(
    _ path: String, _ body: (HistoryBytes, String?) throws(HistoryError) -> Result
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
    let base = try mapped(path, length, PROT_READ, MAP_PRIVATE, descriptor)
    defer { munmap(base, length) }
    madvise(base, length, MADV_SEQUENTIAL)
    return try body(HistoryBytes(UnsafeRawBufferPointer(start: base, count: length), areMapped: true), nil)
}

/// mmap(2)
private func mapped(
    _ path: String, _ length: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32 = -1
) throws(HistoryError) -> UnsafeMutableRawPointer {
    guard let base = mmap(nil, length, protection, flags, descriptor, 0), base != MAP_FAILED else {
        throw HistoryError(path: path, reason: String(cString: strerror(errno)))
    }
    return base
}

/// stat(2)
func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// A pipe, and what is compressed, is read up to this much.
let maximumReadBytes = 1 << 30
/// So much of it at once.
private let chunkBytes = 1 << 20

private func withReadBytes<Result>(
    _ path: String, _ body: (HistoryBytes, String?) throws(HistoryError) -> Result
) throws(HistoryError) -> Result {
    // Room for all that may come: what is not written takes no memory, and an array that grows would be there twice.
    let room = maximumReadBytes + chunkBytes
    let base = try mapped(path, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
    defer { munmap(base, room) }
    let (count, warning) = try readToEnd(path, into: UnsafeMutableRawBufferPointer(start: base, count: room))
    return try body(HistoryBytes(UnsafeRawBufferPointer(start: base, count: count), areMapped: true), warning)
}

private func readToEnd(
    _ path: String, into room: UnsafeMutableRawBufferPointer
) throws(HistoryError) -> (count: Int, warning: String?) {
    do throws(CaptureError) {
        let source = try ByteSource(path: path)
        var count = 0
        var chunk: [UInt8] = []
        while true {
            chunk.removeAll(keepingCapacity: true)
            try source.read(chunkBytes, appendingTo: &chunk)
            guard !chunk.isEmpty else { return (count, source.warning) }
            guard count + chunk.count <= maximumReadBytes else {
                throw CaptureError.unreadable(path: path, reason: "over \(maximumReadBytes) bytes of a history")
            }
            // Whatever unpacks to gigabytes of nothing is told at once.
            guard !chunk.contains(0) else {
                throw CaptureError.unreadable(path: path, reason: "it is no text: there are zeros in it")
            }
            UnsafeMutableRawBufferPointer(rebasing: room.dropFirst(count)).copyBytes(from: chunk)
            count += chunk.count
        }
    } catch {
        if case .unreadable(_, let reason) = error { throw HistoryError(path: path, reason: reason) }
        throw HistoryError(path: path, reason: error.description)
    }
}
