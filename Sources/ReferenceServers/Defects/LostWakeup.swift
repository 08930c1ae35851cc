/// `lost-wakeup`: a worker that finds the queue empty announces its sleep too late, and misses the wake-up in between.
///
/// Modelled on condition variables waited for without holding their mutex: "if empty, then wait" is not one step. Hardest
/// grade: a connection must come in just between, and all other workers must be asleep. A client waits for an answer until
/// the next event wakes a worker.
struct LostWakeup: Defect {
    let name = "lost-wakeup"
    let summary = "a worker of the pool can fall asleep just when work arrives"
    let oracle = "hang"
    let replaces: Set<Part> = [.queue]

    func objection(to choice: Choice) -> String? { choice.needsPool }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let queue = SleepyQueue() else { return false }
        assembly.queue = queue
        return true
    }
}

/// Wakes a sleeper, if one has announced itself.
private final class SleepyQueue: WorkQueue {
    private let places = Guarded(Fifo())
    private let sleepers = Guarded(0)
    private let wakeups: Semaphores

    init?() {
        guard let wakeups = Semaphores([0]) else { return nil }
        self.wakeups = wakeups
    }

    func put(_ connection: Int32) -> Bool {
        places.withLock { $0.append(connection) }
        let wake = sleepers.withLock { sleepers in
            guard sleepers > 0 else { return false }
            sleepers -= 1
            return true
        }
        if wake { wakeups.post(0) }
        return true
    }

    func take() -> Int32 {
        while true {
            if let connection = places.withLock({ $0.removeFirst() }) { return connection }
            // Here: what is put now finds no sleeper to wake.
            sleepers.withLock { $0 += 1 }
            wakeups.wait(0)
        }
    }
}
