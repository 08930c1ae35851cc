/// A hash table in shared memory, for processes. Bounded: when its memory is full it says so, and evicts nothing.
///
/// A key's entry is `next, value, key length, key`, a value is `length, bytes`; both are blocks of the arena, linked from a
/// bucket. Each stripe of buckets has a robust mutex. A change builds its blocks first and then becomes visible by one
/// store, so that the death of a process at any instant leaves the table whole.
package struct SharedTable: Table {
    private let memory: SharedMemory
    private let locks: LockArray
    private let arena: Arena
    private let counts: Int
    private let buckets: Int

    /// Maps the memory: `byteCount`, or half of it until the kernel grants it. Nil below `Limits.smallestArenaBytes`.
    package init?(byteCount: Int = Limits.arenaBytes) {
        var wanted = byteCount
        var granted = SharedMemory(byteCount: wanted)
        while granted == nil, wanted / 2 >= Limits.smallestArenaBytes {
            wanted /= 2
            granted = SharedMemory(byteCount: wanted)
        }
        guard let memory = granted, let locks = LockArray(count: Limits.stripes) else { return nil }
        self.memory = memory
        self.locks = locks
        counts = 16
        buckets = counts + Limits.stripes * 8
        arena = Arena(memory, at: buckets + Limits.buckets * 8, stripes: Limits.stripes)
    }

    /// Bytes of the arena in use or waiting for reuse.
    package var usedBytes: Int { arena.used }

    package func read(_ key: [UInt8]) -> Value? {
        locked(key) { place in value(place.entry) }
    }

    package func write(_ key: [UInt8], _ value: Value?) -> Reply? {
        locked(key) { place in store(value, for: key, at: place) ? nil : outOfMemory }
    }

    package func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        locked(key) { place in
            var value = value(place.entry)
            let reply = change(&value)
            return store(value, for: key, at: place) ? reply : outOfMemory
        }
    }

    package func removeAll() {
        for stripe in 0..<Limits.stripes {
            locks.withLock(stripe) {
                for bucket in Swift.stride(from: stripe, to: Limits.buckets, by: Limits.stripes) {
                    let link = buckets + bucket * 8
                    while memory[link] != 0 {
                        remove(Place(stripe: stripe, link: link, entry: memory[link]))
                    }
                }
            }
        }
    }

    package var count: Int {
        (0..<Limits.stripes).reduce(0) { sum, stripe in
            sum + locks.withLock(stripe) { memory[counts + stripe * 8] }
        }
    }

    /// Where a key is, or would be.
    private struct Place {
        var stripe: Int
        /// The word that points to the entry.
        var link: Int
        /// The entry; 0 when there is none.
        var entry: Int
    }

    private func locked<R>(_ key: [UInt8], _ body: (Place) -> R) -> R {
        let bucket = Int(truncatingIfNeeded: stableHash(key)) & (Limits.buckets - 1)
        let stripe = bucket & (Limits.stripes - 1)
        return locks.withLock(stripe) {
            var link = buckets + bucket * 8
            var entry = memory[link]
            while entry != 0, memory[entry + 16] != key.count || !memory.holds(key, at: entry + 24) {
                link = entry
                entry = memory[link]
            }
            return body(Place(stripe: stripe, link: link, entry: entry))
        }
    }

    private func value(_ entry: Int) -> Value? {
        guard entry != 0 else { return nil }
        let block = memory[entry + 8]
        return Value(encoded: memory.read(memory[block], at: block + 8))
    }

    /// False when there is no memory; then nothing has changed.
    private func store(_ value: Value?, for key: [UInt8], at place: Place) -> Bool {
        guard let value else {
            if place.entry != 0 { remove(place) }
            return true
        }
        let bytes = value.encoded
        guard let block = arena.allocate(8 + bytes.count, stripe: place.stripe) else { return false }
        memory[block] = bytes.count
        memory.write(bytes, at: block + 8)
        if place.entry != 0 {
            let old = memory[place.entry + 8]
            memory[place.entry + 8] = block
            arena.free(old, stripe: place.stripe)
            return true
        }
        guard let entry = arena.allocate(24 + key.count, stripe: place.stripe) else {
            arena.free(block, stripe: place.stripe)
            return false
        }
        memory[entry] = 0
        memory[entry + 8] = block
        memory[entry + 16] = key.count
        memory.write(key, at: entry + 24)
        memory[place.link] = entry
        memory[counts + place.stripe * 8] += 1
        return true
    }

    private func remove(_ place: Place) {
        let block = memory[place.entry + 8]
        memory[place.link] = memory[place.entry]
        memory[counts + place.stripe * 8] -= 1
        arena.free(block, stripe: place.stripe)
        arena.free(place.entry, stripe: place.stripe)
    }
}
