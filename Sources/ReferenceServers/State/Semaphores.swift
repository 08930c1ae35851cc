import CLinux
import Glibc

/// Counting semaphores in shared memory, for processes and for threads. One of the few files with unsafe pointers.
///
/// `sem_init(3)`.
package struct Semaphores: Sendable {
    private let memory: SharedMemory
    private static let stride = 128

    /// Creates semaphores with these counts; nil when there is no memory.
    package init?(_ counts: [Int]) {
        guard let memory = SharedMemory(byteCount: counts.count * Self.stride) else { return nil }
        self.memory = memory
        for (index, count) in counts.enumerated() { sem_init(semaphore(index), 1, UInt32(count)) }
    }

    private func semaphore(_ index: Int) -> UnsafeMutablePointer<sem_t> {
        memory.pointer(index * Self.stride, Self.stride).assumingMemoryBound(to: sem_t.self)
    }

    /// Waits until the count is above zero, and takes one from it. EINTR is retried.
    package func wait(_ index: Int) {
        while sem_wait(semaphore(index)) != 0 {}
    }

    /// Adds one, and wakes one who waits.
    package func post(_ index: Int) {
        sem_post(semaphore(index))
    }
}
