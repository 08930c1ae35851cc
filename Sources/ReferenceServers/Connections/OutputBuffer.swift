import CLinux
import Glibc

/// Reply bytes on their way to the socket.
package struct OutputBuffer {
    /// All bytes of the current batch.
    package private(set) var bytes: [UInt8] = []
    /// How many of them are sent.
    private var sent = 0

    package init() {}

    /// Whether everything is sent.
    package var isEmpty: Bool { sent == bytes.count }

    /// Adds bytes at the end.
    package mutating func append(_ more: some Collection<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Takes the bytes of `other` if nothing is pending here, else adds them; `other` is empty afterwards.
    package mutating func take(_ other: inout [UInt8]) {
        if isEmpty {
            removeAll()
            swap(&bytes, &other)
        } else {
            bytes.append(contentsOf: other)
            other.removeAll(keepingCapacity: true)
        }
    }

    /// Lets `body` add to the bytes directly.
    package mutating func extend<R>(_ body: (inout [UInt8]) -> R) -> R {
        body(&bytes)
    }

    /// Forgets everything, sent or not.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.count <= Limits.batchBytes)
        sent = 0
    }

    /// Sends once; the count, or -1 with `errno` set, as from `send(2)`.
    package mutating func sendOnce(to descriptor: Int32, flags: Int32) -> Int {
        let start = sent
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress! + start, $0.count - start, flags) }
        if count > 0 {
            sent += count
            if isEmpty { removeAll() }
        }
        return count
    }
}
