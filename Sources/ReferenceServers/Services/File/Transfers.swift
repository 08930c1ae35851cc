import CLinux
import Glibc

/// The rest of a file that is being sent.
final class Download {
    enum Step {
        case more
        case done
        case failed
    }

    private let file: Descriptor
    private var left: Range<Int>

    init(_ file: consuming Descriptor, _ bytes: Range<Int>) {
        self.file = file
        left = bytes
    }

    /// Adds the next bytes, at most `limit`.
    func next(_ limit: Int, into reply: inout [UInt8]) -> Step {
        guard !left.isEmpty else { return .done }
        let start = reply.count
        let wanted = min(limit, left.count)
        reply.append(contentsOf: [UInt8](repeating: 0, count: wanted))
        let count = reply.withUnsafeMutableBytes {
            pread(file.number, $0.baseAddress! + start, wanted, left.lowerBound)
        }
        reply.removeLast(wanted - max(0, count))
        guard count > 0 else { return count < 0 && errno == EINTR ? .more : .failed }
        left = left.lowerBound + count..<left.upperBound
        return .more
    }
}

/// A file that is being received. Let go before `finish`, it leaves nothing.
final class Upload {
    private let root: FileRoot
    private let path: [String]
    private let file: Descriptor
    private let name: String
    private var finished = false

    init(_ root: FileRoot, _ path: [String]) throws(HTTPStatus) {
        self.root = root
        self.path = path
        let (number, name) = try root.create(path)
        file = Descriptor(owning: number)
        self.name = name
    }

    deinit {
        if !finished { root.discard(path, name) }
    }

    func write(_ piece: Span<UInt8>) throws(HTTPStatus) {
        var done = 0
        while done < piece.count {
            let count = piece.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress! + done, $0.count - done) }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw errno == ENOSPC || errno == EDQUOT ? .insufficientStorage : .internalError
            }
        }
    }

    /// Puts the file in its place; whether there was one before.
    func finish() throws(HTTPStatus) -> Bool {
        let existed = try root.replace(path, with: name)
        finished = true
        return existed
    }
}
