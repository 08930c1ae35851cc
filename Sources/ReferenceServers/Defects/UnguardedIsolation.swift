import CLinux
import Glibc

/// Leaves out the lock around commands of some purposes, so that their steps are atomic but they are not.
struct UnguardedIsolation: Isolation {
    let base: any Isolation
    let purposes: Set<Purpose>

    func isolate(_ keys: [[UInt8]], for purpose: Purpose, _ command: () -> Reply) -> Reply {
        purposes.contains(purpose) ? command() : base.isolate(keys, for: purpose, command)
    }

    func isolateAll(_ command: () -> Reply) -> Reply { base.isolateAll(command) }
}

/// Changes a value in two steps: read under the lock, release it, compute, write under the lock.
///
/// Harmless where an `Isolation` holds its own lock around both. Every step is locked, so the race is one of logic, not of
/// memory.
struct SplitTable: Table {
    let base: any Table

    func read(_ key: [UInt8]) -> Value? { base.read(key) }
    func write(_ key: [UInt8], _ value: Value?) -> Reply? { base.write(key, value) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        var value = base.read(key)
        sched_yield()
        let reply = change(&value)
        return base.write(key, value) ?? reply
    }
}

extension Assembly {
    /// Leaves out the lock around commands of these purposes.
    mutating func unguard(_ purposes: Set<Purpose>) {
        isolation = isolation.map { UnguardedIsolation(base: $0, purposes: purposes) }
    }
}
