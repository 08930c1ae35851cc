/// Makes one command, however many steps it takes, one step to all others.
package protocol Isolation: Sendable {
    /// Runs `command`, which uses `keys` for `purpose`, while no other command touches them.
    func isolate(_ keys: [[UInt8]], for purpose: Purpose, _ command: () -> Reply) -> Reply

    /// Runs `command` while no other command runs.
    func isolateAll(_ command: () -> Reply) -> Reply
}

/// A lock a stripe of keys. Several are taken in ascending order, so that two commands never wait for each other.
package struct StripedIsolation: Isolation {
    private let locks: LockArray

    /// Creates the locks; nil when there is no memory.
    package init?() {
        guard let locks = LockArray(count: Limits.stripes) else { return nil }
        self.locks = locks
    }

    package func isolate(_ keys: [[UInt8]], for purpose: Purpose, _ command: () -> Reply) -> Reply {
        if keys.count == 1 { return locks.withLock(stripe(of: keys[0]), command) }
        return withLocks(Set(keys.map(stripe)).sorted(), command)
    }

    package func isolateAll(_ command: () -> Reply) -> Reply {
        withLocks(Array(0..<locks.count), command)
    }

    private func withLocks(_ stripes: [Int], _ command: () -> Reply) -> Reply {
        for stripe in stripes { locks.lock(stripe) }
        defer { for stripe in stripes.reversed() { locks.unlock(stripe) } }
        return command()
    }
}

/// The lock that protects `key`.
func stripe(of key: [UInt8]) -> Int {
    Int(truncatingIfNeeded: stableHash(key)) & (Limits.stripes - 1)
}
