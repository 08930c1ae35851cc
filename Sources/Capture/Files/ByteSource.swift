import Glibc
import System

/// Where the bytes of a capture or a history come from: a file or standard input, plain or compressed with gzip,
/// Zstandard or xz.
///
/// Unsafe pointers: this file and the decompressors hand buffers to read(2), zlib, libzstd and liblzma.
package final class ByteSource {
    /// The name for messages.
    package let name: String
    /// What was wrong with the compressed data, if anything; what came before is handed over.
    package private(set) var warning: String?
    private let descriptor: Int32
    private var decompressor: (any Decompressor)?

    /// Opens a file; `-` is standard input. Looks at the first bytes for the compression.
    package init(path: String) throws(CaptureError) {
        if path == "-" {
            name = "standard input"
            descriptor = dup(STDIN_FILENO)
        } else {
            name = path
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw .unreadable(path: name, reason: errorText(errno)) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw .unreadable(path: path, reason: errorText(EISDIR))
        }
        var magic: [UInt8] = []
        try readPlain(4, appendingTo: &magic)
        do throws(DecompressionFailure) {
            if magic.starts(with: GzipDecompressor.magic) {
                decompressor = try GzipDecompressor(prefix: magic)
            } else if magic == ZstandardDecompressor.magic {
                decompressor = try ZstandardDecompressor(prefix: magic)
            } else if magic == XZDecompressor.magic {
                decompressor = try XZDecompressor(prefix: magic)
            } else {
                unread = magic
            }
        } catch {
            throw .unreadable(path: name, reason: error.reason)
        }
    }

    /// Whether a file that begins so is compressed in a way that is read through.
    package static func isCompressed(_ start: [UInt8]) -> Bool {
        [GzipDecompressor.magic, ZstandardDecompressor.magic, XZDecompressor.magic].contains { start.starts(with: $0) }
    }

    /// Plain bytes that were looked at and not handed over yet.
    private var unread: [UInt8] = []

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends up to `count` bytes to `buffer`; fewer only at the end of the file.
    package func read(_ count: Int, appendingTo buffer: inout [UInt8]) throws(CaptureError) {
        guard decompressor != nil else {
            let missing = count - unread.count
            buffer += unread.prefix(count)
            unread = Array(unread.dropFirst(count))
            if missing > 0 { try readPlain(missing, appendingTo: &buffer) }
            return
        }
        let goal = buffer.count + count
        while buffer.count < goal, warning == nil {
            do throws(DecompressionFailure) {
                if try decompressor?.produce(goal - buffer.count, appendingTo: &buffer) == .produced { continue }
            } catch {
                warning = error.reason
                return
            }
            var compressed: [UInt8] = []
            try readPlain(Self.compressedBytes, appendingTo: &compressed)
            if compressed.isEmpty {
                if decompressor?.isBetweenFrames == false { warning = "the compressed data is cut" }
                return
            }
            decompressor?.feed(compressed)
        }
    }

    /// Compressed bytes read at a time.
    private static let compressedBytes = 128 << 10

    /// Repeats after EINTR and after a short read. (read(2))
    private func readPlain(_ count: Int, appendingTo buffer: inout [UInt8]) throws(CaptureError) {
        var failure: Int32 = 0
        let descriptor = descriptor
        buffer.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { target, initialized in
                while initialized < count {
                    let got = Glibc.read(descriptor, target.baseAddress! + initialized, count - initialized)
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
        }
        guard failure == 0 else { throw .unreadable(path: name, reason: errorText(failure)) }
    }
}
