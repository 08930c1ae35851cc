/// `queue-overflow`: when the queue of the pool is full, the connection is dropped.
///
/// Modelled on bounded queues whose `offer` fails and nobody looks. The queue has room for one. A client sees its connection
/// closed with its requests unanswered when many send together.
struct QueueOverflow: Defect {
    let name = "queue-overflow"
    let summary = "drops connections that the pool's queue has no room for"
    let oracle = "loss"
    let grade = Grade.quick
    let replaces: Set<Part> = [.queue]

    func objection(to choice: Choice) -> String? { choice.needsPool }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let queue = OverflowingQueue() else { return false }
        assembly.queue = queue
        return true
    }
}

/// Turns away what it has no room for.
private final class OverflowingQueue: WorkQueue {
    private static let capacity = 1
    private let places = Guarded(Fifo())
    private let filled: Semaphores

    init?() {
        guard let filled = Semaphores([0]) else { return nil }
        self.filled = filled
    }

    func put(_ connection: Int32) -> Bool {
        let fits = places.withLock { places in
            guard places.count < Self.capacity else { return false }
            places.append(connection)
            return true
        }
        if fits { filled.post(0) }
        return fits
    }

    func take() -> Int32 {
        filled.wait(0)
        return places.withLock { $0.removeFirst() }!
    }
}
