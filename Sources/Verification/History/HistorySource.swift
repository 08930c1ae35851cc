import Capture
import Glibc

/// The bytes of a history's file, a window of them at a time: the file would be in memory beside all that is made of it. One
/// of the files where bytes are read through pointers.
///
/// They are read, not mapped: what becomes shorter meanwhile, or lies on a failing disk, is an error and no SIGBUS.
final class HistorySource {
    /// The window. It stays where it is; what is in it moves.
    let window: UnsafeMutableRawBufferPointer
    /// So many bytes of it are there.
    private(set) var count = 0
    /// How many bytes there are in all.
    private(set) var length: Int
    /// Why the file could not be read to its end, which looks like its end then.
    private(set) var failure: HistoryError?
    /// What was wrong with the compression.
    private(set) var damage: String?
    /// Somebody read to where the window ends and the file does not.
    private(set) var isOverrun = false

    private let path: String
    private let margin: Int
    /// Of a plain file, which is open; of any other all bytes are there from the beginning.
    private var descriptor: Int32?
    private var position = 0
    private var isOver = false

    /// A pipe, and what is compressed, is read up to this much.
    private static let maximumStreamBytes = 1 << 30
    private static let chunkBytes = 1 << 20
    /// An operation has fewer bytes, or the file is read again with a larger window.
    static let usualMargin = 128 << 10
    /// A window has so many times the bytes of an operation.
    private static let operationsInWindow = 8
    /// Nobody looks further ahead than this.
    private static let lookahead = 64

    /// Opens a file, plain or compressed; `-` is standard input.
    ///
    /// - Parameter margin: an operation has fewer bytes.
    /// - Throws: `HistoryError` where it cannot be opened, or, if it is no plain file, read. open(2), read(2)
    init(path: String, margin: Int) throws(HistoryError) {
        self.path = path
        self.margin = margin
        guard let (descriptor, length) = try Self.plainFile(path) else {
            (window, count, damage) = try Self.readStream(path)
            (length, isOver) = (count, true)
            return
        }
        (self.descriptor, self.length) = (descriptor, length)
        window = .allocate(byteCount: min(length, margin * Self.operationsInWindow), alignment: 1)
        fill()
    }

    deinit {
        if let descriptor { close(descriptor) }
        if descriptor == nil { munmap(window.baseAddress, window.count) } else { window.deallocate() }
    }

    /// A file that can be read at offsets and is not compressed, and its length.
    private static func plainFile(_ path: String) throws(HistoryError) -> (Int32, Int)? {
        guard path != "-" else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw HistoryError(path: path, reason: reason)
        }
        var magic = [UInt8](repeating: 0, count: 4)
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0, pread(descriptor, &magic, 4, 0) >= 0,
            !ByteSource.isCompressed(magic)
        else {
            close(descriptor)
            return nil
        }
        return (descriptor, Int(status.st_size))
    }

    // MARK: Plain files

    /// From where on the window is moved.
    var nextMove: Int { isOver ? .max : count - margin }

    /// Nobody reads again what stands before `offset`, which becomes the first byte of the window.
    func move(to offset: Int) {
        note(reached: offset)
        guard !isOver, !isOverrun, let base = window.baseAddress else { return }
        memmove(base, base + offset, count - offset)
        count -= offset
        fill()
    }

    /// Somebody has read so far.
    func note(reached offset: Int) {
        if !isOver, offset + Self.lookahead > count { isOverrun = true }
    }

    /// pread(2)
    private func fill() {
        guard let descriptor, let base = window.baseAddress else { return }
        while count < window.count, !isOver {
            let got = pread(descriptor, base + count, min(window.count - count, length - position), off_t(position))
            if got < 0, errno == EINTR { continue }
            if got < 0 { failure = HistoryError(path: path, reason: String(cString: strerror(errno))) }
            if got == 0 {
                failure = HistoryError(
                    path: path,
                    reason: "it became shorter while it was read: \(position) of \(length) bytes are there")
            }
            count += max(0, got)
            position += max(0, got)
            isOver = failure != nil || position == length
        }
    }

    // MARK: Others

    private static func readStream(
        _ path: String
    ) throws(HistoryError) -> (UnsafeMutableRawBufferPointer, Int, String?) {
        // Room for all that may come: what is not written takes no memory, and an array that grows would be there twice.
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let base = mmap(nil, maximumStreamBytes, PROT_READ | PROT_WRITE, flags, -1, 0), base != MAP_FAILED else {
            throw HistoryError(path: path, reason: String(cString: strerror(errno)))
        }
        let room = UnsafeMutableRawBufferPointer(start: base, count: maximumStreamBytes)
        do throws(CaptureError) {
            let (count, warning) = try readToEnd(path, into: room)
            return (room, count, warning.map { "The file is damaged: \($0)." })
        } catch {
            munmap(base, maximumStreamBytes)
            if case .unreadable(_, let reason) = error { throw HistoryError(path: path, reason: reason) }
            throw HistoryError(path: path, reason: error.description)
        }
    }

    private static func readToEnd(
        _ path: String, into room: UnsafeMutableRawBufferPointer
    ) throws(CaptureError) -> (Int, String?) {
        let source = try ByteSource(path: path)
        var count = 0
        var chunk: [UInt8] = []
        while true {
            chunk.removeAll(keepingCapacity: true)
            try source.read(chunkBytes, appendingTo: &chunk)
            guard !chunk.isEmpty else { return (count, source.warning) }
            guard chunk.count <= room.count - count else {
                throw CaptureError.unreadable(path: path, reason: "over \(room.count) bytes of a history")
            }
            // Whatever unpacks to gigabytes of nothing is told at once.
            guard !chunk.contains(0) else {
                throw CaptureError.unreadable(path: path, reason: "it is no text: there are zeros in it")
            }
            UnsafeMutableRawBufferPointer(rebasing: room.dropFirst(count)).copyBytes(from: chunk)
            count += chunk.count
        }
    }

    /// What was read of a stream goes back, page by page. madvise(2)
    func giveBack(_ range: Range<Int>) {
        guard descriptor == nil, let base = window.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (start, end) = (range.lowerBound / page * page, range.upperBound / page * page)
        if start < end { madvise(base + start, end - start, MADV_DONTNEED) }
    }
}

/// stat(2)
func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}
