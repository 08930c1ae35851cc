import CLinux
import Glibc

/// Bytes that were read and not yet taken. Grows with the request that it holds, shrinks back when emptied.
package struct InputBuffer {
    /// What one read brought.
    package enum Fill: Equatable {
        /// This many bytes.
        case bytes(Int)
        /// The peer has shut down writing.
        case end
        /// A non-blocking descriptor has nothing now.
        case wouldBlock
        /// The connection is gone: ECONNRESET, ETIMEDOUT, …
        case failed
    }

    /// The storage; only `pending` of it counts.
    package private(set) var storage = [UInt8](repeating: 0, count: Limits.readChunkBytes)
    /// The range of `storage` that was read and not taken.
    package private(set) var pending = 0..<0

    package init() {}

    /// Reads once. EINTR is retried here: no signal of ours asks a read to give up.
    package mutating func fill(from descriptor: Int32) -> Fill {
        makeRoom()
        let end = pending.upperBound
        while true {
            let count = storage.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + end, $0.count - end, 0)
            }
            if count > 0 {
                pending = pending.lowerBound..<end + count
                return .bytes(count)
            }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed
            }
        }
    }

    /// Adds bytes that came another way than by `fill`.
    package mutating func append(_ bytes: [UInt8]) {
        storage.replaceSubrange(pending.upperBound..., with: bytes)
        pending = pending.lowerBound..<storage.count
    }

    /// Takes `count` bytes from the front; they stay in `storage`, at the range returned, until the next change.
    package mutating func take(_ count: Int) -> Range<Int> {
        let taken = pending.prefix(count)
        pending = taken.upperBound..<pending.upperBound
        return taken
    }

    private mutating func makeRoom() {
        if pending.isEmpty {
            pending = 0..<0
            if storage.count != Limits.readChunkBytes {
                storage = [UInt8](repeating: 0, count: Limits.readChunkBytes)
            }
        } else if pending.upperBound == storage.count {
            // A request does not fit: move it to the front, and double the room.
            let room = min(max(pending.count, Limits.readChunkBytes), Limits.maximumReadChunkBytes)
            var larger = [UInt8](repeating: 0, count: pending.count + room)
            larger.withUnsafeMutableBytes { target in
                storage.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[pending])) }
            }
            pending = 0..<pending.count
            storage = larger
        }
    }
}
