import CLinux
import Glibc

/// A value that threads touch one at a time.
///
/// `Synchronization.Mutex` does the same, but waits inside the Swift runtime, where ThreadSanitizer sees no lock and takes
/// every guarded access for a race. This one is a `pthread_mutex_t`. One of the few files with unsafe pointers.
package final class Guarded<Value: Sendable>: Sendable {
    /// The mutex, and the value behind it. Kept as a number: threads may hold it at the same time.
    private let address: UInt

    /// Guards a value.
    package init(_ value: Value) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Self.offset + MemoryLayout<Value>.size, alignment: Self.alignment)
        address = UInt(bitPattern: memory)
        pthread_mutex_init(mutex, nil)
        self.value.initialize(to: value)
    }

    deinit {
        value.deinitialize(count: 1)
        pthread_mutex_destroy(mutex)
        UnsafeMutableRawPointer(mutex).deallocate()
    }

    private static var alignment: Int { max(MemoryLayout<pthread_mutex_t>.alignment, MemoryLayout<Value>.alignment) }
    private static var offset: Int { (MemoryLayout<pthread_mutex_t>.size + alignment - 1) / alignment * alignment }

    private var mutex: UnsafeMutablePointer<pthread_mutex_t> {
        UnsafeMutableRawPointer(bitPattern: address)!.assumingMemoryBound(to: pthread_mutex_t.self)
    }

    private var value: UnsafeMutablePointer<Value> {
        (UnsafeMutableRawPointer(bitPattern: address)! + Self.offset).assumingMemoryBound(to: Value.self)
    }

    /// Runs `body` while no other thread has the value.
    package func withLock<R>(_ body: (inout Value) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value.pointee)
    }
}
