import Glibc

/// `lost-wakeup`: a worker that finds the queue empty announces its sleep too late, and misses the wake-up in between.
///
/// Modelled on schedulers that wake nobody while enough workers are awake, for those will look for work again before they
/// sleep, and on condition variables waited for without their mutex: "if there is none, then sleep" is not one step. Hardest
/// grade: work must come just when two workers stand between these two steps. A client waits for an answer until the next
/// event wakes a worker.
struct LostWakeup: Defect {
    let name = "lost-wakeup"
    let summary = "a worker of the pool can fall asleep just when work arrives"
    let oracle = "hang"
    let grade = Grade.hard
    let replaces: Set<Part> = [.queue]

    func objection(to choice: Choice) -> String? { choice.needsPool }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let queue = SleepyQueue() else { return false }
        assembly.queue = queue
        return true
    }
}

/// Wakes a sleeper, if one has announced itself and too few are awake.
private final class SleepyQueue: WorkQueue {
    /// So many workers need no help: what is left over, they will see.
    private static let enoughAwake = 2
    /// How often a worker looks for work before it sleeps.
    private static let looks = 3
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
            guard sleepers > Limits.poolThreads - Self.enoughAwake else { return false }
            sleepers -= 1
            return true
        }
        if wake { wakeups.post(0) }
        return true
    }

    func take() -> Int32 {
        while true {
            for look in 0..<Self.looks {
                if look > 0 { sched_yield() }
                if let connection = places.withLock({ $0.removeFirst() }) { return connection }
            }
            // Here: who puts something in now takes this worker for awake.
            sleepers.withLock { $0 += 1 }
            wakeups.wait(0)
        }
    }
}
