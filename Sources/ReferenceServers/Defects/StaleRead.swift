import CLinux
import Glibc
import System

/// `stale-read`: reads go through a cache that a reader may fill with a value that was overwritten meanwhile.
///
/// Modelled on the "stale set" of look-aside caches (Nishtala and others, "Scaling Memcache at Facebook", 2013): read the
/// store, be overtaken by a writer who invalidates the cache, then put the old value there. Between processes, each has a
/// cache of its own that no other invalidates. A client reads an old value after a newer one was written or read.
struct StaleRead: Defect {
    let name = "stale-read"
    let summary = "reads come from a cache that may be filled with an overwritten value"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? { choice.needsState ?? choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.read])
        guard let table = assembly.table else { return false }
        assembly.table = CachedTable(base: table)
        return true
    }
}

/// A table behind a cache with entries that live for a few milliseconds.
private final class CachedTable: Table {
    private struct Entry {
        var value: Value?
        var expires: Int
    }

    private static let lifetimeMilliseconds = 20
    private static let capacity = 1024
    private let base: any Table
    private let cache = Guarded<[[UInt8]: Entry]>([:])

    init(base: any Table) {
        self.base = base
    }

    func read(_ key: [UInt8]) -> Value? {
        let now = Clock.milliseconds
        if let entry = cache.withLock({ $0[key] }), entry.expires > now { return entry.value }
        let value = base.read(key)
        sched_yield()
        cache.withLock { cache in
            if cache.count >= Self.capacity { cache.removeAll() }
            cache[key] = Entry(value: value, expires: now + Self.lifetimeMilliseconds)
        }
        return value
    }

    func write(_ key: [UInt8], _ value: Value?) -> Reply? {
        defer { invalidate(key) }
        return base.write(key, value)
    }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        defer { invalidate(key) }
        return base.modify(key, change)
    }

    func removeAll() {
        base.removeAll()
        cache.withLock { $0.removeAll() }
    }

    var count: Int { base.count }

    private func invalidate(_ key: [UInt8]) {
        cache.withLock { cache in _ = cache.removeValue(forKey: key) }
    }
}
