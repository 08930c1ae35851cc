import CLinux
import Glibc

/// Mutexes in shared memory, for processes and for threads.
///
/// They are robust: when a process dies while it holds one, the next locker is told so (EOWNERDEAD) and carries on. That is
/// right only because everything they protect changes by one store at a time, and so is whole at any instant.
/// One of the few files with unsafe pointers.
///
/// `pthread_mutexattr_setrobust(3)`.
package struct LockArray: Sendable {
    private let memory: SharedMemory
    /// How many locks there are.
    package let count: Int
    /// One lock a cache line pair, so that neighbours do not slow each other down.
    private static let stride = 128

    /// Creates unlocked locks; nil when there is no memory.
    package init?(count: Int) {
        guard let memory = SharedMemory(byteCount: count * Self.stride) else { return nil }
        self.memory = memory
        self.count = count
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_setpshared(&attributes, Int32(PTHREAD_PROCESS_SHARED))
        pthread_mutexattr_setrobust(&attributes, Int32(PTHREAD_MUTEX_ROBUST))
        for index in 0..<count { pthread_mutex_init(mutex(index), &attributes) }
        pthread_mutexattr_destroy(&attributes)
    }

    private func mutex(_ index: Int) -> UnsafeMutablePointer<pthread_mutex_t> {
        precondition(MemoryLayout<pthread_mutex_t>.size <= Self.stride)
        return memory.pointer(index * Self.stride, Self.stride).assumingMemoryBound(to: pthread_mutex_t.self)
    }

    /// Waits for the lock.
    package func lock(_ index: Int) {
        switch pthread_mutex_lock(mutex(index)) {
        case 0: return
        case EOWNERDEAD: pthread_mutex_consistent(mutex(index))
        case let error: preconditionFailure("pthread_mutex_lock: error \(error)")
        }
    }

    /// Gives the lock back; the caller holds it.
    package func unlock(_ index: Int) {
        let error = pthread_mutex_unlock(mutex(index))
        precondition(error == 0, "pthread_mutex_unlock: error \(error)")
    }

    /// Runs `body` with the lock held.
    package func withLock<R>(_ index: Int, _ body: () -> R) -> R {
        lock(index)
        defer { unlock(index) }
        return body()
    }
}
