import CLinux
import Glibc

/// Hands ready connections from a dispatcher to workers.
package protocol WorkQueue: Sendable {
    /// Adds a connection, waiting for room. False when it was turned away.
    func put(_ connection: Int32) -> Bool

    /// The connection that waits longest; waits for one.
    func take() -> Int32
}

/// The bounded buffer with two counting semaphores, one for the free places and one for the filled ones (Dijkstra 1965).
package struct SemaphoreQueue: WorkQueue {
    private final class Places: Sendable {
        let filled = Guarded(Fifo())
    }

    private let places = Places()
    private let semaphores: Semaphores

    /// Creates an empty queue; nil when there is no memory.
    package init?(capacity: Int = Limits.poolQueue) {
        guard let semaphores = Semaphores([capacity, 0]) else { return nil }
        self.semaphores = semaphores
    }

    package func put(_ connection: Int32) -> Bool {
        semaphores.wait(0)
        places.filled.withLock { $0.append(connection) }
        semaphores.post(1)
        return true
    }

    package func take() -> Int32 {
        semaphores.wait(1)
        let connection = places.filled.withLock { $0.removeFirst() }
        semaphores.post(0)
        // A filled place was counted before its semaphore was posted.
        return connection!
    }
}

/// First in, first out; constant time, amortised.
package struct Fifo: Sendable {
    private var elements: [Int32] = []
    private var head = 0

    package init() {}

    package var count: Int { elements.count - head }

    package mutating func append(_ element: Int32) {
        if head > 64, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        elements.append(element)
    }

    package mutating func removeFirst() -> Int32? {
        guard head < elements.count else { return nil }
        head += 1
        return elements[head - 1]
    }
}
