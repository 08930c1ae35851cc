import CLinux
import Glibc

/// `lock-order`: commands with several keys lock them in the order of their arguments.
///
/// Modelled on the transfer between two accounts that locks "from" and then "to". A client that sends MSET a b while
/// another sends MSET b a gets no answer, and neither does anyone who touches these keys afterwards.
struct LockOrder: Defect {
    let name = "lock-order"
    let summary = "commands with several keys lock them in argument order, so two can wait for each other"
    let oracle = "hang"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation]

    func objection(to choice: Choice) -> String? {
        choice.needsState ?? choice.needsParallelWorkers
            ?? (choice.service.locksSeveralKeys ? nil : "no command locks several keys")
    }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let locks = LockArray(count: Limits.stripes) else { return false }
        assembly.isolation = ArgumentOrderIsolation(locks: locks)
        return true
    }
}

/// `StripedIsolation` without the sorting.
private struct ArgumentOrderIsolation: Isolation {
    let locks: LockArray

    func isolate(_ keys: [[UInt8]], for purpose: Purpose, _ command: () -> Reply) -> Reply {
        var held: [Int] = []
        for stripe in keys.map(stripe) where !held.contains(stripe) {
            locks.lock(stripe)
            held.append(stripe)
            sched_yield()
        }
        defer { for stripe in held.reversed() { locks.unlock(stripe) } }
        return command()
    }

    func isolateAll(_ command: () -> Reply) -> Reply {
        for stripe in 0..<locks.count { locks.lock(stripe) }
        defer { for stripe in 0..<locks.count { locks.unlock(stripe) } }
        return command()
    }
}
