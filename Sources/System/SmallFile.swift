import Glibc

/// Files that people write by hand, or that we wrote: read whole, if they are regular and of a size that one expects.
public enum SmallFile {
    /// Why a file is not read.
    public struct Refusal: Error, CustomStringConvertible, Sendable {
        /// Without the path.
        public var description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The bytes of a file. A FIFO or a device would keep us waiting, or never end. open(2), fstat(2), read(2)
    ///
    /// - Parameter limit: more bytes than that are refused.
    public static func bytes(_ path: String, atMost limit: Int) throws(Refusal) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw refusal() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw refusal() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Refusal(description: "it is no regular file") }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let old = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: min(blockBytes, limit + 1 - old)))
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + old, $0.count - old) }
            if count < 0, errno != EINTR { throw refusal() }
            bytes.removeLast(bytes.count - old - max(0, count))
            if count == 0 { return bytes }
        }
        throw Refusal(description: "more than \(limit) bytes")
    }

    /// The text of a file in UTF-8.
    public static func text(_ path: String, atMost limit: Int) throws(Refusal) -> String {
        guard let text = String(validating: try bytes(path, atMost: limit), as: UTF8.self) else {
            throw Refusal(description: "it is not UTF-8 text")
        }
        return text
    }

    private static let blockBytes = 64 << 10

    private static func refusal() -> Refusal { Refusal(description: String(cString: strerror(errno))) }
}
